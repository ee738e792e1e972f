"""The control cycle over whole ticks: what is asked, decided, stored, written and told, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest

from bidctl.domain.campaign import Session as LiveSession
from bidctl.domain.enrolment import Economics, Prior
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import CampaignId, Field, Kind, Mode, Suggestion, SuggestionState
from bidctl.domain.writes import WriteState
from bidctl.engine.approvals import OPERATOR_TICK
from bidctl.engine.observe import Observer
from bidctl.engine.ports import DecisionRecord, ReadFailed
from bidctl.engine.suggestions import Suggestions
from tests.fakes.flat_platform import ZONE, Rate, number, utc
from tests.fakes.memory_platform import ACCOUNT, Fault
from tests.fakes.rig import enrolment
from tests.fakes.shop import C1, C2, C3, HOLD, MORNING, Shop


@pytest.fixture
async def shop() -> Shop:
    return await Shop().open()


def counted_alike(shop: Shop) -> bool:
    """The observer counts today's edits, and knows the last one, as the ledger does."""
    now = shop.desk.now()
    midnight = utc(f"{now.astimezone(ZONE):%Y-%m-%d} 00:00")
    o = shop.seen()
    with shop.ledger.begin() as t:
        views = [t.gate_view(ACCOUNT, CampaignId(str(c)), midnight) for c in o.campaign]
    ages = [np.inf if v.last_edit_at is None else (now - v.last_edit_at).total_seconds() for v in views]
    return o.edits_today.tolist() == [v.edits_today for v in views] and bool(
        np.allclose(o.since_edit_s, ages, atol=0.01)
    )


# the cycle


async def test_a_tick_reads_decides_stores_and_writes(shop: Shop) -> None:
    stored_before_sent: list[bool] = []
    shop.platform.after_write = lambda: stored_before_sent.append(len(shop.ledger.state.decisions) == 1)
    report = await shop.tick(30)
    assert report.good_read and report.decided == 1 and report.troubles == ()
    (act,), (write,) = report.acts, report.writes
    assert (act.old, act.new, Reason(act.reason)) == ("2.00", "2.10", Reason.ROAS_BELOW_GOAL)
    assert write.state is WriteState.CONFIRMED and write.request.decision == act.id and stored_before_sent == [True]
    assert shop.target() == 210
    with shop.ledger.begin() as t:
        assert t.decision(act.id) == act and t.last_beat(ACCOUNT) == report.at
        assert set(t.load_campaigns(ACCOUNT)) == {C1} and len(t.load_facts(ACCOUNT, MORNING - timedelta(days=40))) > 100


async def test_a_dry_run_decides_and_stores_but_has_nothing_to_write_with() -> None:
    shop = await Shop(mode=Mode.DRY).open()
    report = await shop.tick(30)
    assert [a.new for a in report.acts] == ["2.10"] and report.acts[0].mode is Mode.DRY
    assert [w.state for w in report.writes] == [WriteState.DROPPED] and shop.platform.attempts == []
    assert not shop.ledger.state.writes


async def test_a_young_ledger_waits_an_hour_before_it_edits() -> None:
    shop = Shop()
    shop.ledger.since = MORNING
    await shop.open()
    told = [await shop.tick(30) for _ in range(3)]
    assert [dict(r.held) for r in told] == [{Reason.SPACING: 1}, {Reason.SPACING: 1}, {}]
    assert shop.platform.attempts and shop.clock.now() - MORNING > timedelta(minutes=61)


async def test_holds_are_counted_every_tick_and_stored_when_their_reason_changes() -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, policy=HOLD))
    shop.add(C2, enrol=False)
    await shop.open()
    held = [await shop.tick(10) for _ in range(6)]
    assert all(r.held == {shop.reason(): 1} and r.decided == 2 for r in held), "others are read, not held"
    assert shop.holds() == {shop.reason(): 6}
    with shop.ledger.begin() as t:
        assert len(t.decisions_of(ACCOUNT, C1)) == 1 and t.decisions_of(ACCOUNT, C2) == ()


# suggestions


async def test_a_raise_asks_for_its_suggestion_and_is_decided_again() -> None:
    shop = await Shop().open()
    late = next(CampaignId(str(n)) for n in range(1900, 2000) if not due_at_ten(shop, CampaignId(str(n))))
    fine = next(CampaignId(str(n)) for n in range(2000, 2100) if not due_at_ten(shop, CampaignId(str(n))))
    shop.enrol(enrolment(C1, policy=HOLD))
    shop.add(late)
    shop.add(fine, Rate(gmv=285))
    report = await shop.tick(1)
    assert late in shop.platform.asked and shop.target(late) == 210
    assert fine not in shop.platform.asked, "nothing turned on it"
    assert late in {a.campaign for a in report.acts}


async def test_an_unknown_suggestion_is_asked_for_again_and_allows_no_raise(shop: Shop) -> None:
    shop.platform.suggestions[C1] = Suggestion(SuggestionState.UNKNOWN)
    for _ in range(2):
        report = await shop.tick(10)
        assert report.acts == () and report.held == {Reason.SUGGESTION_UNKNOWN: 1}
    assert shop.platform.asked.count(C1) >= 2
    shop.platform.suggestions[C1] = number(3.0)
    assert (await shop.tick(10)).acts


def due_at_ten(shop: Shop, campaign: CampaignId) -> bool:
    info = replace(shop.platform.campaigns_by_id[C1], campaign=campaign)
    return bool(Suggestions().due([info], MORNING.astimezone(ZONE)))


