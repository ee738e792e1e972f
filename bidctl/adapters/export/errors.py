"""What is wrong with a table, in one line."""

from __future__ import annotations

from bidctl.problem import Problem


class TableError(Problem):
    """`file`, `place` (line and column), what was found, what was expected, what to do."""

    def __init__(self, file: str, place: str, found: str, expected: str, do: str) -> None:
        where = f"{file}: {place}" if place else file
        super().__init__(f"{where}: found {found}; expected {expected}; {do}")
        self.file, self.place, self.found, self.expected, self.do = file, place, found, expected, do
