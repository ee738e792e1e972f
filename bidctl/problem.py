"""Errors for people: one line saying where, what was found, what was expected, what to do. Never a traceback."""

from __future__ import annotations

from bidctl.wording import Wording


class Problem(Exception):
    """Something a user can cause or must mend. `told` is its line in both languages, with code and values. `exit_code` as
    in the command line's contract: 1 failed, 2 wrong usage, 3 refused by a safety rule."""

    exit_code = 1

    def __init__(self, told: Wording) -> None:
        super().__init__(told.both)
        self.told = told


class UsageProblem(Problem):
    """The words of the call or of the configuration are off."""

    exit_code = 2


class SafetyProblem(Problem):
    """A safety rule refuses."""

    exit_code = 3