# edits in step


@pytest.mark.parametrize(("fault", "end", "target"), [
    (Fault.LOST_APPLIED, WriteState.CONFIRMED, 210), (Fault.LOST_NOT_APPLIED, WriteState.ABSENT, 200),
])  # fmt: skip
async def test_an_unknown_edit_keeps_observer_and_ledger_in_step(
    shop: Shop, fault: Fault, end: WriteState, target: int
) -> None:
    shop.platform.faults = [fault]
    (write,) = (await shop.tick(30)).writes
    assert write.state is WriteState.UNKNOWN
    states = set()
    for _ in range(4):
        report = await shop.tick(5)
        assert report.acts == () or fault is Fault.LOST_NOT_APPLIED
        with shop.ledger.begin() as t:
            found = t.write(write.id)
        assert found is not None
        states.add(found.state)
        assert counted_alike(shop), found.state
    assert end in states and shop.target() == target
    assert shop.platform.attempts[0].value == "2.10" and len(shop.platform.attempts) == 1


async def test_after_an_absent_edit_nothing_is_proposed_for_an_hour(shop: Shop) -> None:
    shop.platform.faults = [Fault.LOST_NOT_APPLIED]
    await shop.tick(30)
    dropped = [w for _ in range(10) for w in (await shop.tick(5)).writes]
    assert dropped == []
    again = [w for _ in range(8) for w in (await shop.tick(5)).writes]
    assert [w.state for w in again] == [WriteState.CONFIRMED]


# approving


async def test_proposals_wait_for_a_person_and_are_made_once() -> None:
    shop = await Shop(mode=Mode.APPROVE).open()
    first = await shop.tick(30)
    assert [a.needs_approval for a in first.acts] == [True] and first.writes == () and shop.platform.attempts == []
    for _ in range(3):
        await shop.tick(10)
    (waiting,) = shop.pending()
    assert waiting.id == first.acts[0].id
    shop.approve(waiting.id)
    report = await shop.tick(10)
    assert [(w.request.decision, w.state) for w in report.writes] == [(waiting.id, WriteState.CONFIRMED)]
    assert shop.target() == 210 and shop.pending() == (), "what was approved is not proposed once more"
    await shop.tick(10)
    assert len(shop.platform.attempts) == 1


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_refused_proposal_is_not_made_again_that_day(restarts: bool) -> None:
    """Not under another value, not after a restart, and not sent in a live run either; tomorrow it may be asked again."""
    shop = await Shop(mode=Mode.APPROVE).open()
    await shop.tick(30)
    refused = shop.pending()[0]
    shop.approve(refused.id, yes=False)
    shop.platform.rates[C1] = Rate(100, 120, 3)
    for turn in range(3):
        if restarts:
            await shop.restart(Mode.LIVE if turn == 1 else Mode.APPROVE)
        report = await shop.tick(70)
        assert report.held == {Reason.REFUSED: 1} and report.acts == () and shop.pending() == ()
    assert shop.platform.attempts == []
    await shop.restart(Mode.APPROVE)
    await shop.tick(at=utc("2026-03-03 00:30"))
    assert [p.id != refused.id for p in shop.pending()] == [True]


async def test_a_proposal_no_longer_wished_is_withdrawn() -> None:
    shop = await Shop(mode=Mode.APPROVE).open()
    await shop.tick(30)
    old = shop.pending()[0]
    shop.enrol(enrolment(C1, policy=HOLD))
    await shop.tick(10)
    assert shop.pending() == ()
    with shop.ledger.begin() as t:
        assert not t.answer_proposal(old.id, True, "me", shop.clock.now()), "nobody can approve it any more"


async def test_a_proposal_of_a_dry_run_does_not_stand_in_for_a_live_one() -> None:
    """It would wait for ever: nobody carries it out. A dry run in turn leaves the proposals of others alone."""
    shop = Shop(mode=Mode.DRY)
    shop.enrol(enrolment(C1, stoploss_set=True, stoploss_loss=100.0))
    await shop.open()
    await shop.tick(30)
    assert [(p.mode, Reason(p.reason)) for p in shop.pending()] == [(Mode.DRY, Reason.STOPLOSS_ASK)]
    await shop.restart(Mode.LIVE)
    await shop.tick(10)
    assert [(p.mode, Reason(p.reason)) for p in shop.pending()] == [(Mode.LIVE, Reason.STOPLOSS_ASK)]
    await shop.restart(Mode.DRY)
    await shop.tick(10)
    assert {p.mode for p in shop.pending()} == {Mode.LIVE, Mode.DRY}


async def test_a_pause_that_the_platform_did_not_show_is_no_persons_undoing() -> None:
    """A listing that lags longer than stated shows it enabled, with the modify time of before: it is still our pause."""
    shop = Shop()
    shop.enrol(enrolment(C1, stoploss_set=True, stoploss_spend=300.0, resume_at_midnight=True))
    await shop.open()
    shop.platform.rates[C1] = Rate(100, 0, 0, since=utc("2026-03-02 00:00"))
    before = shop.platform.campaigns_by_id[C1]
    assert [a.new for a in (await shop.tick(30)).acts] == ["DISABLE"]
    after, shop.platform.campaigns_by_id[C1] = shop.platform.campaigns_by_id[C1], before
    assert [a.new for a in (await shop.tick(10)).acts] == ["DISABLE"], "it is paused again, for it spends"
    assert [p.paused_at is not None for p in shop.ledger.state.pauses.values()] == [True] and not after.enabled


