"""What other people did counts from the first sight on, and what they decided stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bidctl.domain.enrolment import Economics
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Field, Mode, Suggestion, SuggestionState, Waiver
from bidctl.domain.writes import WriteState
from bidctl.engine.external import LONGEST_READ, differences
from bidctl.engine.ports import KnownCampaign, KnownLife
from tests.fakes.flat_platform import Rate, utc
from tests.fakes.memory_platform import ACCOUNT
from tests.fakes.rig import Rig, enrolment
from tests.fakes.shop import C1, C2, HOLD, Shop


async def test_an_edit_before_the_first_sight_counts_for_spacing() -> None:
    shop = Shop()
    shop.platform.human(C1, Field.ROI_TARGET, "2.01")
    shop.clock.advance(1800)
    await shop.open()
    assert (await shop.tick()).acts == ()
    o = shop.seen()
    assert o.edits_today.tolist() == [1] and 1800 <= o.since_edit_s[0] < 1810


async def test_edits_of_the_morning_are_known_at_the_first_tick() -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, policy=HOLD))
    shop.clock.advance(-5 * 3600)
    shop.platform.human(C1, Field.ROI_TARGET, "2.01")
    shop.clock.advance(5 * 3600)
    await shop.open()
    await shop.tick()
    o = shop.seen()
    assert (o.edits_today.tolist(), o.day_anchor_units.tolist()) == ([1], [201])


async def test_a_first_target_of_an_old_campaign_that_was_touched_is_a_proposal() -> None:
    """The log reaches back two days; of what was before, the modify time tells."""
    shop = Shop()
    born = shop.clock.now() - timedelta(days=6)
    old: dict[str, Any] = {"units": 400, "delivering": False, "status": "TIME_NO_REACH", "created_at": born}
    shop.add(C2, Rate(since=utc("2026-03-09 00:00")), **old, modified_at=born + timedelta(days=1))
    shop.enrol(enrolment(C2, economics=Economics(margin=0.95)), enrolment(C1, policy=HOLD))
    await shop.open()
    asked = [a.needs_approval for a in (await shop.tick(10)).acts if a.reason == Reason.START]
    assert asked == [True]


async def test_what_a_person_pauses_after_our_pause_was_undone_stays_paused() -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, stoploss_set=True, stoploss_spend=300.0, resume_at_midnight=True))
    await shop.open()
    shop.platform.rates[C1] = Rate(100, 0, 0, since=utc("2026-03-02 00:00"))
    assert [w.request.value for w in (await shop.tick(30)).writes] == ["DISABLE"]
    shop.platform.rates[C1] = Rate(0, 0, 0)
    shop.platform.human(C1, Field.STATUS, "ENABLE")
    await shop.tick(10)
    shop.platform.human(C1, Field.STATUS, "DISABLE")
    shop.change(C1, delivering=False, status="DISABLE")
    for when in ("2026-03-02 14:00", "2026-03-03 00:10", "2026-03-03 01:10"):
        assert (await shop.tick(at=utc(when))).acts == ()
    await shop.restart()
    assert (await shop.tick(at=utc("2026-03-04 00:10"))).acts == ()


async def test_a_policy_that_this_process_did_not_load_rules_nothing() -> None:
    shop = await Shop().open()
    shop.enrol(enrolment(C1, policy="mine.own:Policy"))
    assert (await shop.tick(10)).held == {Reason.NO_RULE: 1}


async def test_an_approval_older_than_the_observation_is_not_sent() -> None:
    rig = Rig()
    fed = rig.clock.now() - timedelta(hours=1)
    with rig.ledger.begin() as tx:
        tx.save_life([KnownLife(ACCOUNT, C1, fed, fed, fed, fed, True, None, False)])
    assert (await rig.write("1.80", reason=Reason.NOVOLUME)).why.startswith("OBSERVING")
    rig.clock.advance(72 * 3600)
    assert (await rig.write("1.80", reason=Reason.NOVOLUME)).state is WriteState.CONFIRMED


async def test_a_raise_over_the_suggestion_needs_the_waiver_marked_in_its_decision() -> None:
    rig = Rig()
    with rig.ledger.begin() as tx:
        tx.enrol(enrolment(waivers=Waiver.PROFIT_OVER_SUGGESTION))
    rig.platform.suggested = Suggestion(SuggestionState.NUMBER, 1.4)
    over: dict[str, Any] = {"inputs": '{"floor":2.3}', "reason": Reason.ROAS_BELOW_GOAL}
    assert (await rig.write("2.20", **over)).why.startswith("CAP") and not rig.platform.attempts
    marked = await rig.write("2.20", **over, waived=int(Waiver.PROFIT_OVER_SUGGESTION))
    assert marked.state is WriteState.CONFIRMED


async def test_a_change_during_a_long_listing_counts_from_its_modify_time() -> None:
    """The listing is stamped at its begin; what its last page shows may be a minute younger."""
    rig = Rig()
    info, begun = rig.platform.campaigns_by_id[C1], rig.clock.now()
    known = KnownCampaign(replace(info, modified_at=begun - timedelta(days=1)), begun - timedelta(minutes=5), None)
    shown = replace(info, target_units=210, modified_at=begun + timedelta(seconds=50))
    (found,) = differences(known, shown, begun, (), rig.can)
    assert found.at == begun + timedelta(seconds=50)
    (odd,) = differences(known, replace(shown, modified_at=begun + timedelta(days=9)), begun, (), rig.can)
    assert odd.at == begun + LONGEST_READ, "a time that cannot be does not hold for ever"


async def test_an_approval_is_judged_again_when_its_turn_comes() -> None:
    """Made at noon, approved while no process ran; the operator has said since then that nothing may go above 2.05."""
    shop = Shop(mode=Mode.APPROVE)
    await shop.open()
    await shop.tick(30)
    (proposal,) = shop.pending()
    shop.approve(proposal.id)
    shop.enrol(enrolment(C1, economics=Economics(margin=0.95), maximum=2.05))
    await shop.restart()
    await shop.tick(120)
    assert not shop.platform.attempts and shop.target() == 200
    (dropped,) = shop.ledger.state.writes.values()
    assert dropped.state is WriteState.DROPPED and dropped.why.startswith("BOUNDS")


async def test_an_approval_that_the_rules_still_allow_is_sent() -> None:
    shop = Shop(mode=Mode.APPROVE)
    await shop.open()
    await shop.tick(30)
    shop.approve(shop.pending()[0].id)
    await shop.restart()
    report = await shop.tick(120)
    assert [(w.request.value, w.state) for w in report.writes] == [("2.10", WriteState.CONFIRMED)]


async def test_where_no_log_can_be_read_a_fresh_modify_time_counts_at_first_sight() -> None:
    shop = Shop()
    shop.platform.can = replace(shop.platform.can, has_edit_log=False)
    touched = shop.clock.now() - timedelta(minutes=20)
    shop.change(C1, modified_at=touched)
    shop.add(C2)
    await shop.open()
    assert not [a for a in (await shop.tick()).acts if a.campaign == C1]
    ages = dict(zip(shop.seen().campaign.tolist(), shop.seen().since_edit_s.tolist(), strict=True))
    assert 1200 <= ages[C1] < 1300
