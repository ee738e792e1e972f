"""Unknown outcomes, read-back, restarts, the breaker, and other people's changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bidctl.domain.campaign import Session
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import Field, Kind
from bidctl.domain.writes import WriteState
from bidctl.engine.external import LIVE_HOLD, next_session
from tests.fakes.clock import START
from tests.fakes.memory_platform import ACCOUNT, CAN, Fault
from tests.fakes.rig import C1, QIANCHUAN_LIKE, Rig, enrolment

LOGLESS = replace(QIANCHUAN_LIKE, has_edit_log=False)


class Killed(BaseException):
    """The process is gone."""


def state(rig: Rig, number: int = 1) -> WriteState:
    return rig.ledger.state.writes[number].state


@pytest.mark.parametrize("can", [QIANCHUAN_LIKE, LOGLESS])
@pytest.mark.parametrize("fault", [Fault.LOST_APPLIED, Fault.LATE_APPLIED])
async def test_a_lost_reply_of_an_applied_write_is_confirmed_by_reading(can, fault: Fault) -> None:  # type: ignore[no-untyped-def]
    rig = Rig(can=can)
    rig.platform.faults = [fault]
    assert (await rig.write("2.20")).state is WriteState.UNKNOWN
    rig.clock.advance(60)
    assert await rig.gate.recover() == ()
    assert state(rig) is WriteState.CONFIRMED and len(rig.platform.attempts) == 1
    assert rig.ledger.state.edits[0].effective_at >= rig.platform.journal[0].at
    rig.clock.advance(3580)
    assert (await rig.write("2.40")).why.startswith("SPACING"), "its clock starts when its outcome became known"


@pytest.mark.parametrize("can", [QIANCHUAN_LIKE, LOGLESS])
async def test_absent_needs_two_reads_apart_and_past_the_requests_life(can) -> None:  # type: ignore[no-untyped-def]
    rig = Rig(can=can)
    rig.platform.faults = [Fault.LOST_NOT_APPLIED]
    await rig.write("2.20")
    for wait, expected in ((1, "unknown"), (70, "unknown"), (5, "unknown"), (25, "absent")):
        rig.clock.advance(wait)
        await rig.gate.settle(ACCOUNT)
        assert state(rig).value == expected
        assert bool(rig.ledger.state.edits) == (expected == "unknown"), "an unknown counts until it is known"
    assert (await rig.write("2.20")).why.startswith("SPACING"), "and for spacing from then on"
    rig.clock.advance(3700)
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED
    assert len(rig.platform.attempts) == 2


async def test_a_log_entry_of_ours_contradicts_absence() -> None:
    rig = Rig()
    rig.platform.faults = [Fault.LOST_APPLIED]
    await rig.write("2.20")
    rig.platform.human(C1, Field.ROI_TARGET, "2.00")
    rig.clock.advance(60)
    await rig.gate.settle(ACCOUNT)
    assert state(rig) is WriteState.CONFIRMED
    await rig.tick()
    assert sorted((e.ours, e.new) for e in rig.ledger.state.edits) == [(False, "2.00"), (True, "2.20")]


async def test_a_third_value_never_loses_our_edit() -> None:
    rig = Rig(can=LOGLESS)
    rig.platform.faults = [Fault.LOST_APPLIED]
    await rig.write("2.20")
    rig.platform.human(C1, Field.ROI_TARGET, "2.50")
    await rig.gate.settle(ACCOUNT)
    assert state(rig) is WriteState.UNKNOWN
    rig.clock.advance(60)
    await rig.tick()
    assert state(rig) is WriteState.CONFIRMED
    assert sorted((e.ours, e.new) for e in rig.ledger.state.edits) == [(False, "2.50"), (True, "2.20")]


async def test_a_pause_of_unknown_outcome_may_be_sent_again_after_reading() -> None:
    rig = Rig()
    rig.platform.faults = [Fault.LOST_NOT_APPLIED]
    pause: dict[str, Any] = {"what": Field.STATUS, "old": "ENABLE", "reason": Reason.STOPLOSS_NO_ORDERS}
    assert (await rig.write("DISABLE", **pause)).state is WriteState.UNKNOWN
    await rig.gate.settle(ACCOUNT)
    assert state(rig) is WriteState.ABSENT
    assert (await rig.write("DISABLE", **pause)).state is WriteState.CONFIRMED


async def test_a_failed_read_back_leaves_it_unknown() -> None:
    rig = Rig()
    rig.platform.faults = [Fault.LOST_APPLIED]
    await rig.write("2.20")
    rig.platform.read_fails = 1
    (still,) = await rig.gate.settle(ACCOUNT)
    assert still.state is WriteState.UNKNOWN


@pytest.mark.parametrize(
    "step", ["commit:T1", "read:campaign", "read:suggestion", "commit:T2", "request:write", "commit:T3", "commit:after"]
)
async def test_a_process_killed_at_any_step_leaves_nothing_stuck(step: str) -> None:
    rig = Rig()

    def kill(at: str) -> None:
        if at == step:
            raise Killed

    rig.trace = kill
    rig.new_gate()
    with pytest.raises(Killed):
        await rig.write("2.20")
    rig.trace = lambda step: None
    rig.new_gate()
    for _ in range(6):
        await rig.gate.recover()
        rig.clock.advance(30)
    assert not [w for w in rig.ledger.state.writes.values() if w.state.value in ("taken", "sending", "unknown")]
    applied = [e for e in rig.platform.journal if e.actor == "api"]
    assert len([e for e in rig.ledger.state.edits if e.ours]) == len(applied) <= 1
    rig.clock.advance(3700)
    assert (await rig.write(rig.step("1.05"))).state is WriteState.CONFIRMED


async def test_nobody_touches_another_workers_sending_before_its_life_is_over() -> None:
    rig = Rig()
    rig.trace = _raise_at("commit:T3")
    rig.new_gate()
    with pytest.raises(Killed):
        await rig.write("2.20")
    rig.trace = lambda step: None
    rig.new_gate()
    life = rig.ledger.state.writes[1].deadline + timedelta(seconds=rig.can.request_timeout_s)
    rig.clock.advance((life - rig.clock.now()).total_seconds() - 1)
    (still,) = await rig.gate.recover()
    assert still.state is WriteState.SENDING and "read:back" not in str(still.why)
    rig.clock.advance(40)
    await rig.gate.recover()
    assert state(rig) is WriteState.CONFIRMED


def _raise_at(step: str):  # type: ignore[no-untyped-def]
    def kill(at: str) -> None:
        if at == step:
            raise Killed

    return kill


async def test_three_unknown_outcomes_open_the_breaker() -> None:
    rig = Rig()
    for budget in ("1100.00", "1200.00", "1300.00"):
        with rig.ledger.begin() as tx:
            tx.enrol(enrolment(budget_cap=5000.0))
        rig.platform.faults = [Fault.LOST_APPLIED]
        old = f"{rig.platform.campaigns_by_id[C1].budget}"
        await rig.write(budget, old, what=Field.BUDGET, reason=Reason.BUDGET_RAISE)
        await rig.gate.settle(ACCOUNT)
    assert ACCOUNT in rig.ledger.state.breakers and Alert.BREAKER in rig.notices.alerts
    assert (await rig.write("2.20")).why.startswith("BREAKER_OPEN")


async def test_more_than_half_of_five_attempts_failing_opens_the_breaker_and_refusals_do_not_count() -> None:
    rig = Rig()
    rig.platform.faults = [Fault.REFUSED] * 6
    for _ in range(6):
        await rig.write("2.20")
    assert not rig.ledger.state.breakers
    rig.platform.faults = [Fault.NOT_SENT] * 4
    for _ in range(4):
        await rig.write("2.20")
    assert not rig.ledger.state.breakers
    rig.platform.faults = [Fault.NOT_SENT]
    await rig.write("2.20")
    assert ACCOUNT in rig.ledger.state.breakers


async def test_failures_spread_over_more_than_15_minutes_do_not() -> None:
    rig = Rig()
    for _ in range(8):
        rig.platform.faults = [Fault.NOT_SENT]
        await rig.write("2.20")
        rig.clock.advance(240)
    assert not rig.ledger.state.breakers


async def test_a_foreign_edit_is_adopted_counted_and_holds_until_tomorrow() -> None:
    rig = Rig()
    rig.clock.advance(600)
    rig.platform.human(C1, Field.ROI_TARGET, "2.30")
    rig.clock.advance(600)
    await rig.tick()
    (edit,) = rig.ledger.state.edits
    assert edit.source == "log" and edit.effective_at == rig.platform.journal[0].at
    until = rig.ledger.state.human[ACCOUNT, C1]
    assert until is not None and until.isoformat() == "2026-03-02T16:00:00+00:00", "midnight in Shanghai"
    await rig.tick()
    assert len(rig.ledger.state.edits) == 1 and rig.notices.alerts.count(Alert.FOREIGN_EDIT) == 1


async def test_with_resume_it_is_counted_and_spaced_but_not_held() -> None:
    rig = Rig()
    with rig.ledger.begin() as tx:
        tx.enrol(enrolment(after_human_resume=True))
    rig.platform.human(C1, Field.ROI_TARGET, "2.30")
    rig.clock.advance(1800)
    await rig.tick()
    assert (await rig.write("2.50")).why.startswith("SPACING")
    rig.clock.advance(1810)
    assert (await rig.write("2.50")).state is WriteState.CONFIRMED


async def test_a_plan_older_than_somebodys_budget_is_dropped_also_where_it_was_adopted_since() -> None:
    rig = Rig()
    with rig.ledger.begin() as tx:
        tx.enrol(enrolment(after_human_resume=True))
    planned = rig.decide("2.20")
    rig.clock.advance(60)
    rig.platform.human(C1, Field.BUDGET, "900.00")
    rig.clock.advance(60)
    await rig.tick()
    assert (await rig.gate.write(rig.request(planned), planned)).why.startswith("MOVED") and not rig.platform.attempts
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED, "decided anew"


async def test_a_foreign_pause_or_budget_holds_but_is_no_edit() -> None:
    rig = Rig()
    rig.platform.human(C1, Field.BUDGET, "900.00")
    await rig.tick()
    assert not rig.ledger.state.edits
    assert (await rig.write("2.20")).why.startswith("HUMAN_EDIT")


@pytest.mark.parametrize("can", [QIANCHUAN_LIKE, LOGLESS])
async def test_our_own_writes_are_never_foreign_even_when_reads_lag(can) -> None:  # type: ignore[no-untyped-def]
    rig = Rig(can=can)
    rig.platform.read_lag_s = 15.0
    rig.clock.advance(600)
    await rig.write("2.20")
    for _ in range(10):
        await rig.tick()
        rig.clock.advance(7)
    assert Alert.FOREIGN_EDIT not in rig.notices.alerts and len(rig.ledger.state.edits) == 1


async def test_a_live_campaign_is_held_until_its_next_session() -> None:
    rig = Rig()
    rig.platform.campaigns_by_id[C1] = replace(rig.platform.campaigns_by_id[C1], kind=Kind.LIVE)
    rig.platform.human(C1, Field.ROI_TARGET, "2.30")
    await rig.tick()
    until = rig.ledger.state.human[ACCOUNT, C1]
    assert until is not None and until > rig.clock.now() + LIVE_HOLD - timedelta(hours=1)
    running = Session("u", "r1", START - timedelta(hours=1), None)
    assert not next_session(until, [running])
    assert next_session(until, [running, Session("u", "r2", rig.clock.now() + timedelta(hours=9), None)])


async def test_recovery_in_a_dry_process_touches_nothing() -> None:
    rig = Rig(can=CAN)
    rig.platform.faults = [Fault.LOST_NOT_APPLIED]
    await rig.write("1.9", reason=Reason.ROAS_ABOVE_GOAL)
    rig.writes_allowed = False
    rig.new_gate()
    assert await rig.gate.recover() == () and state(rig) is WriteState.UNKNOWN


async def test_a_pause_is_marked_where_its_outcome_is_stored() -> None:
    """Read back, or confirmed by a process that dies the moment after: at midnight it must be known to be ours."""
    rig = Rig()
    rig.platform.faults = [Fault.LOST_APPLIED]
    asked = {"what": Field.STATUS, "reason": Reason.STOPLOSS_NO_ORDERS}
    assert (await rig.write("DISABLE", "ENABLE", **asked)).state is WriteState.UNKNOWN
    assert rig.ledger.state.pauses == {}
    rig.clock.advance(60)
    assert await rig.gate.recover() == ()
    (pause,) = rig.ledger.state.pauses.values()
    assert pause.paused_at == rig.ledger.state.writes[1].settled_at
    assert (await rig.write("ENABLE", "DISABLE", **asked)).state is WriteState.CONFIRMED
    assert [p.paused_at for p in rig.ledger.state.pauses.values()] == [None]
