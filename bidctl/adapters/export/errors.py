"""What is wrong with a table, in one line."""

from __future__ import annotations

from bidctl.adapters.export.words import Say
from bidctl.problem import Problem
from bidctl.wording import Wording


class TableError(Problem):
    """`file`, `place` (line and column, None = the whole file), what was found, what was expected, what to do."""

    def __init__(self, file: str, place: Wording | None, found: Wording, expected: Wording, do: Wording) -> None:
        where = Wording(f"{file}: {place.zh}", f"{file}: {place.en}") if place else file
        super().__init__(Say.TABLE(where=where, found=found, expected=expected, do=do))
        self.file, self.place, self.found, self.expected, self.do = file, place, found, expected, do


class CellError(ValueError):
    """A cell that is not what it should be."""

    def __init__(self, expected: Wording) -> None:
        super().__init__(expected.both)
        self.expected = expected