async def test_an_approval_of_another_mode_is_not_sent() -> None:
    shop = await Shop(mode=Mode.APPROVE).open()
    await shop.tick(30)
    waiting = shop.pending()[0]
    shop.approve(waiting.id)
    await shop.restart(Mode.LIVE)
    report = await shop.tick(10)
    assert [w.request.decision == waiting.id for w in report.writes] == [False]
    assert all(a.mode is Mode.LIVE for a in report.acts)


async def approved_at(shop: Shop, minutes: float = 30) -> str:
    """The id of the first proposal, which a person approves."""
    await shop.tick(minutes)
    (waiting,) = shop.pending()
    shop.approve(waiting.id)
    return waiting.id


@pytest.mark.parametrize(
    ("field", "old", "new"), [(Field.ROI_TARGET, "2.00", "2.20"), (Field.BUDGET, "5000", "6000.00")]
)
async def test_an_approval_waits_while_the_platform_has_just_refused_the_like(field: Field, old: str, new: str) -> None:
    shop = Shop(mode=Mode.APPROVE)
    shop.enrol(enrolment(C1, stoploss_set=True, policy=HOLD, budget_cap=9000.0))
    shop.change(C1, budget=Decimal("5000.00"))
    await shop.open()
    shop.platform.faults = [Fault.REFUSED]
    told = []
    for turn, minutes in enumerate((30, 10, 40, 20)):
        if turn < 2:
            ask(shop, f"mine-{turn}", field, old, new)
        told.append([(w.request.decision, w.state.value) for w in (await shop.tick(minutes)).writes])
    assert told == [[("mine-0", "refused")], [], [], [("mine-1", "confirmed")]]


def ask(shop: Shop, name: str, field: Field, old: str, new: str) -> None:
    """A person's own proposal, approved."""
    made = DecisionRecord(
        id=name, tick=OPERATOR_TICK, account=ACCOUNT, campaign=C1, at=shop.clock.now(), mode=shop.mode, policy_id="me",
        settings_hash="0", code_version="0", field=field, old=old, new=new, wish=None, reason=int(Reason.OPERATOR), bound=0,
        alerts=0, waived=0, needs_approval=True, inputs="{}", trace="[]",
    )  # fmt: skip
    with shop.ledger.begin() as t:
        t.add_decisions([made])
    shop.approve(name)


async def test_an_approval_waits_while_it_is_quiet_and_is_not_lost() -> None:
    shop = Shop(mode=Mode.APPROVE)
    shop.enrol(enrolment(C1, quiet=((10 * 60 + 35, 11 * 60),)))
    await shop.open()
    mine = await approved_at(shop)
    assert [(await shop.tick(10)).writes for _ in range(2)] == [(), ()]
    report = await shop.tick(at=utc("2026-03-02 11:05"))
    assert [(w.request.decision, w.state) for w in report.writes] == [(mine, WriteState.CONFIRMED)]


async def test_people_hear_of_an_approval_that_is_not_carried_out() -> None:
    """The rules forbid it meanwhile, or the gate found the campaign changed."""
    for change in (lambda s: s.enrol(enrolment(C1, maximum=2.05)), lambda s: s.change(C1, target_units=201)):
        shop = await Shop(mode=Mode.APPROVE).open()
        await approved_at(shop)
        change(shop)
        await shop.tick(10)
        assert shop.platform.attempts == [] and Alert.APPROVAL_DROPPED in shop.notices.alerts
        with shop.ledger.begin() as t:
            assert t.approved(ACCOUNT) == ()


BOUND = {"budget_cap": 2000.0, "policy": HOLD}


async def budget_proposed(**changes: object) -> Shop:
    """`C1` spends 100 yuan an hour of a budget that will bind, above its goal: a raise is proposed, and approved."""
    shop = Shop(mode=Mode.APPROVE)
    shop.platform.rates[C1] = Rate(100, 400, 8)
    shop.change(C1, budget=Decimal("1100.00"))
    shop.enrol(enrolment(C1, **{**BOUND, **changes}))
    await shop.open()
    (report,) = [await shop.tick(30)]
    assert [(a.field, a.new) for a in report.acts] == [(Field.BUDGET, "1300.00")]
    shop.approve(report.acts[0].id)
    return shop


@pytest.mark.parametrize(("meanwhile", "sent", "told"), [
    ({}, 1, False),
    ({"quiet": ((10 * 60 + 35, 11 * 60),)}, 0, False),  # it waits
    ({"budget_cap": 1200.0}, 0, True),
])  # fmt: skip
async def test_an_approved_budget_is_judged_anew(meanwhile: dict[str, object], sent: int, told: bool) -> None:
    shop = await budget_proposed()
    shop.enrol(enrolment(C1, **{**BOUND, **meanwhile}))
    await shop.tick(10)
    assert len(shop.platform.attempts) == sent and (Alert.APPROVAL_DROPPED in shop.notices.alerts) is told


async def test_an_approved_budget_that_the_spend_has_outgrown_is_dropped() -> None:
    shop = await budget_proposed()
    shop.platform.rates[C1] = Rate(125, 500, 10)
    await shop.tick(10)
    assert shop.platform.attempts == [] and Alert.APPROVAL_DROPPED in shop.notices.alerts


