"""Each campaign's suggestion once a natural day, spread over it; another day's answer is no answer."""

from __future__ import annotations

from datetime import datetime

from bidctl.domain.values import CampaignId, Suggestion, SuggestionState
from bidctl.engine.suggestions import SPREAD_HOURS, Suggestions
from tests.engine.facts import info
from tests.fakes.flat_platform import ZONE, number

MANY = [info(str(1000 + n)) for n in range(2000)]


def local(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 2, hour, minute, tzinfo=ZONE)


def test_a_days_questions_are_spread_over_its_first_hours() -> None:
    known, asked = Suggestions(), []
    for hour in range(24):
        due = known.due(MANY, local(hour))
        asked.append(len(due))
        for one in due:
            known.put(one.campaign, "2026-03-02", number(2.0))
    assert sum(asked) == len(MANY), "each exactly once"
    assert all(n == 0 for n in asked[SPREAD_HOURS + 1 :])
    assert max(asked) < 3 * len(MANY) / SPREAD_HOURS and min(asked[1:SPREAD_HOURS]) > len(MANY) / SPREAD_HOURS / 3


def test_the_moment_of_a_campaign_is_its_own_and_the_same_every_day() -> None:
    halves = [{c.campaign for c in Suggestions().due(MANY[:50], local(12).replace(day=d))} for d in (2, 3)]
    assert halves[0] == halves[1] and 0 < len(halves[0]) < 50


def test_an_answer_holds_for_its_natural_day() -> None:
    known, c = Suggestions(), CampaignId("1000")
    assert known.get(c, "2026-03-02").state is SuggestionState.UNKNOWN
    known.put(c, "2026-03-02", number(2.5))
    assert known.get(c, "2026-03-02") == number(2.5)
    assert known.get(c, "2026-03-03").state is SuggestionState.UNKNOWN


def test_a_failed_call_is_asked_again_and_none_is_an_answer() -> None:
    late = local(23)
    for state, due in ((SuggestionState.UNKNOWN, 1), (SuggestionState.NONE, 0), (SuggestionState.NUMBER, 0)):
        known = Suggestions()
        known.put(MANY[0].campaign, "2026-03-02", Suggestion(state))
        assert len(known.due(MANY[:1], late)) == due
