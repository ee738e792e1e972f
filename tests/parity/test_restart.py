"""A restart in the middle of the day loses nothing that matters: the same world with and without restarts.

What may differ after one: for as long as it takes to watch two whole hours again, R-NOVOLUME's evidence (`spend_last2`,
`usual_last2` need listings of whole hours), so that a lowering by it may come later; what follows from settlement, because a process
that begins reads the 40 days anew and so knows today what the other learns at midnight; suggestions, which are asked for
again when something turns on them; and how much of a live day is known by the hour (goods are compared).
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Kind, Mode
from tests.parity.sides import Run, differing, in_process

WATCHED_AGAIN = 5
"""Ticks of 30 min: the hour under way and two whole ones."""
WATCHED = {"spend_last2", "usual_last2"}
ASKED = {"suggestion", "suggestion_state", "lowered_since_unknown"}
SETTLED = {"floor", "margin", "settlement_rate", "p_below_goal", "order_value", "projected_roas", "projected_lo",
           "projected_hi", "projected_gmv_24h", "projected_gmv_7d", "projected_roas_24h", "projected_roas_7d",
           "projected_loss_today", "evidence_orders", "evidence_spend", "expected_compensation", "break_even", "break_even_log_sd",
           "elasticity", "elasticity_log_sd", "usual_spend", "optimum", "optimum_log_sd", "optimum_gain", "goal_target"}  # fmt: skip

LEARNED = {"elasticity", "elasticity_log_sd", "usual_spend", "break_even", "break_even_log_sd", "optimum", "optimum_log_sd",
           "optimum_gain", "goal_target", "protection_at_stake"}  # fmt: skip
"""What is learned of a campaign's response stands on settlement and on the suggestions of its account."""


async def lived(scenario: str, ticks: int, stops: tuple[int, ...], patch: pytest.MonkeyPatch) -> Run:
    async with in_process(scenario, 7, Mode.DRY) as side:
        await side.session.open()
        for number in range(ticks):
            if number in stops:
                await side.restart()
            await side.step(patch)
        return side


SOFT = [int(r) for r in (
    Reason.NOVOLUME, Reason.FEEDING, Reason.BLAST, Reason.FLOOR, Reason.WITHIN_BAND, Reason.THIN_EVIDENCE, Reason.CAP,
    Reason.ROAS_BELOW_GOAL, Reason.ROAS_ABOVE_GOAL, Reason.POLICY_HOLDS, Reason.SUGGESTION_UNKNOWN, Reason.DRIFT,
    Reason.QUOTA, Reason.SPACING, Reason.NO_SUGGESTION, Reason.LOSS_UNDER_SUGGESTION,
)]  # fmt: skip
"""Reasons that rest on evidence, or stand after it in the order of precedence; life, people, stops must be the same."""


@pytest.mark.parametrize("scenario", ["small", "fault"])
async def test_a_restart_loses_nothing_that_matters(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stops = (11, 30, 41)
    plain = await lived(scenario, 56, (), monkeypatch)
    stopped = await lived(scenario, 56, stops, monkeypatch)
    columns, late, rows = Counter[str](), 0, 0
    for number, (one, other) in enumerate(zip(plain.final, stopped.final, strict=True)):
        fresh = any(0 <= number - stop < WATCHED_AGAIN for stop in stops)
        assert one.keys() == other.keys()
        for account, (o, d) in one.items():
            o2, d2 = other[account]
            goods = o.kind == Kind.GOODS
            names = [n for n in differing(o, o2) if _of(o, n, goods) != _of(o2, n, goods)]
            columns.update(names)
            assert set(names) - ASKED - SETTLED - LEARNED <= (WATCHED if fresh else set()), (number, account, names)
            assert np.allclose(o.settlement_rate[goods], o2.settlement_rate[goods], atol=0.05, equal_nan=True)
            apart = (d.reason != d2.reason) & goods
            soft = np.isin(d.reason, SOFT) & np.isin(d2.reason, SOFT)
            assert not (apart & ~soft).any(), (number, [Reason(int(r)).name for r in d.reason[apart]])
            late, rows = late + int(apart.sum()), rows + len(d)
    print(f"\n{scenario}: {rows} rows, {late} decided later, columns {dict(columns)}")
    assert rows > 250 and late < 0.1 * rows


def _of(o: object, name: str, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str]:
    return [repr(x) for x in getattr(o, name)[rows].tolist()]