async def test_an_approved_first_target_is_judged_anew() -> None:
    shop = await Shop(mode=Mode.APPROVE).open()
    born = shop.clock.now() - timedelta(minutes=5)
    late = {"created_at": born, "modified_at": born, "units": 400, "delivering": False, "status": "TIME_NO_REACH"}
    shop.add(C2, Rate(since=utc("2026-03-02 13:00")), **late)
    shop.enrol(enrolment(C2, economics=Economics(margin=0.95)), enrolment(C1, policy=HOLD))
    await shop.tick(10)
    (first,) = shop.pending()
    shop.approve(first.id)
    shop.enrol(enrolment(C2, economics=Economics(margin=0.95), minimum=2.0))
    await shop.tick(10)
    assert shop.platform.attempts == [] and Alert.APPROVAL_DROPPED in shop.notices.alerts


async def test_one_lever_a_tick_and_the_persons_before_the_policys(shop: Shop) -> None:
    """An approved budget and a target that is due now: the target is stated as dropped, and decided anew by the next tick."""
    shop.change(C1, budget=Decimal("4000.00"))
    await shop.tick(1)
    shop.clock.advance(3600)
    made = replace(next(iter(shop.ledger.state.decisions.values())), id="b" * 32, field=Field.BUDGET, old="4000.00",
                   new="4500.00", reason=int(Reason.BUDGET_RAISE), needs_approval=True, at=shop.clock.now())  # fmt: skip
    shop.enrol(enrolment(C1, budget_cap=5000.0, stoploss_set=True))
    with shop.ledger.begin() as t:
        t.add_decisions([made])
    shop.approve(made.id)
    report = await shop.tick(2)
    assert [(w.request.field, w.state) for w in report.writes] == [
        (Field.BUDGET, WriteState.CONFIRMED), (Field.ROI_TARGET, WriteState.DROPPED)
    ]  # fmt: skip
    assert report.writes[1].why.startswith("ONE_LEVER") and report.writes[1].id
    assert [w.request.field for w in (await shop.tick(10)).writes] == [Field.ROI_TARGET]


# who is enrolled


async def test_newcomers_are_taken_in_by_name_and_by_room(shop: Shop) -> None:
    shop.add(C2, enrol=False, name="spring sale 2")
    shop.add(C3, enrol=False, kind=Kind.LIVE, live_account="900")
    other = shop.add(CampaignId("1804"), enrol=False, name="winter")
    shop.enrol(replace(enrolment(CampaignId("name:spring*")), goal=3.3), enrolment(CampaignId("live:900")))
    await shop.tick(30)
    with shop.ledger.begin() as t:
        found = {e.campaign: e for e in t.enrolments(ACCOUNT)}
    assert {C1, C2, C3} <= set(found) and other.campaign not in found
    assert (found[C2].goal == 3.3 and found[C2].enrolled_at == shop.clock.now().replace()) or found[C2].enrolled_at
    with shop.ledger.begin() as t:
        assert t.unenrol(ACCOUNT, C2, shop.clock.now())
    for _ in range(2):
        await shop.tick(10)
    with shop.ledger.begin() as t:
        assert C2 not in {e.campaign for e in t.enrolments(ACCOUNT)}, "what a person took back stays out"
    assert all(
        w.request.campaign != C2 for w in shop.ledger.state.writes.values() if w.taken_at > MORNING + timedelta(hours=1)
    )


# a platform that does not answer


async def test_a_listing_that_fails_holds_and_is_alerted_while_spending(shop: Shop) -> None:
    await shop.tick(30)
    await shop.tick(10)  # twice, so that spend is seen to rise
    shop.platform.listing_fails = [ReadFailed("the platform gave no answer") for _ in range(8)]
    told = [await shop.tick(10) for _ in range(8)]
    assert all(r.acts == () and not r.good_read and r.troubles for r in told)
    assert [r.held for r in told][-4:] == [{Reason.STALE: 1}] * 4
    assert Alert.STALE_SPENDING in shop.notices.alerts
    assert len(shop.platform.attempts) == 1
    assert (await shop.tick(10)).good_read


async def test_an_answer_that_does_not_add_up_stops_the_accounts_edits(shop: Shop) -> None:
    await shop.tick(1)
    assert len(shop.platform.attempts) == 1
    shop.clock.advance(3500)
    await shop.tick(1)  # fresh again, an edit is due within minutes
    shop.platform.listing_fails = [ReadFailed("totals do not add up", stops_account=True)]
    report = await shop.tick(5)
    assert report.writes == () and Alert.ENVELOPE in shop.notices.alerts
    assert len(shop.platform.attempts) == 1
    assert [w.state for w in (await shop.tick(5)).writes] == [WriteState.CONFIRMED]


async def test_an_incomplete_listing_concludes_nothing_from_what_is_missing(shop: Shop) -> None:
    shop.add(C2)
    await shop.tick(30)
    before = len(shop.platform.attempts)
    hidden = shop.platform.campaigns_by_id.pop(C2)
    plain = shop.platform.campaigns

    async def part(account, day):  # type: ignore[no-untyped-def]
        return replace(await plain(account, day), complete=False, trouble="page 2 of 2 was missing")

    shop.platform.campaigns = part  # type: ignore[method-assign]
    reports = [await shop.tick(10) for _ in range(4)]
    assert all(r.troubles == ("page 2 of 2 was missing",) and not r.good_read for r in reports)
    assert reports[0].held[Reason.NO_DATA] == 1 and reports[-1].held == {Reason.NO_DATA: 1, Reason.STALE: 1}
    assert len(shop.platform.attempts) == before and hidden.campaign == C2


