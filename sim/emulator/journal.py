"""The journal: one JSON line per write attempt by anyone, and marks; on disk before the answer is sent (DESIGN 7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sim.emulator import times

Line = Mapping[str, object]


class Journal:
    """Numbers the lines and writes them to `path`, flushed one by one; without a path they stay in memory."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = path.open("w", encoding="utf-8") if path else None
        self._path, self._memory = path, list[str]()
        self._seq = 0

    def attempt(self, line: Line) -> None:
        """A write attempt; `seq` is added."""
        self._seq += 1
        self._put({"seq": self._seq, **line})

    def mark(self, name: str, at: float, data: Mapping[str, object]) -> None:
        """A named event of a test or demo."""
        self._put({"mark": name, "at": times.iso(at), "data": dict(data)})

    def lines(self) -> list[str]:
        """Every line so far, without line ends."""
        return self._path.read_text(encoding="utf-8").splitlines() if self._path else list(self._memory)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def _put(self, line: Line) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        if self._file is None:
            self._memory.append(text)
            return
        self._file.write(text + "\n")
        self._file.flush()
