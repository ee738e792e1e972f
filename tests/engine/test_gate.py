"""Every arrow of the write's state diagram, and every re-check before sending."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bidctl.domain.campaign import Creative, Reading, Totals
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import (
    AccountId,
    CampaignId,
    Field,
    Hold,
    Kind,
    Mode,
    Objective,
    Protection,
    Suggestion,
    SuggestionState,
    Waiver,
)
from bidctl.domain.writes import Answer, WriteRequest, WriteState
from bidctl.engine.gate import LedgerFailed
from tests.fakes.memory_platform import ACCOUNT, CAN, Fault
from tests.fakes.rig import C1, Rig, enrolment


@pytest.fixture
def rig() -> Rig:
    return Rig()


async def test_a_good_write_is_confirmed_and_counted(rig: Rig) -> None:
    done = await rig.write("2.20")
    assert done.state is WriteState.CONFIRMED
    assert rig.target() == "2.20"
    assert done.suggestion == 3.0 and done.read_value == "2.00"
    (edit,) = rig.ledger.state.edits
    assert edit.ours and edit.new == "2.20" and edit.effective_at >= rig.platform.journal[0].at


async def test_a_dry_gate_writes_nothing_and_takes_no_turn() -> None:
    rig = Rig(writes_allowed=False, mode=Mode.DRY)
    done = await rig.write("2.20")
    assert (done.state, done.id) == (WriteState.DROPPED, 0) and done.why.startswith("DRY")
    assert not rig.platform.attempts and not rig.ledger.state.writes


async def test_a_decision_that_is_not_stored_is_not_written(rig: Rig) -> None:
    record = rig.decide("2.20")
    rig.ledger.state.decisions.clear()
    assert (await rig.gate.write(rig.request(record), record)).why.startswith("UNSTORED")
    other = replace(rig.request(rig.decide("2.20")), value="2.10")
    assert (await rig.gate.write(other, record)).why.startswith("UNSTORED")
    assert not rig.platform.attempts


async def test_a_decision_is_written_once(rig: Rig) -> None:
    record = rig.decide("2.20")
    await rig.gate.write(rig.request(record), record)
    rig.clock.advance(7200)
    assert (await rig.gate.write(rig.request(record), record)).why.startswith("USED")


async def test_a_proposal_waits_for_a_person(rig: Rig) -> None:
    record = rig.decide("2.20", needs_approval=True)
    assert (await rig.gate.write(rig.request(record), record)).why.startswith("UNAPPROVED")
    with rig.ledger.begin() as tx:
        assert tx.answer_proposal(record.id, True, "me", rig.clock.now())
    assert (await rig.gate.write(rig.request(record), record)).state is WriteState.CONFIRMED


@pytest.mark.parametrize(
    ("set_switch", "code"),
    [
        (lambda tx, at: tx.set_kill(None, True, "me", at), "KILLED"),
        (lambda tx, at: tx.set_kill(ACCOUNT, True, "me", at), "KILLED"),
        (lambda tx, at: tx.unenrol(ACCOUNT, C1, at), "NOT_ENROLLED"),
        (lambda tx, at: tx.set_hold(ACCOUNT, C1, Hold.TARGETS, "me", at), "HELD"),
        (lambda tx, at: tx.set_human_hold(ACCOUNT, C1, at + timedelta(hours=9)), "HUMAN_EDIT"),
        (lambda tx, at: tx.set_breaker(ACCOUNT, True, "me", at), "BREAKER_OPEN"),
    ],
)
async def test_switches_are_read_again_before_sending(rig: Rig, set_switch, code: str) -> None:  # type: ignore[no-untyped-def]
    with rig.ledger.begin() as tx:
        set_switch(tx, rig.clock.now())
    done = await rig.write("2.20")
    assert done.state is WriteState.DROPPED and done.why.startswith(code)
    assert not rig.platform.attempts


async def test_a_pause_passes_breaker_and_holds_but_not_the_kill_switch(rig: Rig) -> None:
    at = rig.clock.now()
    with rig.ledger.begin() as tx:
        tx.set_breaker(ACCOUNT, True, "me", at)
        tx.set_hold(ACCOUNT, C1, Hold.ALL, "me", at)
        tx.set_human_hold(ACCOUNT, C1, at + timedelta(hours=9))
    pause: dict[str, Any] = {"what": Field.STATUS, "old": "ENABLE", "reason": Reason.STOPLOSS_NO_ORDERS}
    assert (await rig.write("DISABLE", **pause)).state is WriteState.CONFIRMED
    resume = await rig.write("ENABLE", "DISABLE", what=Field.STATUS, reason=Reason.UNPAUSE)
    assert resume.why.startswith("BREAKER_OPEN")
    rig.platform.human(C1, Field.STATUS, "ENABLE")
    with rig.ledger.begin() as tx:
        tx.set_kill(None, True, "me", at)
    assert (await rig.write("DISABLE", **pause)).why.startswith("KILLED")


async def test_somebodys_edit_before_the_read_drops_the_write_and_is_counted(rig: Rig) -> None:
    record = rig.decide("2.20")
    rig.platform.human(C1, Field.ROI_TARGET, "2.10")
    done = await rig.gate.write(rig.request(record), record)
    assert done.why.startswith("MOVED") and not rig.platform.attempts
    (edit,) = rig.ledger.state.edits
    assert not edit.ours and edit.new == "2.10" and edit.effective_at == rig.platform.journal[0].at
    assert Alert.FOREIGN_EDIT in rig.notices.alerts
    assert (await rig.write("2.20")).why.startswith("HUMAN_EDIT")
    await rig.tick()
    assert len(rig.ledger.state.edits) == 1, "the log tells the same edit: counted once"


async def test_a_switch_of_objective_by_somebody_drops_the_write(rig: Rig) -> None:
    rig.platform.human(C1, Field.OBJECTIVE, Objective.NET_ROI.value)
    assert (await rig.write("2.20")).why.startswith("MOVED")
    assert rig.ledger.state.edits[0].field is Field.OBJECTIVE


async def test_a_modify_time_alone_is_somebodys_change(rig: Rig) -> None:
    info = rig.platform.campaigns_by_id[C1]
    rig.clock.advance(600)
    rig.platform.campaigns_by_id[C1] = replace(info, modified_at=rig.clock.now())
    assert (await rig.write("2.20")).why.startswith("MOVED")
    assert Alert.FOREIGN_EDIT in rig.notices.alerts


@pytest.mark.parametrize(("after_s", "state"), [(3599.9, WriteState.DROPPED), (3602, WriteState.CONFIRMED)])
async def test_spacing_is_strictly_more_than_60_minutes(rig: Rig, after_s: float, state: WriteState) -> None:
    await rig.write("2.20")
    effective = rig.ledger.state.edits[0].effective_at
    rig.clock.advance((effective - rig.clock.now()).total_seconds() + after_s - rig.platform.latency_s)
    done = await rig.write("2.40")
    assert done.state is state and (state is WriteState.CONFIRMED or done.why.startswith("SPACING"))


async def test_live_spacing_may_be_waived_to_15_minutes(rig: Rig) -> None:
    rig.platform.campaigns_by_id[C1] = replace(rig.platform.campaigns_by_id[C1], kind=Kind.LIVE)
    await rig.write("2.20")
    rig.clock.advance(905)
    assert (await rig.write("2.40")).why.startswith("SPACING")
    with rig.ledger.begin() as tx:
        tx.enrol(enrolment(waivers=Waiver.LIVE_SPACING_15MIN))
    assert (await rig.write("2.40")).state is WriteState.CONFIRMED


async def test_quota_of_the_day_counts_everybody(rig: Rig) -> None:
    for value in ("2.20", "2.40", "2.60", "2.80"):
        assert (await rig.write(value)).state is WriteState.CONFIRMED
        rig.clock.advance(3700)
    assert (await rig.write("3.00")).why.startswith("QUOTA")


@pytest.mark.parametrize(
    ("suggestion", "code"),
    [
        (Suggestion(SuggestionState.NUMBER, 2.15), "CAP"),
        (Suggestion(SuggestionState.NONE), "NO_SUGGESTION"),
        (Suggestion(SuggestionState.UNKNOWN), "SUGGESTION_UNKNOWN"),
    ],
)
async def test_a_raise_ends_under_the_suggestion_just_read(rig: Rig, suggestion: Suggestion, code: str) -> None:
    rig.platform.suggested = suggestion
    assert (await rig.write("2.20")).why.startswith(code)
    assert (await rig.write("1.80", reason=Reason.ROAS_ABOVE_GOAL)).state is WriteState.CONFIRMED


@pytest.mark.parametrize("value", ["2.21", "2.09", "1.79"])
async def test_a_step_outside_the_band_is_not_sent(rig: Rig, value: str) -> None:
    assert (await rig.write(value)).state is WriteState.DROPPED
    assert not rig.platform.attempts


async def test_a_young_ledger_edits_nothing_for_61_minutes(rig: Rig) -> None:
    rig.ledger.since = rig.clock.now()
    rig.clock.advance(60 * 60 + 30)
    assert (await rig.write("2.20")).why.startswith("SPACING")
    rig.clock.advance(60)
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED


async def test_first_target_is_exempt_from_the_band_and_given_once(rig: Rig) -> None:
    start: dict[str, Any] = {"reason": Reason.START}
    assert (await rig.write("2.70", **start)).why.startswith("STARTED"), "it has spent today"
    fresh = replace(rig.platform.campaigns_by_id[C1], today=Totals())
    rig.platform.campaigns_by_id[C1] = fresh
    assert (await rig.write("3.10", **start)).why.startswith("CAP")
    assert (await rig.write("2.70", **start)).state is WriteState.CONFIRMED
    assert (await rig.write("2.90", **start)).why.startswith("STARTED")


async def test_a_lost_fence_and_another_mode_drop_the_write(rig: Rig) -> None:
    old_gate = rig.gate
    rig.new_gate()
    record = rig.decide("2.20")
    assert (await old_gate.write(rig.request(record), record)).why.startswith("FENCE")
    record = rig.decide("2.20", mode=Mode.DRY)
    assert (await rig.gate.write(rig.request(record), record)).why.startswith("MODE")


@pytest.mark.parametrize("offset", [31.0, -31.0, float("nan")])
async def test_a_wrong_clock_stops_writes(rig: Rig, offset: float) -> None:
    record = rig.decide("2.20")
    rig.platform.clock_offset_s = lambda: offset  # type: ignore[method-assign]
    assert (await rig.gate.write(rig.request(record), record)).why.startswith("CLOCK_UNSETTLED")
    assert Alert.CLOCK in rig.notices.alerts


async def test_a_step_of_our_clock_during_the_write_drops_it(rig: Rig) -> None:
    rig.platform.before_call = lambda name: rig.clock.step(120) if name == "campaign" else None
    assert (await rig.write("2.20")).why.startswith("CLOCK_UNSETTLED")


async def test_a_worker_stopped_past_its_deadline_does_not_send() -> None:
    rig = Rig()
    rig.trace = lambda step: rig.clock.advance(45) if step == "request:write" else None
    rig.new_gate()
    done = await rig.write("2.20")
    assert done.state is WriteState.NOT_SENT and done.why.startswith("LATE")
    assert not rig.platform.attempts and not rig.ledger.state.edits


async def test_a_worker_that_stood_still_after_reading_does_not_send() -> None:
    rig = Rig()
    rig.trace = lambda step: rig.clock.advance(4) if step == "request:write" else None
    rig.new_gate()
    done = await rig.write("2.20")
    assert done.state is WriteState.NOT_SENT and done.why.startswith("LATE")


@pytest.mark.parametrize("inside", [True, False])
async def test_a_quiet_window_that_began_meanwhile_drops_the_write(rig: Rig, inside: bool) -> None:
    local = rig.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    minute = local.hour * 60 + local.minute
    with rig.ledger.begin() as tx:
        tx.enrol(enrolment(quiet=((minute, minute + 30) if inside else (minute + 30, minute + 60),)))
    assert (await rig.write("2.20")).why.startswith("QUIET") is inside
    pause = await rig.write("DISABLE", "ENABLE", what=Field.STATUS, reason=Reason.STOPLOSS_DAY_LOSS)
    assert pause.state is WriteState.CONFIRMED, "a stop-loss acts in it"


async def test_the_writer_is_told_until_when_it_may_send(rig: Rig) -> None:
    """What it does before the first byte counts toward the age of what was read, and toward the deadline."""
    limits: list[float] = []
    plain = rig.platform.write

    async def told(request: WriteRequest) -> Answer:
        limits.append(request.latest - rig.clock.monotonic())  # type: ignore[operator]
        return await plain(request)

    rig.platform.write = told  # type: ignore[method-assign]
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED
    rig.trace = lambda step: rig.clock.advance(1.5) if step == "request:write" else None
    rig.clock.advance(3700)
    rig.new_gate()
    assert (await rig.write("2.40")).state is WriteState.CONFIRMED
    assert limits == [pytest.approx(3.5), pytest.approx(2.0)], "the suggestion took 0.5 s"


async def test_a_slow_suggestion_makes_it_read_the_campaign_again(rig: Rig) -> None:
    rig.platform.before_call = lambda name: rig.clock.advance(6) if name == "suggestion" else None
    steps: list[str] = []
    rig.trace = steps.append
    rig.new_gate()
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED
    assert steps.count("read:campaign") == 2


def slow_answers(rig: Rig, waits: list[float]) -> None:
    """The first reads of a campaign arrive so many seconds after what they show."""
    read = rig.platform.campaign

    async def slow(account: AccountId, campaign: CampaignId) -> Reading:
        found = await read(account, campaign)
        rig.clock.advance(waits.pop(0) if waits else 0.0)
        return found

    rig.platform.campaign = slow  # type: ignore[method-assign]


async def test_a_reading_that_was_long_under_way_is_taken_again(rig: Rig) -> None:
    slow_answers(rig, [2.5, 2.5])
    done = await rig.write("2.20")
    assert done.state is WriteState.CONFIRMED
    assert done.sent_at and done.read_at and done.sent_at - done.read_at <= timedelta(seconds=2)


async def test_a_platform_that_always_answers_late_drops_the_write_before_it_is_marked_as_sending(rig: Rig) -> None:
    slow_answers(rig, [2.5] * 9)
    done = await rig.write("2.20")
    assert done.state is WriteState.DROPPED and done.why.startswith("AGED") and done.sent_at is None
    assert not rig.platform.attempts and not rig.ledger.state.edits


async def test_a_failed_read_drops_the_write(rig: Rig) -> None:
    rig.platform.read_fails = 1
    assert (await rig.write("2.20")).why.startswith("UNREAD")
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED


@pytest.mark.parametrize(
    ("fault", "state"),
    [(Fault.REFUSED, WriteState.REFUSED), (Fault.PUT_OFF, WriteState.PUT_OFF), (Fault.NOT_SENT, WriteState.NOT_SENT)],
)
async def test_a_write_that_did_not_happen_is_no_edit(rig: Rig, fault: Fault, state: WriteState) -> None:
    rig.platform.faults = [fault]
    assert (await rig.write("2.20")).state is state
    assert not rig.ledger.state.edits
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED


async def test_an_open_write_holds_the_turn(rig: Rig) -> None:
    rig.platform.faults = [Fault.LOST_NOT_APPLIED]
    assert (await rig.write("2.20")).state is WriteState.UNKNOWN
    assert Alert.UNKNOWN_OUTCOME in rig.notices.alerts
    assert (await rig.write("2.20")).why.startswith("OPEN_WRITE")
    assert len(rig.platform.attempts) == 1 and len(rig.ledger.state.edits) == 1


@pytest.mark.parametrize("failing", [1, 2])
async def test_a_ledger_that_cannot_store_sends_nothing(rig: Rig, failing: int) -> None:
    record, commits = rig.decide("2.20"), iter(range(1, 99))

    def full(durable: bool) -> None:
        if durable and next(commits) == failing:
            raise OSError("No space left on device")

    rig.ledger.before_commit = full
    with pytest.raises(LedgerFailed, match="No space left on device") as failure:
        await rig.gate.write(rig.request(record), record)
    assert not failure.value.sent and "\n" not in str(failure.value)
    assert not rig.platform.attempts


async def test_a_lost_record_of_the_outcome_is_read_back_later(rig: Rig) -> None:
    record = rig.decide("2.20")
    commits = iter(range(1, 99))

    def full(durable: bool) -> None:
        if durable and next(commits) == 3:
            raise OSError("No space left on device")

    rig.ledger.before_commit = full
    with pytest.raises(LedgerFailed) as failure:
        await rig.gate.write(rig.request(record), record)
    assert failure.value.sent
    rig.clock.advance(120)
    assert await rig.gate.settle(ACCOUNT) == ()
    assert rig.ledger.state.writes[1].state is WriteState.CONFIRMED and len(rig.platform.attempts) == 1


async def test_finish_lets_the_write_under_way_end_and_takes_no_other(rig: Rig) -> None:
    record = rig.decide("2.20")
    begun, release = asyncio.Event(), asyncio.Event()
    send = rig.platform.write

    async def slow(request):  # type: ignore[no-untyped-def]
        begun.set()
        await release.wait()
        return await send(request)

    rig.platform.write = slow  # type: ignore[method-assign]
    under_way = asyncio.create_task(rig.gate.write(rig.request(record), record))
    await begun.wait()
    finishing = asyncio.create_task(rig.gate.finish())
    await asyncio.sleep(0)
    assert not finishing.done() and (await rig.write("2.20")).why.startswith("STOPPING")
    release.set()
    await finishing
    assert (await under_way).state is WriteState.CONFIRMED


async def test_the_operation_log_shows_a_race(rig: Rig) -> None:
    rig.platform.between = lambda: rig.platform.human(C1, Field.ROI_TARGET, "2.05")
    rig.platform.faults = [Fault.HUMAN_BETWEEN]
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED
    assert Alert.RACE in rig.notices.alerts
    assert sorted((e.ours, e.new) for e in rig.ledger.state.edits) == [(False, "2.05"), (True, "2.20")]
    rig.clock.advance(3700)
    assert (await rig.write("2.40")).why.startswith("HUMAN_EDIT")


async def test_lost_protection_is_told_and_stored(rig: Rig) -> None:
    def void() -> None:
        rig.platform.campaigns_by_id[C1] = replace(rig.platform.campaigns_by_id[C1], protection=Protection.INVALID)

    rig.platform.after_write = void
    await rig.write("2.20")
    assert Alert.PROTECTION_LOST in rig.notices.alerts
    with rig.ledger.begin() as tx:
        assert tx.load_campaigns(ACCOUNT)[C1].info.protection is Protection.INVALID


async def test_budget_stays_inside_the_operators_cap(rig: Rig) -> None:
    raise_: dict[str, Any] = {"what": Field.BUDGET, "old": "1000.00", "reason": Reason.BUDGET_RAISE}
    assert (await rig.write("1100.00", **raise_)).why.startswith("NO_BUDGET_STEP")
    with rig.ledger.begin() as tx:
        tx.enrol(enrolment(budget_cap=1100.0))
    assert (await rig.write("1100.00", **raise_)).state is WriteState.CONFIRMED
    assert not rig.ledger.state.edits, "a budget is no edit"
    await rig.tick()
    assert Alert.FOREIGN_EDIT not in rig.notices.alerts, "its modify time is ours"


async def test_creatives_pass_the_same_gate(rig: Rig) -> None:
    theirs = Creative(C1, "8", "a", True, True, False, False, None, Totals())
    more = tuple(replace(theirs, creative=f"2{i}") for i in range(3))
    rig.platform.creatives_by_id[C1] = (replace(theirs, creative="9", picked_by_system=False), theirs, *more)
    delete: dict[str, Any] = {"what": Field.CREATIVE, "old": "present", "reason": Reason.OPERATOR}
    assert (await rig.write("delete:9", **delete)).why.startswith("TOO_FEW_CREATIVES"), "R-KEEP: 4 would stay"
    rig.platform.creatives_by_id[C1] += (replace(theirs, creative="30"),)
    assert (await rig.write("delete:8", **delete)).why.startswith("CREATIVE")
    rig.platform.creatives_by_id[C1] += (replace(theirs, creative="31", picked_by_system=False, returns=False),)
    assert (await rig.write("delete:31", **delete)).why.startswith("CREATIVE"), "R-UNDO: it could not be added again"
    rig.platform.faults = [Fault.LOST_APPLIED]
    assert (await rig.write("delete:9", **delete)).state is WriteState.UNKNOWN
    await rig.gate.settle(ACCOUNT)
    assert rig.ledger.state.writes[4].state is WriteState.CONFIRMED
    assert (await rig.write("delete:9", **delete)).why.startswith("CREATIVE")
    again: dict[str, Any] = {"old": "gone", "what": Field.CREATIVE, "reason": Reason.CREATIVE_AGAIN}
    assert (await rig.write("add:99", **again)).why.startswith("UNLISTED"), "it would be taken for another id"
    assert (await rig.write("add:9", **again)).state is WriteState.CONFIRMED


async def test_one_edit_day_a_week_where_the_platform_has_it_so() -> None:
    rig = Rig(can=replace(CAN, edits_per_day_goods=2))
    rig.platform.suggested = Suggestion(SuggestionState.NONE)
    lower: dict[str, Any] = {"reason": Reason.ROAS_ABOVE_GOAL}
    assert (await rig.write("1.9", **lower)).state is WriteState.CONFIRMED
    rig.clock.advance(3700)
    assert (await rig.write("1.8", **lower)).state is WriteState.CONFIRMED, "the same day is the same edit day"
    rig.clock.advance(86400)
    assert (await rig.write("1.7", **lower)).why.startswith("QUOTA")
    rig.clock.advance(6 * 86400)
    assert (await rig.write("1.7", **lower)).state is WriteState.CONFIRMED