# people


async def test_a_persons_edit_holds_until_the_next_natural_day(shop: Shop) -> None:
    await shop.tick(1)
    shop.clock.advance(3000)
    shop.platform.human(C1, Field.ROI_TARGET, "2.05")
    for _ in range(17):
        report = await shop.tick(40)
        assert report.held == {Reason.HUMAN_EDIT: 1}
        assert counted_alike(shop)
    assert Alert.FOREIGN_EDIT in shop.notices.alerts and shop.target() == 205
    report = await shop.tick(at=utc("2026-03-03 00:05"))
    assert [a.old for a in report.acts] == ["2.05"]


async def test_a_person_in_a_live_room_holds_until_the_next_session() -> None:
    shop = Shop()
    room = {"kind": Kind.LIVE, "live_account": "900"}
    shop.add(C1, Rate(400, 600, 12), **room)
    days = [LiveSession("900", str(n), utc(f"2026-02-{n} 08:00"), utc(f"2026-02-{n} 22:00")) for n in range(20, 29)]
    running = LiveSession("900", "today", utc("2026-03-02 08:00"), None)
    shop.platform.rooms["900"] = (*days, running)
    await shop.open()
    await shop.tick(10)
    shop.platform.human(C1, Field.ROI_TARGET, "2.02")
    assert (await shop.tick(10)).held == {Reason.HUMAN_EDIT: 1}
    assert (await shop.tick(at=utc("2026-03-03 01:00"))).held == {Reason.HUMAN_EDIT: 1}, "midnight frees goods only"
    shop.change(C1, off_air=True, delivering=False)
    await shop.tick(10)
    shop.platform.rooms["900"] = (*days, replace(running, ended_at=utc("2026-03-03 01:05")),
                                  LiveSession("900", "next", utc("2026-03-03 08:00"), None))  # fmt: skip
    shop.change(C1, off_air=False, delivering=True)
    held = (await shop.tick(at=utc("2026-03-03 08:30"))).held
    assert Reason.HUMAN_EDIT not in held and held.get(Reason.QUIET) == 1, "its first hour is quiet"


@pytest.mark.parametrize("answers", [True, False])
async def test_a_room_that_went_off_and_on_air_between_two_ticks_is_in_its_first_hour(answers: bool) -> None:
    """Both listings show it on air; its sessions are asked for when an edit turns on them. No answer is no leave to edit."""
    shop = Shop()
    shop.add(C1, Rate(400, 600, 12), kind=Kind.LIVE, live_account="900")
    days = [LiveSession("900", str(n), utc(f"2026-02-{n} 08:00"), utc(f"2026-02-{n} 22:00")) for n in range(20, 29)]
    running = LiveSession("900", "today", utc("2026-03-02 08:00"), None)
    shop.platform.rooms["900"] = (*days, running)
    shop.enrol(enrolment(C1, policy=HOLD))
    await shop.open()
    await shop.tick(10)
    shop.enrol(enrolment(C1))
    again = LiveSession("900", "again", utc("2026-03-02 10:13"), None)
    shop.platform.rooms["900"] = (*days, replace(running, ended_at=utc("2026-03-02 10:12")), again)
    if not answers:
        shop.platform.room_fails = 2
    held = [(await shop.tick(10)).held for _ in range(2)]
    assert held == [{Reason.QUIET: 1}] * 2 and shop.platform.attempts == []
    asked = len(shop.platform.room_reads)
    assert (await shop.tick(at=utc("2026-03-02 11:15"))).acts
    assert len(shop.platform.room_reads) - asked == 1, "asked when an edit turns on it, and only then"


# a campaign's life


async def test_a_first_target_is_set_once_and_confirmed(shop: Shop) -> None:
    born = shop.clock.now() - timedelta(minutes=5)
    starts = utc("2026-03-02 13:00")
    shop.add(
        C2, Rate(since=starts), created_at=born, modified_at=born, units=400, delivering=False, status="TIME_NO_REACH"
    )
    shop.enrol(enrolment(C2, economics=Economics(margin=0.95)), enrolment(C1, policy=HOLD))
    report = await shop.tick(10)
    first = next(a for a in report.acts if a.campaign == C2)
    assert (Reason(first.reason), first.old, first.new) == (
        Reason.START,
        "4.00",
        "1.50",
    )  # the account's 30-day average
    for _ in range(30):
        report = await shop.tick(10)
        assert not any(a.reason == Reason.START for a in report.acts)
        assert counted_alike(shop)
    mine = [w for w in shop.ledger.state.writes.values() if w.request.campaign == C2]
    assert [(w.request.value, w.state) for w in mine[:1]] == [("1.50", WriteState.CONFIRMED)]


UNSURE = {"economics": Economics(margin=0.95), "prior": Prior()}


