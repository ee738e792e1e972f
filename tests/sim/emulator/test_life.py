"""Feeding and observing from reported hours: hand-worked cases."""

from __future__ import annotations

import pytest

from sim.emulator.life import UNDECIDED, goods, live
from sim.emulator.times import parse

H = 3600.0
D = 24 * H
DAY1 = parse("2026-09-01 00:00:00")


def hours(*spends: tuple[float, int]) -> list[tuple[float, int]]:
    """(hours after the first midnight, yuan) -> rows."""
    return [(DAY1 + at * H, yuan * 100) for at, yuan in spends]


def test_nothing_spent_is_nothing_known() -> None:
    life = goods([], DAY1 + 30 * D, None)
    assert (life.first_spend_at, life.fed_at, life.observing_until) == (None, None, None)


def test_fed_in_the_hour_that_reaches_200_yuan_of_a_natural_day() -> None:
    life = goods(hours((9, 100), (10, 99), (11, 1)), DAY1 + 12 * H, None)
    assert life.first_spend_at == DAY1 + 9 * H
    assert life.fed_at == DAY1 + 11 * H
    assert life.observing_until == DAY1 + 12 * H + 72 * H


def test_midnight_starts_the_sum_again() -> None:
    assert goods(hours((22, 150), (23, 40), (24, 50), (25, 100)), DAY1 + 26 * H, None).fed_at is None
    assert goods(hours((23, 199), (24, 199), (25, 1)), DAY1 + 26 * H, None).fed_at == DAY1 + 25 * H


@pytest.mark.parametrize(("now", "fed"), [(9 * H + 7 * D - 1, None), (9 * H + 7 * D, DAY1 + 9 * H + 7 * D)])
def test_seven_days_after_first_spend_it_counts_as_fed(now: float, fed: float | None) -> None:
    assert goods(hours((9, 5), (60, 5), (150, 5)), DAY1 + now, None).fed_at == fed


def test_seven_days_without_delivery_start_over_but_first_spend_stays() -> None:
    life = goods(hours((9, 300), (9 + 1 + 168, 10)), DAY1 + 180 * H, None)
    assert life.first_spend_at == DAY1 + 9 * H
    assert life.fed_at is None
    assert goods(hours((9, 300), (9 + 168, 10)), DAY1 + 180 * H, None).fed_at == DAY1 + 9 * H


def test_a_switch_of_objective_restarts_observation() -> None:
    life = goods(hours((9, 300)), DAY1 + 100 * H, DAY1 + 99 * H + 1800)
    assert life.observing_until == DAY1 + 100 * H + 72 * H


def sessions(*spans: tuple[float, float]) -> list[tuple[float, float]]:
    return [(DAY1 + a * H, DAY1 + b * H) for a, b in spans]


def test_live_waits_for_its_third_session() -> None:
    group = hours((20, 300), (44, 300), (68, 300), (92, 300))
    three = sessions((20, 22), (44, 46), (68, 70))
    life = live(group, group[:3], three, DAY1 + 80 * H, None)
    assert life.fed_at == DAY1 + 20 * H
    assert life.observing_until == UNDECIDED  # the feeding hour itself does not count: two sessions since
    life = live(group, group, [*three, *sessions((92, 94))], DAY1 + 95 * H, None)
    assert life.observing_until == max(DAY1 + 21 * H + 72 * H, DAY1 + 93 * H)


def test_live_third_session_later_than_72_hours_decides() -> None:
    group = hours((20, 300), (44, 300), (140, 300), (188, 300))
    spans = sessions((20, 22), (44, 46), (140, 142), (188, 190))
    assert live(group, group, spans, DAY1 + 200 * H, None).observing_until == DAY1 + 189 * H


def test_live_session_below_200_yuan_does_not_count() -> None:
    group = hours((20, 300), (44, 300), (68, 199), (92, 300))
    spans = sessions((20, 22), (44, 46), (68, 70), (92, 94))
    assert live(group, group, spans, DAY1 + 99 * H, None).observing_until == UNDECIDED


def test_live_own_first_spend_is_its_own_and_feeding_the_groups() -> None:
    group = hours((20, 300), (44, 10))
    life = live(hours((44, 10)), group, sessions((20, 22), (44, 46)), DAY1 + 46 * H, None)
    assert (life.first_spend_at, life.fed_at) == (DAY1 + 44 * H, DAY1 + 20 * H)
