"""How often a run decides: often enough that live rooms are decided while they are on air."""

from __future__ import annotations

from sim.scenario import Scenario

USUAL = 6
"""Hours from one decision to the next where nothing asks for more."""
QUIET_H = 1.0
"""The first hour of a session is quiet (R-QUIET)."""


def cadence(scenario: Scenario) -> int:
    """Hours from one decision to the next, from midnight on: the usual, or as many fewer as it takes for a decision to fall into every
    live session, its quiet first hour apart."""
    return next((k for k in range(USUAL, 1, -1) if not 24 % k and not never_on_air(scenario, k)), 1)


def never_on_air(scenario: Scenario, every: int) -> tuple[str, ...]:
    """Groups of live rooms of which some session has no decision, its quiet first hour apart, where one decides every `every` hours."""
    return tuple(g.name for g in scenario.group if any(_missed(begin, hours, every) for begin, hours in g.sessions))


def _missed(begin: float, hours: float, every: int) -> bool:
    """Whether no decision comes more than an hour after the planned begin (sessions begin some minutes late) and before the end."""
    return not any(begin + QUIET_H < t < begin + hours for t in range(0, 48, every))