@pytest.mark.parametrize(("economics", "asks"), [(Economics(margin=0.95), True), (Economics(break_even=1.2), False)])
async def test_a_first_target_that_rests_on_an_unconfirmed_prior_is_a_persons_to_approve(
    shop: Shop, economics: Economics, asks: bool
) -> None:
    """Break-even is computed from the prior, unless the operator gave one: the lowering is bounded by nothing else."""
    born = shop.clock.now() - timedelta(minutes=5)
    late = {"created_at": born, "modified_at": born, "units": 400, "delivering": False, "status": "TIME_NO_REACH"}
    shop.add(C2, Rate(since=utc("2026-03-02 13:00")), **late)
    shop.enrol(enrolment(C2, economics=economics, prior=Prior()), enrolment(C1, policy=HOLD))
    report = await shop.tick(10)
    (first,) = [a for a in report.acts if a.campaign == C2]
    assert (Reason(first.reason), first.new, first.needs_approval) == (Reason.START, "1.50", asks)
    assert bool(report.writes) is not asks and [p.id for p in shop.pending()] == [first.id] * asks
    if asks:
        shop.approve(first.id)
        assert [w.state for w in (await shop.tick(10)).writes] == [WriteState.CONFIRMED]


async def test_no_volume_lowers_nothing_down_to_a_break_even_that_nobody_confirmed(shop: Shop) -> None:
    born = utc("2026-03-02 08:00")
    shop.add(C2, Rate(5, 10, 0), created_at=born, modified_at=born)
    shop.enrol(enrolment(C2, **UNSURE), enrolment(C1, policy=HOLD))
    for _ in range(12):
        report = await shop.tick(30)
        assert not any(a.campaign == C2 for a in report.acts)
    assert shop.reason(C2) is Reason.PRIOR_UNCONFIRMED
    shop.enrol(enrolment(C2, economics=Economics(break_even=1.2), prior=Prior()))
    assert [a.campaign for a in (await shop.tick(10)).acts] == [C2]


async def test_a_fed_campaign_is_observed_for_72_hours(shop: Shop) -> None:
    born = utc("2026-03-02 09:00")
    shop.add(C2, Rate(), created_at=born, modified_at=born)  # 200 yuan are reached at 11:00, so by 12:00 at the latest
    stages = [Reason.FEEDING if hour < 11 else Reason.OBSERVING for hour in range(10, 14)]
    seen = []
    for hour in range(10, 14):
        await shop.tick(at=utc(f"2026-03-02 {hour}:30"))
        seen.append(shop.reason(C2))
    assert seen == stages
    shop.clock.advance((utc("2026-03-05 10:30") - shop.clock.now()).total_seconds())
    await shop.tick()
    assert shop.reason(C2) is Reason.OBSERVING
    for _ in range(4):
        await shop.tick(30)
    assert shop.reason(C2) is not Reason.OBSERVING


async def test_a_campaign_that_gets_no_volume_is_lowered_three_times_a_day(shop: Shop) -> None:
    born = utc("2026-03-02 00:00")
    shop.add(C2, Rate(spend=5, gmv=12, orders=0.2), created_at=born, modified_at=born)
    shop.enrol(enrolment(C2, economics=Economics(margin=0.95)), enrolment(C1, policy=HOLD))
    lowered = [a for _ in range(60) for a in (await shop.tick(10)).acts if a.campaign == C2]
    assert [(a.old, a.new, Reason(a.reason)) for a in lowered] == [
        ("2.00", "1.90", Reason.NOVOLUME), ("1.90", "1.80", Reason.NOVOLUME), ("1.80", "1.71", Reason.NOVOLUME)
    ]  # fmt: skip
    gaps = [b.at - a.at for a, b in pairwise(lowered)]
    assert all(gap > timedelta(hours=2) for gap in gaps), "two whole hours since the last edit are its evidence"


# stops


async def test_a_stop_loss_pause_is_undone_at_midnight_where_the_operator_wants_it() -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, stoploss_set=True, stoploss_spend=300.0, resume_at_midnight=True))
    day = utc("2026-03-02 00:00")
    await shop.open()
    shop.platform.rates[C1] = Rate(100, 0, 0, since=day)
    report = await shop.tick(30)
    assert [(a.field, a.new, Reason(a.reason)) for a in report.acts] == [
        (Field.STATUS, "DISABLE", Reason.STOPLOSS_NO_ORDERS)
    ]
    assert not shop.platform.campaigns_by_id[C1].enabled and Alert.STOPLOSS in shop.notices.alerts
    shop.change(C1, delivering=False, status="DISABLE")
    shop.platform.rates[C1] = Rate(0, 0, 0)
    await shop.restart()
    for _ in range(10):
        assert (await shop.tick(60)).acts == (), "never before midnight"
    report = await shop.tick(at=utc("2026-03-03 00:10"))
    assert [(a.field, a.new, Reason(a.reason)) for a in report.acts] == [(Field.STATUS, "ENABLE", Reason.UNPAUSE)]
    assert shop.platform.campaigns_by_id[C1].enabled
    shop.change(C1, delivering=True, status="DELIVERY_OK")
    assert not any(a.field is Field.STATUS for a in (await shop.tick(60)).acts), "undone once"


@pytest.mark.parametrize("crash", [False, True])
async def test_a_pause_confirmed_by_reading_back_is_undone_at_midnight_too(crash: bool) -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, stoploss_set=True, stoploss_spend=300.0, resume_at_midnight=True))
    await shop.open()
    shop.platform.rates[C1] = Rate(100, 0, 0, since=utc("2026-03-02 00:00"))
    shop.platform.faults = [Fault.LOST_APPLIED]
    assert [w.state for w in (await shop.tick(30)).writes] == [WriteState.UNKNOWN]
    shop.change(C1, delivering=False, status="DISABLE")
    shop.platform.rates[C1] = Rate(0, 0, 0)
    for _ in range(3):
        if crash:
            await shop.restart()
        assert (await shop.tick(10)).acts == ()
    report = await shop.tick(at=utc("2026-03-03 00:10"))
    assert [(a.new, Reason(a.reason)) for a in report.acts] == [("ENABLE", Reason.UNPAUSE)]


