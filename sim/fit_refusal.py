"""A fit that would say nothing true is not returned."""

from __future__ import annotations

from bidctl.problem import Problem


class FitRefused(Problem):
    """Why there is no fit, one line for people."""
