"""What has happened to one campaign so far, as far as the next line's judgement needs it."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bidctl.audit.journal import Entry, Value

RACE = timedelta(seconds=5)
KEPT = 16
"""Newest changes kept per campaign: enough to look past everything that can race with one request."""


@dataclass(frozen=True, slots=True)
class Change:
    """One applied change, by anybody."""

    line: int
    at: datetime
    field: str
    old: Value
    received_at: datetime


@dataclass(slots=True)
class History:
    """`edits`: changes of target or objective by anybody. `foreign`: changes by others, creatives apart. `own_edits`: how
    many of ours."""

    edits: deque[Change] = field(default_factory=lambda: deque(maxlen=KEPT))
    foreign: deque[Change] = field(default_factory=lambda: deque(maxlen=KEPT))
    own_edits: int = 0

    def add(self, entry: Entry, ours: bool) -> None:
        """Take an attempt in after it was judged; what was refused, and what changed nothing, is no change."""
        if not entry.applied or (not ours and entry.old is not None and entry.old == entry.new):
            return
        change = Change(entry.line, entry.at, entry.field, entry.old, entry.received_at)
        if entry.is_edit:
            self.edits.append(change)
            self.own_edits += ours and not restored(entry, self)
        if not ours and entry.field != "creative":
            self.foreign.append(change)

    def between(self, after: datetime | None, until: datetime) -> list[Change]:
        """Changes by others later than `after` (None = ever) and not later than `until`, oldest first."""
        return [c for c in self.foreign if (after is None or c.at > after) and c.at <= until]

    def last_edit(self, apart: Collection[int]) -> Change | None:
        """The latest edit by anybody, some lines left apart."""
        return max((c for c in self.edits if c.line not in apart), key=lambda c: c.at, default=None)


def restored(entry: Entry, history: History) -> bool:
    """Whether this line is the shadow of a RACE: a write of a target names the objective that was read (qianchuan.md 6.1), and
    where somebody switched it after that read, the one request switches it back beside setting the target."""
    if entry.field != "objective" or entry.last_read_at is None or entry.received_at - entry.last_read_at > RACE:
        return False
    switches = [c for c in history.between(entry.last_read_at, entry.at) if c.field == "objective"]
    return bool(switches) and switches[0].old == entry.new