@pytest.mark.parametrize("limits", [{"stoploss_spend": 300.0}, {"stoploss_loss": 400.0}])
@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("logged", [True, False])
async def test_a_stop_loss_does_not_fight_the_person_who_undid_it(
    limits: dict[str, float], restarts: bool, logged: bool
) -> None:
    """What was spent before a person switched the campaign on counts no more; what is spent after does (R-STOPLOSS)."""
    shop = Shop()
    shop.platform.can = replace(shop.platform.can, has_edit_log=logged)
    shop.enrol(enrolment(C1, stoploss_set=True, **limits))
    await shop.open()
    shop.platform.rates[C1] = Rate(100, 0, 0, since=utc("2026-03-02 00:00"))
    assert [a.new for a in (await shop.tick(30)).acts] == ["DISABLE"]
    shop.clock.advance(60)
    shop.platform.human(C1, Field.STATUS, "ENABLE")
    seen = []
    for _ in range(5):
        if restarts:
            await shop.restart()
        seen.append([a.new for a in (await shop.tick(30)).acts])
    assert seen == [[]] * 5, "150 minutes at 100 yuan an hour are under both limits"
    later = [[a.new for a in (await shop.tick(30)).acts] for _ in range(4)]
    assert ["DISABLE"] in later, "it stops again for what was lost since"


async def test_a_pause_of_somebody_else_is_left_alone() -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, stoploss_set=True, stoploss_spend=300.0, resume_at_midnight=True))
    await shop.open()
    await shop.tick(10)
    shop.platform.human(C1, Field.STATUS, "DISABLE")
    shop.change(C1, delivering=False, status="DISABLE")
    for when in ("2026-03-02 12:00", "2026-03-03 00:10", "2026-03-03 01:10"):
        assert (await shop.tick(at=utc(when))).acts == ()


async def test_the_kill_switch_stops_writes_and_says_so(shop: Shop) -> None:
    with shop.ledger.begin() as t:
        t.set_kill(ACCOUNT, True, "me", shop.clock.now())
    report = await shop.tick(30)
    assert report.held == {Reason.KILLED: 1} and shop.platform.attempts == []
    with shop.ledger.begin() as t:
        t.set_kill(ACCOUNT, False, "me", shop.clock.now())
    assert (await shop.tick(30)).acts


async def test_on_the_first_live_day_only_a_tenth_of_the_account_is_edited() -> None:
    shop = Shop()
    others = [CampaignId(f"19{n:02d}") for n in range(30)]
    for other in others:
        shop.add(other)
    await shop.open()
    edited = {w.request.campaign for _ in range(24) for w in (await shop.tick(30)).writes}
    assert len(edited) == 3, "3 of 31 alike carry at most 10 %"
    assert shop.holds()[Reason.BLAST] > 0
    await shop.tick(at=utc("2026-03-03 08:00"))
    edited = {w.request.campaign for w in shop.ledger.state.writes.values() if w.taken_at > utc("2026-03-03 00:00")}
    assert len(edited) > 20


# restarts


async def test_a_restart_between_ticks_changes_no_decision() -> None:
    plain, stopped = await Shop().open(), await Shop().open()
    for shop in (plain, stopped):
        shop.add(C2, Rate(gmv=400), created_at=utc("2026-02-28 08:00"), modified_at=utc("2026-02-28 08:00"))
    told = []
    for shop in (plain, stopped):
        rows = []
        for turn in range(36):
            if shop is stopped and turn in (7, 8, 20, 30):
                await shop.restart()
            report = await shop.tick(20)
            rows.append(([(a.campaign, a.field, a.old, a.new, a.reason) for a in report.acts], dict(report.held)))
        told.append(rows)
    assert told[0] == told[1]
    assert shop.platform.journal and [e.new for e in plain.platform.journal] == [
        e.new for e in stopped.platform.journal
    ]


async def test_an_observer_that_reads_the_ledger_again_has_every_edit(shop: Shop) -> None:
    for _ in range(10):
        await shop.tick(30)
    assert shop.platform.journal
    await shop.restart()
    await shop.tick(1)
    assert counted_alike(shop) and isinstance(shop.desk.observer, Observer)


# what a person asks for


async def test_a_wish_is_decided_but_not_stored(shop: Shop) -> None:
    from tests.fakes.shop import BOOK, HANDBOOK

    await shop.tick(1)
    stored = dict(shop.ledger.state.decisions)
    made = await shop.session.wish(ACCOUNT, C1, BOOK.policies[HANDBOOK][1])
    assert made is not None and made.campaign == C1 and shop.ledger.state.decisions == stored
    assert await shop.session.wish(ACCOUNT, CampaignId("404"), BOOK.policies[HANDBOOK][1]) is None


async def test_a_floor_without_economics_forbids_lowering_only() -> None:
    shop = Shop()
    shop.enrol(enrolment(C1, economics=Economics(), stoploss_set=True, goal=0.5))
    await shop.open()
    assert (await shop.tick(30)).held == {Reason.NO_FLOOR: 1}


# the return to the base budget


