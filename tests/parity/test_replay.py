"""Replay from the ledger meets what a live run had before it: the same observation, the same decision, row by row."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bidctl.domain.observation import Observation
from bidctl.domain.values import AccountId, Mode
from bidctl.engine.decide import decide
from bidctl.engine.history import History
from bidctl.engine.replay import Span, look_ahead, walk
from bidctl.engine.tape import Tape
from bidctl.policy import Policy, Reason, Rules, keep, scale
from bidctl.policy.rulebook import RuleSettings
from bidctl.wiring.replay import history
from policies.handbook import Handbook
from tests.parity.sides import Run, in_process
from tests.parity.test_parity import run

YOUNG = timedelta(minutes=62)
"""A new ledger edits nothing for so long; a replay knows no such thing."""
SEEN = ("projected_roas", "projected_lo", "p_below_goal", "evidence_orders", "spend_today", "spend_24h", "spend_7d", "paid_gmv_7d",
        "paid_orders_24h", "settlement_rate", "target_units", "stage", "observed_s", "edits_today", "complete", "metric_stale",
        "budget", "goal", "intent", "order_value", "margin", "floor")  # fmt: skip


async def recorded(patch: pytest.MonkeyPatch, ticks: int = 14) -> tuple[Run, History, list[datetime]]:
    """A run of half an hour a tick that edits, and what its ledger has of it."""
    async with in_process("fault", 3, Mode.DRY) as side:
        times: list[datetime] = []
        plain = Run.step

        async def step(self: Run, patch: pytest.MonkeyPatch, seconds: float = 1800) -> None:
            await plain(self, patch, seconds)
            times.append(self.now())

        patch.setattr(Run, "step", step)
        await run(side, patch, ticks, {5: ("roi_target", 2.4)})
        (account,) = side.rows.passes
        with side.ledger.begin() as t:
            return side, history(t, AccountId(account), "memory"), times


async def test_a_replay_sees_and_decides_what_the_live_run_did(monkeypatch: pytest.MonkeyPatch) -> None:
    side, told, times = await recorded(monkeypatch)
    tape, judged, moved = Tape(told), 0, 0
    for at, final in zip(times, side.final, strict=True):
        live, made = final[told.account]
        o, _ = tape.observe(at)
        if at < told.connected + YOUNG:
            continue
        d = decide(Handbook(), o, RuleSettings())
        place = {c: i for i, c in enumerate(o.campaign.tolist())}
        for i, campaign in enumerate(live.campaign.tolist()):
            if not live.enrolled[i]:
                continue
            j = place[campaign]
            for name in SEEN:
                a, b = getattr(live, name)[i], getattr(o, name)[j]
                assert a == b or (a != a and b != b), (at, campaign, name, a, b)
            assert (d.result[j], d.reason[j]) == (made.result[i], made.reason[i]), (at, campaign)
            judged, moved = judged + 1, moved + int(d.acts[j])
    assert judged >= 40 and moved >= 4
    assert any(not e.ours for e in told.edits), "somebody else's edit is on the tape"


class Hindsight:
    """What a cheat has seen of the tape so far."""

    best: float = 0.0


class Cheat:
    """Remembers the best spend it ever met, also of later instants: it decides otherwise once it has seen the end."""

    def rules(self, o: Observation) -> Rules:
        Hindsight.best = max(Hindsight.best, float(o.spend_today.max(initial=0.0)))
        yield scale(Reason.ROAS_BELOW_GOAL, o.spend_today >= Hindsight.best, 1.05)
        yield keep(Reason.POLICY_HOLDS, o.complete)


async def test_cutting_the_future_off_changes_nothing_for_an_honest_policy_and_convicts_a_cheat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, told, times = await recorded(monkeypatch, 10)
    span = Span(times[0], times[-1], timedelta(minutes=30))
    for policy in (Handbook(), Handbook(tolerance=0.01)):
        assert look_ahead(told, policy, RuleSettings(), span, walk(told, policy, RuleSettings(), span)) == []
    cheat: Policy = Cheat()
    Hindsight.best = 0.0
    peeks = look_ahead(told, cheat, RuleSettings(), span, walk(told, cheat, RuleSettings(), span))
    assert peeks and all(span.begin <= p.at <= p.cut < span.end for p in peeks)


async def test_a_walk_is_the_same_twice_and_tells_what_it_would_do_beside_what_was_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bidctl.engine.episodes import Verdict, differences

    _, told, times = await recorded(monkeypatch)
    span = Span(times[0], times[-1], timedelta(minutes=30))
    a, b = (walk(told, Handbook(), RuleSettings(), span) for _ in range(2))
    assert a.marks == b.marks and a.episodes.done == b.episodes.done and len(a.marks) == len(span) == len(times)
    rows = sum(a.episodes.held.values()) + sum(a.episodes.acted.values())
    assert rows == len(times) * len(told.enrolments)
    found = differences(a.episodes.done, told.edits, span.every)
    targets = [e for e in told.edits if e.field.value == "roi_target"]
    assert sum(d.done is not None for d in found) == len(targets), "every recorded edit is told once"
    ours = [d for d in found if d.done is not None and d.done.ours]
    assert {d.verdict for d in ours} == {Verdict.SAME}, "the policy that made these edits would make them again"
