"""The independent check finds each kind of wrong edit, and nothing in a run that kept the rules."""

from __future__ import annotations

import numpy as np
import pytest

from bidctl.domain.values import Intent, Side
from sim.seam import CampaignSpec, Report, Terms
from sim.violations import OwnEdit, violations

HOUR, DAY = 3600.0, 86400.0
NOON = 1_764_043_200.0  # 2025-11-25 12:00 in Shanghai
BEGAN = NOON - 12 * HOUR


class Books:
    """Campaign 0 spends 50 yuan an hour from `first` on, campaign 1 never did."""

    def __init__(self, first: float) -> None:
        self.now, self.first = NOON + 30 * DAY, first
        self.specs = [CampaignSpec(0, 0, 0, (i,), 0, "c", 2.0, 100, 0.0, 0.0) for i in range(2)]

    def report(self, campaigns, since, until, span):
        hours = np.arange(np.ceil(max(since, self.first) / HOUR) * HOUR, until, HOUR)
        hours = hours if 0 in campaigns else hours[:0]
        n, none = len(hours), np.zeros(len(hours), np.int64)
        return Report(none, hours, np.full(n, 5000), *([none] * 8))

    def terms(self, i):
        return Terms("g", True, Side.MERCHANT, Intent.PROFIT, 2.0, 0.5)


OLD = Books(BEGAN - 60 * DAY)


def edit(
    at: float = NOON + 10 * DAY, campaign: int = 0, old: int = 200, new: int = 210, suggestion: float = 3.0,
    why: str = "PROFIT_HIGHER",
) -> OwnEdit:  # fmt: skip
    return OwnEdit(at, campaign, old, new, suggestion, why)


def found(*edits: OwnEdit, books: Books = OLD) -> str:
    return " | ".join(violations(books, edits, BEGAN))  # type: ignore[arg-type]


def test_edits_by_the_rules_are_clean() -> None:
    later = NOON + 10 * DAY
    assert found(edit(), edit(later + HOUR + 1, old=210, new=231), edit(later + 3 * HOUR, old=231, new=208)) == ""
    assert found(edit(NOON, 1, 250, 230, 2.5, "START")) == ""  # the first target, before any spend, of any size


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ((edit(new=209),), "a step of 4.5%"),
        ((edit(new=221),), "a step of 10.5%"),
        ((edit(new=189, old=200),), ""),
        ((edit(), edit(NOON + 10 * DAY + HOUR, old=210, new=199)), "60 min after the edit before"),
        ((edit(suggestion=2.09),), "above the suggestion 2.09"),
        ((edit(suggestion=float("nan")),), "above the suggestion nan"),
        ((edit(new=190, suggestion=float("nan")),), ""),
        ((edit(why="NOVOLUME"),), "R-NOVOLUME raised"),
        ((edit(NOON, why="START"),), "START was not the first, or after spend"),
        ((edit(NOON, 1, 200, 190, 2.0, "START"), edit(NOON + DAY, 1, 190, 180, 2.0, "START")), "START was not the first"),
        ((edit(NOON, 1, 250, 260, 2.5, "START"),), "above the suggestion 2.50"),
    ],
)  # fmt: skip
def test_each_promise_is_kept_or_named(edits: tuple[OwnEdit, ...], said: str) -> None:
    text = found(*edits)
    assert (said in text) if said else text == ""


def test_inside_observation() -> None:
    """Fed 4 hours after its first spend (200 yuan at 50 an hour): the fourth hour ends at `fed`, then 72 hours."""
    books = Books(BEGAN + 6 * HOUR)
    fed = BEGAN + 10 * HOUR
    assert "inside observation" in found(edit(fed + 71 * HOUR), books=books)
    assert found(edit(fed + 72 * HOUR + 60), books=books) == ""
    assert found(edit(fed + 71 * HOUR, new=190, why="NOVOLUME"), books=books) == ""