BASE = {"budget_cap": 2000.0, "budget_base": 500.0, "after_human_resume": True, "policy": HOLD}
QUIET = ((0, 30),)


async def with_base(**changes: object) -> Shop:
    """`C1` with a base budget of 500 yuan, at 23:50, then raised to 800."""
    shop = Shop()
    shop.platform.rates[C1] = Rate(spend=10, gmv=15)
    shop.change(C1, budget=Decimal("500.00"))
    shop.enrol(enrolment(C1, stoploss_set=True, **{**BASE, **changes}))
    await shop.open()
    await shop.tick(at=utc("2026-03-02 23:50"))
    shop.platform.human(C1, Field.BUDGET, "800.00")
    await shop.tick(at=utc("2026-03-02 23:55"))
    return shop


async def budgets(shop: Shop, *times: str) -> list[list[str]]:
    """The budgets written at each of these times of the next day."""
    told = []
    for time in times:
        report = await shop.tick(at=utc(f"2026-03-03 {time}"))
        told.append([f"{w.request.value} {w.state.value}" for w in report.writes if w.request.field is Field.BUDGET])
    return told


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_held_return_to_the_base_budget_is_made_later_that_day(restarts: bool) -> None:
    shop = await with_base(quiet=QUIET)
    assert await budgets(shop, "00:05", "00:25") == [[], []]
    if restarts:
        await shop.restart()
    assert await budgets(shop, "00:35", "00:45") == [["500.00 confirmed"], []]
    shop.platform.human(C1, Field.BUDGET, "900.00")
    if restarts:
        await shop.restart()
    assert await budgets(shop, "00:55", "01:05", "12:00") == [[], [], []], "a person's budget stays for the day"


async def test_a_refused_target_is_tried_again_in_an_hour() -> None:
    shop = Shop()
    shop.platform.faults = [Fault.REFUSED]
    await shop.open()
    told = [await shop.tick(10) for _ in range(7)]
    assert [[w.state for w in r.writes] for r in told] == [[WriteState.REFUSED], *[[]] * 5, [WriteState.CONFIRMED]]
    assert [dict(r.held) for r in told[1:6]] == [{Reason.PLATFORM_REFUSED: 1}] * 5


async def test_what_was_put_off_comes_again_at_the_next_look_and_never_opens_the_breaker() -> None:
    """Pace and tokens pass: it is no edit, and no failure either, however often."""
    shop = Shop()
    shop.platform.faults = [Fault.PUT_OFF] * 6
    await shop.open()
    told = [await shop.tick(2) for _ in range(7)]
    assert [[w.state for w in r.writes] for r in told] == [*[[WriteState.PUT_OFF]] * 6, [WriteState.CONFIRMED]]
    assert len({w.request.decision for r in told for w in r.writes}) == 7, "each is a decision of its own"


async def test_a_refused_return_to_the_base_budget_is_tried_again_in_an_hour() -> None:
    shop = await with_base()
    shop.platform.faults = [Fault.REFUSED]
    assert await budgets(shop, "00:05", "00:15", "01:00") == [["500.00 refused"], [], []]
    assert await budgets(shop, "01:10", "01:20") == [["500.00 confirmed"], []]


async def test_a_refused_raise_of_a_budget_is_tried_again_in_an_hour() -> None:
    shop = Shop()
    shop.platform.rates[C1] = Rate(spend=100, gmv=300)
    shop.change(C1, budget=Decimal("2000.00"))
    shop.enrol(enrolment(C1, stoploss_set=True, policy=HOLD, budget_cap=4000.0))
    shop.platform.faults = [Fault.REFUSED]
    await shop.open()
    reports = [await shop.tick(at=utc(f"2026-03-02 {time}")) for time in ("19:30", "19:40", "20:25", "20:35")]
    told = [[f"{w.request.value} {w.state.value}" for w in r.writes] for r in reports]
    assert told == [["2400.00 refused"], [], [], ["2400.00 confirmed"]]
    assert [dict(r.held) for r in reports[1:3]] == [{Reason.PLATFORM_REFUSED: 1}] * 2


async def test_a_lost_reply_to_a_return_is_not_followed_by_a_second_one() -> None:
    shop = await with_base()
    shop.platform.faults = [Fault.LOST_APPLIED]
    assert await budgets(shop, "00:05", "00:15", "00:25") == [["500.00 unknown"], [], []]


@pytest.mark.parametrize("seen", [True, False])
async def test_a_budget_at_its_base_at_midnight_is_a_persons_to_change(seen: bool) -> None:
    """Whether a tick saw it there, or the person's change is all that was found."""
    shop = await with_base()
    shop.change(C1, budget=Decimal("500.00" if seen else "800.00"))
    if seen:
        await budgets(shop, "00:05")
        await shop.restart()
    shop.platform.human(C1, Field.BUDGET, "900.00")
    assert await budgets(shop, "08:00", "08:10", "23:50") == [[], [], []]


async def test_a_campaign_enrolled_since_midnight_waits_for_the_next(shop: Shop) -> None:
    shop.platform.rates[C1] = Rate(spend=10, gmv=15)
    shop.change(C1, budget=Decimal("800.00"))
    shop.enrol(enrolment(C1, stoploss_set=True, enrolled_at=MORNING, **BASE))
    await shop.tick(10)
    assert shop.platform.attempts == []
    assert await budgets(shop, "00:05") == [["500.00 confirmed"]]
