"""The calendar of sales: what a natural day does to demand, to refunds, and to targets that the platform lowers by itself."""

from __future__ import annotations

from math import log

from sim.calendar import day_of
from sim.scenario import Promotion, Scenario


def on(scenario: Scenario, day: int) -> tuple[Promotion, ...]:
    """Those that run on the natural day."""
    begins = day_of(scenario.start.timestamp())
    return tuple(p for p in scenario.promotion if 0 <= day - begins - p.day < p.days)


def log_demand(running: tuple[Promotion, ...]) -> float:
    return sum(log(p.demand) for p in running)


def refund_factor(running: tuple[Promotion, ...]) -> float:
    factor = 1.0
    for p in running:
        factor *= p.refund
    return factor


def log_cut(running: tuple[Promotion, ...]) -> float:
    """By how much (log) targets in force are lowered."""
    return -sum(log(1 - p.target_cut) for p in running)
