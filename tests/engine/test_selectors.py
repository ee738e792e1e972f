"""Standing enrolments: who they take in, who stays out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import CampaignId, Kind
from bidctl.engine.selectors import is_selector, matches, newcomers
from tests.engine.facts import at, enrolment, info

NOW = at("2026-03-02 10:00")
LIVE = info("l", kind=Kind.LIVE, live_account="900", name="evening room")
GOODS = info("g", name="spring sale")


@pytest.mark.parametrize(
    ("selector", "one", "taken"),
    [
        ("name:spring*", GOODS, True), ("name:Spring*", GOODS, False), ("name:*sale", GOODS, True), ("name:spring", GOODS, False),
        ("live:900", LIVE, True), ("live:901", LIVE, False), ("live:900", GOODS, False), ("name:evening*", LIVE, True),
    ],
)  # fmt: skip
def test_who_a_selector_takes_in(selector: str, one: CampaignInfo, taken: bool) -> None:
    assert is_selector(selector) and matches(selector, one) is taken


def test_ids_are_no_selectors() -> None:
    assert not is_selector("1861000000000001") and not is_selector("namely")


def ids(*given, gone=frozenset(), infos=(GOODS, LIVE)):  # type: ignore[no-untyped-def]
    return [e.campaign for e in newcomers(given, gone, infos, NOW)]


def test_newcomers_carry_the_terms_of_their_selector() -> None:
    standing = enrolment("name:*sale", goal=3.3)
    (one,) = newcomers([standing], frozenset(), [GOODS, LIVE], NOW)
    assert one == replace(standing, campaign=CampaignId("g"), enrolled_at=NOW)


def test_those_enrolled_taken_back_or_ended_stay_as_they_are() -> None:
    everyone = enrolment("name:*")
    assert ids(everyone) == ["g", "l"]
    assert ids(everyone, enrolment("g")) == ["l"]
    assert ids(everyone, gone=frozenset({CampaignId("l")})) == ["g"]
    assert ids(everyone, infos=(replace(GOODS, ended=True), LIVE)) == ["l"]
    assert ids(enrolment("g")) == []


def test_the_first_of_two_selectors_wins() -> None:
    given = [enrolment("name:*", goal=1.1), enrolment("live:900", goal=2.2)]
    assert {e.campaign: e.goal for e in newcomers(given, frozenset(), [LIVE], NOW)} == {"l": 1.1}
