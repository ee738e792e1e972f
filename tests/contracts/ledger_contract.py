"""What every ledger must do, whatever it is made of; see `engine.ports`. A test class inherits it and brings `ledger`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from bidctl.domain.campaign import CampaignInfo, CreativeDay, Totals
from bidctl.domain.creatives import Spare
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.reasons import Reason
from bidctl.domain.values import (
    AccountId,
    Basis,
    CampaignId,
    Field,
    Hold,
    Intent,
    Kind,
    Mode,
    Objective,
    Protection,
    Side,
    Waiver,
)
from bidctl.domain.writes import OPEN_STATES, Edit, Write, WriteRequest, WriteState
from bidctl.engine.ports import CONTROLLER_LEASE, WITHDRAWN, DecisionRecord, KnownLife, Ledger, Pause, Transaction

A = AccountId("1700000000000001")
B = AccountId("1700000000000002")
C = CampaignId("1790000000000000123")
D = CampaignId("1790000000000000124")
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
DAY = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def record(number: int, **changes: Any) -> DecisionRecord:
    base = DecisionRecord(
        id=f"{number:032x}", tick="t1", account=A, campaign=C, at=NOW, mode=Mode.LIVE, policy_id="handbook@1",
        settings_hash="s", code_version="v", field=Field.ROI_TARGET, old="2.00", new="2.20", wish=2.5, reason=101, bound=1 << 40,
        alerts=3, waived=0, needs_approval=False, inputs='{"spend": 1.5}', trace="[]",
    )  # fmt: skip
    return replace(base, **changes)


def hold(number: int, reason: Reason, **changes: Any) -> DecisionRecord:
    return record(number, **{"field": None, "reason": int(reason), "new": "2.00", **changes})


def request(**changes: Any) -> WriteRequest:
    base = WriteRequest(A, C, Field.ROI_TARGET, "2.00", "2.20", f"{1:032x}", Objective.PAY_ROI)
    return replace(base, **changes)


def edit(**changes: Any) -> Edit:
    return replace(Edit(A, C, Field.ROI_TARGET, "2.00", "2.20", NOW, False, "log"), **changes)


def enrolment(**changes: Any) -> Enrolment:
    base = Enrolment(
        A, C, Side.MERCHANT, Intent.VOLUME, 1.9, Basis.PROJECTED, Economics(margin=0.31), Prior(settled_share=0.7),
        maximum=3.3, waivers=Waiver.PROFIT_OVER_SUGGESTION | Waiver.PROTECTION_UNKNOWN, quiet=((60, 120), (1380, 1440)), enrolled_at=NOW,
    )  # fmt: skip
    return replace(base, **changes)


def info(**changes: Any) -> CampaignInfo:
    base = CampaignInfo(
        account=A, campaign=C, name="春季 \"直播\"", kind=Kind.LIVE, cost_controlled=True, target_units=215,
        objective=Objective.NET_ROI, status="DELIVERY_OK", delivering=True, enabled=True, off_air=False, ended=False,
        budget=Decimal("1200.50"), created_at=NOW - timedelta(days=9, microseconds=1), modified_at=None,
        protection=Protection.IN_EFFECT, live_account="42", products=("9", "8"), today=Totals(spend=0.1, orders=3.0),
    )  # fmt: skip
    return replace(base, **changes)


def panel(rows: list[tuple[Any, ...]]) -> Panel:
    """Rows of (campaign, grain, happened_at s, known_at s, {metric: value})."""
    blank = dict.fromkeys(METRICS, float("nan"))
    metrics = [{**blank, **row[4]} for row in rows]
    return Panel(
        np.array([r[0] for r in rows], dtype=np.str_),
        np.array([r[1] for r in rows], np.int8),
        *(np.array([r[i] for r in rows], np.float64) for i in (2, 3)),
        np.zeros(len(rows), np.bool_),
        *(np.array([m[name] for m in metrics], np.float64) for name in METRICS),
    )


def told(found: Panel) -> list[tuple[Any, ...]]:
    """Rows of a panel, comparable: (campaign, grain, happened, known, values with None for unknown)."""
    values = [[None if v != v else v for v in getattr(found, name).tolist()] for name in METRICS]
    keys = (found.campaign, found.grain, found.happened_at, found.known_at)
    return sorted(zip(*(k.tolist() for k in keys), zip(*values, strict=True), strict=True), key=repr)


def take(t: Transaction, at: datetime = NOW, **changes: Any) -> Write | None:
    return t.take_turn(request(**changes), Mode.LIVE, "app", "worker", 1, at + timedelta(seconds=30), at)


def run(ledger: Ledger, *steps: tuple[WriteState, datetime], **changes: Any) -> Write:
    """A write taken through some states, each in a transaction of its own."""
    with ledger.begin(durable=True) as t:
        write = take(t, **changes)
    for state, at in steps:
        assert write is not None
        stamp = "sent_at" if state is WriteState.SENDING else "settled_at"
        stamps = {} if state is WriteState.UNKNOWN else {stamp: at}
        with ledger.begin(durable=True) as t:
            write = t.move(write, state, **stamps)
    assert write is not None
    return write


class LedgerContract:
    """Inherit, and bring a fixture `ledger`: open, empty, begun at NOW."""

    # transactions

    def test_a_block_that_raises_leaves_nothing(self, ledger: Ledger) -> None:
        with pytest.raises(RuntimeError), ledger.begin(durable=True) as t:
            t.add_decisions([record(1)])
            take(t)
            t.enrol(enrolment())
            raise RuntimeError
        with ledger.begin() as t:
            assert t.decision(record(1).id) is None
            assert t.open_writes() == ()
            assert t.enrolments() == ()

    # decisions

    def test_a_decision_comes_back_as_it_was_made(self, ledger: Ledger) -> None:
        made = [record(1, wish=None, at=NOW + timedelta(microseconds=7)), record(2, campaign=D, field=Field.BUDGET)]
        with ledger.begin() as t:
            t.add_decisions(made)
        with ledger.begin() as t:
            assert [t.decision(m.id) for m in made] == made
            assert t.decision("0" * 32) is None

    def test_a_hold_is_stored_when_its_reason_changes(self, ledger: Ledger) -> None:
        reasons = [Reason.SPACING, Reason.SPACING, Reason.QUOTA, Reason.QUOTA, Reason.SPACING]
        for number, reason in enumerate(reasons):
            with ledger.begin() as t:
                t.add_decisions([hold(number, reason), hold(100 + number, Reason.STALE, campaign=D)])
        with ledger.begin() as t:
            stored = [n for n in range(5) if t.decision(f"{n:032x}")]
            assert stored == [0, 2, 4]
            assert [n for n in range(100, 105) if t.decision(f"{n:032x}")] == [100]
            assert {d.id for d in t.decisions_of(A, C)} == {f"{n:032x}" for n in stored}
            assert t.hold_counts() == {Reason.SPACING: 3, Reason.QUOTA: 2, Reason.STALE: 5}
            assert t.hold_counts(B) == {}

    def test_a_hold_in_other_words_is_news(self, ledger: Ledger) -> None:
        for number, words in enumerate(["[]", '[{"en": "a"}]', '[{"en": "a"}]', '[{"en": "b"}]', "[]"]):
            with ledger.begin() as t:
                t.add_decisions([hold(number, Reason.RULE_KEEPS, trace=words)])
        with ledger.begin() as t:
            assert [n for n in range(5) if t.decision(f"{n:032x}")] == [0, 1, 3, 4]

    def test_a_hold_after_an_act_is_news(self, ledger: Ledger) -> None:
        for number, made in enumerate([hold(0, Reason.SPACING), record(1), hold(2, Reason.SPACING)]):
            with ledger.begin() as t:
                t.add_decisions([replace(made, at=NOW + number * MINUTE)])
        with ledger.begin() as t:
            assert [int(d.id, 16) for d in t.decisions_of(A, C)] == [2, 1, 0]
            assert [int(d.id, 16) for d in t.decisions_of(A, C, limit=1)] == [2]

    def test_a_proposal_waits_until_it_is_answered_once(self, ledger: Ledger) -> None:
        late, early = record(1, needs_approval=True, at=NOW + MINUTE), record(2, needs_approval=True, campaign=D)
        with ledger.begin() as t:
            t.add_decisions([late, early, record(3, account=B)])
            assert t.pending() == (early, late)
            assert t.pending(B) == ()
            assert t.answer_proposal(late.id, True, "li", NOW + 2 * MINUTE)
            assert not t.answer_proposal(late.id, False, "wang", NOW + 3 * MINUTE)
            assert not t.answer_proposal(record(3).id, True, "li", NOW)
            assert t.pending() == (early,)
            assert t.approved(A) == (late,)
            assert t.answer_proposal(early.id, False, "wang", NOW)
            assert t.approved(A) == (late,)
            assert take(t, decision=late.id) is not None
            assert t.approved(A) == ()

    def test_a_persons_no_is_remembered_and_a_withdrawal_is_none(self, ledger: Ledger) -> None:
        first, second, third = (record(n, needs_approval=True, campaign=D, at=NOW + n * MINUTE) for n in (1, 2, 3))
        with ledger.begin() as t:
            t.add_decisions([first, second, third])
            assert t.answer_proposal(first.id, False, "li", NOW + 5 * MINUTE)
            assert t.answer_proposal(second.id, False, WITHDRAWN, NOW + 5 * MINUTE)
            assert t.answer_proposal(third.id, True, "li", NOW + 5 * MINUTE)
        with ledger.begin() as t:
            assert t.refused(A, NOW) == (first,) and t.refused(A, NOW + 6 * MINUTE) == () and t.refused(B, NOW) == ()

    def test_an_act_that_no_write_took_up_is_left_over(self, ledger: Ledger) -> None:
        mine, theirs = record(1), record(2, account=B, at=NOW + MINUTE)
        with ledger.begin() as t:
            t.add_decisions([theirs, mine, hold(3, Reason.SPACING), record(4, needs_approval=True, campaign=D)])
            t.add_decisions([record(5, mode=Mode.DRY, campaign=D)])
            assert t.left_over() == (mine, theirs)
            assert t.left_over(B) == (theirs,)
            taken = take(t, decision=mine.id)
            assert taken is not None and t.left_over() == (theirs,)
            assert t.move(taken, WriteState.DROPPED, settled_at=NOW, why="it came to nothing")
            assert t.left_over() == (theirs,)

    # writes

    def test_one_open_write_per_campaign(self, ledger: Ledger) -> None:
        with ledger.begin(durable=True) as t:
            first = take(t)
            assert first is not None and first.state is WriteState.TAKEN
            assert take(t, field=Field.BUDGET, value="1200.00") is None
            other = take(t, campaign=D)
            assert other is not None and other.id != first.id
            assert take(t, account=B) is not None
        with ledger.begin() as t:
            assert take(t) is None
            assert t.write(first.id) == first
            assert [w.id for w in t.open_writes(A)] == [first.id, other.id]
            assert len(t.open_writes()) == 3

    @pytest.mark.parametrize("end", [state for state in WriteState if state not in OPEN_STATES])
    def test_an_ended_write_gives_the_turn_back(self, ledger: Ledger, end: WriteState) -> None:
        run(ledger, (WriteState.SENDING, NOW), (end, NOW + MINUTE))
        with ledger.begin() as t:
            assert t.open_writes() == ()
            assert take(t) is not None

    def test_a_write_comes_back_with_everything(self, ledger: Ledger) -> None:
        with ledger.begin(durable=True) as t:
            write = take(t)
            assert write is not None
            moved = t.move(
                write, WriteState.UNKNOWN, fence=7, owner="other", read_at=NOW, sent_at=NOW + MINUTE, read_value="2.00",
                suggestion=2.345, suggestion_state=2, why="超时", platform_request_id="r", absent_reads=1, absent_first_at=NOW,
                unknown_at=NOW + MINUTE,
            )  # fmt: skip
            assert moved is not None
        with ledger.begin() as t:
            assert t.write(write.id) == moved
            assert (moved.fence, moved.owner, moved.state) == (7, "other", WriteState.UNKNOWN)
            assert t.write(write.id + 1000) is None

    def test_move_compares_state_and_fence(self, ledger: Ledger) -> None:
        with ledger.begin(durable=True) as t:
            write = take(t)
            assert write is not None
            sending = t.move(write, WriteState.SENDING, sent_at=NOW)
            assert sending is not None
            assert t.move(write, WriteState.DROPPED) is None, "the state has moved on"
            assert t.move(replace(sending, fence=9), WriteState.CONFIRMED) is None, "another fence"
            assert t.write(write.id) == sending
            assert len(t.edits(A, DAY)) == 1

    def test_recent_writes_are_those_touched_since(self, ledger: Ledger) -> None:
        old = run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW + MINUTE))
        new = run(ledger, (WriteState.SENDING, NOW), (WriteState.REFUSED, NOW + 20 * MINUTE), campaign=D)
        with ledger.begin() as t:
            assert [w.id for w in t.recent_writes(A, NOW + 2 * MINUTE)] == [new.id]
            assert [w.id for w in t.recent_writes(A, NOW)] == [old.id, new.id]
            assert t.recent_writes(B, NOW) == ()
            assert [w.id for w in t.recent_writes(A, NOW, campaign=D)] == [new.id]
            assert [w.id for w in t.recent_writes(A, NOW, campaign=C, field=old.request.field)] == [old.id]
            assert t.recent_writes(A, NOW, field=Field.CREATIVE) == ()
            assert t.edits(A, DAY, D) == () and [e.write_id for e in t.edits(A, DAY, C)] == [old.id]

    def test_of_many_who_want_the_turn_one_gets_it(self, ledger: Ledger) -> None:
        def want(_: int) -> bool:
            with ledger.begin(durable=True) as t:
                return take(t) is not None

        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(want, range(12))) == 1

    # edits that follow from writes

    @pytest.mark.parametrize("state", [WriteState.SENDING, WriteState.UNKNOWN, WriteState.CONFIRMED])
    def test_a_write_that_may_have_happened_is_an_edit(self, ledger: Ledger, state: WriteState) -> None:
        steps = [(WriteState.SENDING, NOW)] + ([(state, NOW + MINUTE)] if state is not WriteState.SENDING else [])
        write = run(ledger, *steps)
        with ledger.begin() as t:
            (found,) = t.edits(A, DAY)
            assert (found.ours, found.source, found.write_id, found.new) == (True, "write", write.id, "2.20")
            view = t.gate_view(A, C, DAY)
            assert view.edits_today == 1
            assert view.last_edit_at is not None and view.last_edit_at >= NOW

    @pytest.mark.parametrize(
        "end", [state for state in WriteState if state not in OPEN_STATES | {WriteState.CONFIRMED}]
    )
    def test_a_write_that_did_not_happen_is_none(self, ledger: Ledger, end: WriteState) -> None:
        run(ledger, (WriteState.SENDING, NOW), (WriteState.UNKNOWN, NOW), (end, NOW + MINUTE))
        with ledger.begin() as t:
            assert t.edits(A, DAY) == ()
            assert t.gate_view(A, C, DAY).edits_today == 0

    def test_a_turn_alone_is_no_edit(self, ledger: Ledger) -> None:
        run(ledger)
        with ledger.begin() as t:
            assert t.edits(A, DAY) == ()

    @pytest.mark.parametrize("field", [Field.BUDGET, Field.STATUS, Field.CREATIVE])
    def test_only_target_and_objective_are_edits(self, ledger: Ledger, field: Field) -> None:
        run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW), field=field)
        with ledger.begin() as t:
            assert t.edits(A, DAY) == ()

    def test_spacing_starts_when_the_outcome_became_known(self, ledger: Ledger) -> None:
        run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW + MINUTE))
        known = NOW + 40 * MINUTE
        run(ledger, (WriteState.SENDING, NOW), (WriteState.UNKNOWN, NOW), (WriteState.CONFIRMED, known), campaign=D)
        with ledger.begin() as t:
            assert t.gate_view(A, C, DAY).last_edit_at == NOW + MINUTE
            assert t.gate_view(A, D, DAY).last_edit_at == known

    def test_an_unknown_that_proved_absent_is_no_edit_yet_spacing_runs_from_the_proof(self, ledger: Ledger) -> None:
        proved = NOW + 25 * MINUTE
        run(ledger, (WriteState.SENDING, NOW), (WriteState.UNKNOWN, NOW), (WriteState.ABSENT, proved))
        with ledger.begin() as t:
            view = t.gate_view(A, C, DAY)
            assert (view.edits_today, view.last_edit_at) == (0, proved)

    def test_an_edit_of_ours_tells_the_reason_of_its_decision(self, ledger: Ledger) -> None:
        with ledger.begin() as t:
            t.add_decisions([record(1, reason=int(Reason.START))])
        run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW))
        with ledger.begin() as t:
            assert [e.reason for e in t.edits(A, DAY)] == [int(Reason.START)]

    def test_an_unknown_of_yesterday_still_counts_today(self, ledger: Ledger) -> None:
        run(ledger, (WriteState.SENDING, NOW), (WriteState.UNKNOWN, NOW))
        with ledger.begin() as t:
            assert t.gate_view(A, C, NOW + timedelta(hours=12)).edits_today == 1

    # everybody's edits

    def test_edits_are_counted_once(self, ledger: Ledger) -> None:
        first = edit(log_id="L1")
        with ledger.begin() as t:
            assert t.add_edits([first, first, edit(log_id="L2", new="2.30", effective_at=NOW + 5 * MINUTE)]) == 2
            assert t.add_edits([replace(first, effective_at=NOW + 9 * MINUTE)]) == 0, "the same log id"
            assert t.add_edits([edit(source="diff", effective_at=NOW + timedelta(seconds=59))]) == 0, "the same minute"
            assert t.add_edits([edit(source="diff", effective_at=NOW + timedelta(seconds=60))]) == 1
            assert t.add_edits([edit(campaign=D), edit(field=Field.OBJECTIVE, new="net_roi"), edit(account=B)]) == 3
            assert t.add_edits([]) == 0
            assert len(t.edits(A, DAY)) == 5
            assert [e.effective_at for e in t.edits(A, NOW + MINUTE)] == [NOW + MINUTE, NOW + 5 * MINUTE]

    def test_an_edit_comes_back_as_it_was(self, ledger: Ledger) -> None:
        seen = edit(old=None, new=None, source="diff", effective_at=NOW + timedelta(microseconds=5))
        with ledger.begin() as t:
            t.add_edits([seen])
            assert t.edits(A, DAY) == (seen,)

    @pytest.mark.parametrize(("late_s", "counted"), [(-120, 0), (0, 0), (120, 0), (180, 0), (181, 1), (-121, 1)])
    def test_our_own_write_in_the_log_is_not_counted_again(self, ledger: Ledger, late_s: int, counted: int) -> None:
        run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW + MINUTE))
        logged = edit(log_id="L9", new="2.2", effective_at=NOW + timedelta(seconds=late_s))
        with ledger.begin() as t:
            assert t.add_edits([logged]) == counted
            assert t.add_edits([replace(logged, log_id="L10", new="2.21")]) == 1, "another value is somebody else's"

    def test_the_gate_counts_everybody(self, ledger: Ledger) -> None:
        run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW))
        with ledger.begin() as t:
            t.add_edits([edit(new="1.90", effective_at=NOW + 30 * MINUTE), edit(new="1.80", effective_at=DAY - MINUTE)])
            view = t.gate_view(A, C, DAY)
            assert (view.last_edit_at, view.edits_today, view.known_value) == (NOW + 30 * MINUTE, 2, "1.90")
            blank = t.gate_view(A, D, DAY)
            assert (blank.last_edit_at, blank.edits_today, blank.known_value) == (None, 0, None)

    # switches

    def test_kill_breaker_and_holds(self, ledger: Ledger) -> None:
        until = NOW + timedelta(hours=12)
        with ledger.begin() as t:
            t.enrol(enrolment())
            t.enrol(enrolment(campaign=D))
            free = t.gate_view(A, C, DAY).switches
            assert (free.killed, free.breaker, free.hold, free.human_hold_until, free.enrolled) == (
                False, False, Hold.NO, None, True,
            )  # fmt: skip
            t.set_hold(A, C, Hold.ALL, "li", NOW)
            t.set_human_hold(A, C, until)
            t.set_breaker(A, True, "bidctl", NOW)
            t.set_kill(A, True, "li", NOW)
        with ledger.begin() as t:
            bound = t.switches(A)
            assert set(bound) == {C, D}
            assert (bound[C].killed, bound[C].breaker, bound[C].hold, bound[C].human_hold_until) == (
                True, True, Hold.ALL, until,
            )  # fmt: skip
            assert (bound[D].killed, bound[D].hold, bound[D].human_hold_until) == (True, Hold.NO, None)
            assert t.gate_view(A, C, DAY).switches == bound[C]
            assert not t.gate_view(B, C, DAY).switches.killed
            t.set_hold(A, C, Hold.NO, "li", NOW)
            t.set_human_hold(A, C, None)
            t.set_breaker(A, False, "li", NOW)
            t.set_kill(A, False, "li", NOW)
            assert t.switches(A)[C] == free

    def test_kill_of_all_stops_every_account(self, ledger: Ledger) -> None:
        with ledger.begin() as t:
            t.set_kill(None, True, "li", NOW)
            assert t.gate_view(B, C, DAY).switches.killed
            t.set_kill(B, False, "li", NOW)
            assert t.gate_view(B, C, DAY).switches.killed
            t.set_kill(None, False, "li", NOW)
            assert not t.gate_view(B, C, DAY).switches.killed

    # enrolment

    def test_enrolment_comes_and_goes(self, ledger: Ledger) -> None:
        with ledger.begin() as t:
            t.enrol(enrolment())
            t.enrol(enrolment(goal=2.5, stoploss_spend=300.0, stoploss_set=True))
            t.enrol(enrolment(account=B, campaign=D, enrolled_at=None))
            assert t.enrolments(A) == (enrolment(goal=2.5, stoploss_spend=300.0, stoploss_set=True),)
            assert len(t.enrolments()) == 2
            assert t.gate_view(A, C, DAY).enrolment == t.enrolments(A)[0]
            assert t.unenrol(A, C, NOW)
            assert not t.unenrol(A, C, NOW)
            assert t.enrolments(A) == ()
            view = t.gate_view(A, C, DAY)
            assert view.enrolment is None and not view.switches.enrolled
            t.enrol(enrolment())
            assert len(t.enrolments(A)) == 1

    # facts

    def test_facts_are_stored_when_they_change(self, ledger: Ledger) -> None:
        s = NOW.timestamp()
        first = panel(
            [(C, Grain.HOUR, s, s + 60, {"spend": 10.25, "orders": 2}), (D, Grain.DAY, s, s + 60, {"gmv": 99.99})]
        )
        again = panel(
            [(C, Grain.HOUR, s, s + 120, {"spend": 10.25, "orders": 2}), (D, Grain.DAY, s, s + 120, {"gmv": 89.99})]
        )
        with ledger.begin() as t:
            assert t.add_facts(A, first) == 2
            assert t.add_facts(A, again) == 1
            assert t.add_facts(B, first) == 2
            assert t.add_facts(A, Panel.empty()) == 0
        with ledger.begin() as t:
            found = t.load_facts(A, NOW)
            assert told(found) == told(Panel.concat([first, again.take(np.array([1]))]))
            assert told(found.as_of(s + 60)) == told(first)
            assert len(t.load_facts(A, NOW + timedelta(seconds=1))) == 0
            assert t.load_facts(A, NOW + timedelta(seconds=1)).campaign.dtype.kind == "U"

    def test_a_value_that_comes_back_is_a_new_fact(self, ledger: Ledger) -> None:
        s = NOW.timestamp()
        for known, spend in enumerate([1.0, 2.0, 2.0, 1.0]):
            with ledger.begin() as t:
                stored = t.add_facts(A, panel([(C, Grain.HOUR, s, s + known, {"spend": spend})]))
            assert stored == (1, 1, 0, 1)[known]
        with ledger.begin() as t:
            found = t.load_facts(A, NOW)
            assert sorted(zip(found.known_at - s, found.spend, strict=True)) == [(0, 1.0), (1, 2.0), (3, 1.0)]

    # what we last knew

    def test_campaigns_and_lives_survive(self, ledger: Ledger) -> None:
        life = KnownLife(A, C, NOW, NOW + MINUTE, None, NOW + 2 * MINUTE, True, NOW, True, NOW)
        with ledger.begin() as t:
            t.save_campaigns([info(), info(campaign=D, budget=None, objective=None, target_units=None)], NOW)
            t.save_campaigns([info(name="new", created_at=None)], NOW + MINUTE)
            t.save_life([life])
            t.save_life([replace(life, started=False), replace(life, campaign=D)])
            t.save_campaigns([], NOW)
            t.save_life([])
        with ledger.begin() as t:
            found = t.load_campaigns(A)
            assert found[C].info == info(name="new", created_at=None)
            assert (found[C].seen_at, found[C].life) == (NOW + MINUTE, replace(life, started=False))
            assert found[D].info == info(campaign=D, budget=None, objective=None, target_units=None)
            assert t.load_campaigns(B) == {}
            assert {c: t.load_campaign(A, c) for c in (C, D)} == found and t.load_campaign(B, C) is None

    def test_pauses_survive(self, ledger: Ledger) -> None:
        told = Pause(A, C, NOW, NOW + MINUTE, 300.25, 12.5, 2.0)
        with ledger.begin() as t:
            assert t.pauses(A) == {}
            t.save_pauses([])
            t.save_pauses([told, replace(told, campaign=D)])
            t.save_pauses([replace(told, campaign=D, paused_at=None, spend=0.0)])
        with ledger.begin() as t:
            assert t.pauses(A) == {C: told, D: replace(told, campaign=D, paused_at=None, spend=0.0)}
            assert t.pauses(B) == {}

    def test_what_creatives_did_is_told_as_it_was_last_read(self, ledger: Ledger) -> None:
        first = CreativeDay(DAY, {"a": Totals(10.5, 20.0, 1.0, 20.0, 1.0), "idle": Totals(0.0, 0.0, 0.0)}, Totals(3.0))
        later = CreativeDay(DAY, {"b": Totals(7.25, None, None, None, None)}, Totals(3.5, 1.0, 0.5))
        with ledger.begin() as t:
            assert t.creative_days(A, C, DAY) == {}
            t.add_creative_days(A, C, [first, replace(first, start=DAY - 24 * 60 * MINUTE)], NOW)
        with ledger.begin() as t:
            told = replace(first, totals={"a": first.totals["a"]})
            assert t.creative_days(A, C, DAY) == {DAY: (NOW, told)}
            t.add_creative_days(A, C, [later], NOW + MINUTE)
        with ledger.begin() as t:
            nought = Totals(0.0, 0.0, 0.0, 0.0, 0.0)
            told = replace(later, totals={"a": nought, "b": later.totals["b"]})
            assert t.creative_days(A, C, DAY) == {DAY: (NOW + MINUTE, told)}
            assert t.creative_days(A, D, DAY) == t.creative_days(B, C, DAY) == {}

    def test_a_reserve_is_told_oldest_first(self, ledger: Ledger) -> None:
        one, two = Spare(A, C, "v1", "ann", NOW + MINUTE), Spare(A, D, "7400000000000000001", "bob", NOW)
        with ledger.begin() as t:
            t.add_spares([one, two, replace(one, account=B)])
            t.add_spares([one])
            assert t.spares(A) == (two, one)
            assert t.drop_spare(A, C, "v1") and not t.drop_spare(A, C, "v1")
            assert t.spares(A) == (two,) and len(t.spares(B)) == 1

    def test_beats(self, ledger: Ledger) -> None:
        with ledger.begin() as t:
            assert t.last_beat(A) is None
            t.beat(A, "t1", NOW, True)
            t.beat(A, "t2", NOW + MINUTE, False)
            t.enrol(enrolment(account=B))
            assert t.last_beat(A) == NOW + MINUTE
            assert B in t.accounts()

    # leases

    def test_a_lease_has_one_owner_and_a_growing_fence(self, ledger: Ledger) -> None:
        def want(owner: str, after_s: float) -> int | None:
            return ledger.acquire_lease(CONTROLLER_LEASE, owner, NOW + timedelta(seconds=after_s), 60)

        def holder(after_s: float) -> str | None:
            return ledger.lease_holder(CONTROLLER_LEASE, NOW + timedelta(seconds=after_s))

        assert holder(0) is None
        assert want("one", 0) == 1
        assert (holder(59), holder(60)) == ("one", None)
        assert want("two", 59) is None
        assert want("one", 30) == 1, "extended until 90 s"
        assert want("two", 89) is None
        assert want("two", 90) == 2
        assert want("one", 91) is None
        ledger.release_lease(CONTROLLER_LEASE, "one")
        assert want("one", 92) is None, "only its owner releases it"
        ledger.release_lease(CONTROLLER_LEASE, "two")
        assert holder(93) is None, "it was given back"
        assert want("one", 93) == 3
        assert ledger.acquire_lease("other", "two", NOW, 60) == 1
        with ledger.begin() as t:
            assert t.gate_view(A, C, DAY).fence == 3
        assert ledger.acquire_lease(A, "two", NOW, 60) == 1
        with ledger.begin() as t:
            assert t.gate_view(A, C, DAY).fence == 1

    def test_of_many_who_want_a_lease_one_gets_it(self, ledger: Ledger) -> None:
        with ThreadPoolExecutor(6) as pool:
            fences = list(pool.map(lambda n: ledger.acquire_lease("l", f"o{n}", NOW, 60), range(12)))
        assert [f for f in fences if f is not None] == [1]

    # the beginning

    def test_the_ledger_knows_when_it_began(self, ledger: Ledger) -> None:
        with ledger.begin() as t:
            assert t.gate_view(A, C, DAY).ledger_since == NOW
