"""What the ledger tells at the end: projected results, target paths, daily measures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bidctl.adapters.store import SqlLedger
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import CampaignId, Field
from bidctl.engine.records import inputs_row
from bidctl.engine.selectors import is_selector

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Path:
    """One campaign over the live days. `targets`: (day, target) steps; `roas`: (day, paid ROAS); `edits`: days of ours."""

    campaign: str
    name: str
    goal: float
    targets: list[tuple[float, float]]
    roas: list[tuple[float, float]]
    edits: list[float]
    foreign: list[float]


@dataclass(frozen=True, slots=True)
class Projected:
    """What bidctl itself believes at the end, of the live days: yuan and a ratio."""

    roas: float
    profit: float


def paths(ledger: SqlLedger, since: datetime, until: datetime, most: int = 12) -> list[Path]:
    """The campaigns with the most edits, their targets and daily ROAS."""
    out = []
    with ledger.begin() as t:
        for account in t.accounts():
            known, goals = t.load_campaigns(account), {e.campaign: e.goal for e in t.enrolments(account)}
            steps: dict[CampaignId, list[tuple[float, float, float, bool]]] = defaultdict(list)
            for e in t.edits(account, since):
                if e.field is Field.ROI_TARGET and e.old and e.new and e.old != e.new:
                    day = (e.effective_at - since).total_seconds() / DAY
                    steps[e.campaign].append((day, float(e.old), float(e.new), e.ours))
            roas = _daily_roas(t.load_facts(account, since), since)
            for campaign, s in steps.items():
                if campaign in goals and campaign in known:
                    end = (until - since).total_seconds() / DAY
                    targets = [(0.0, s[0][1]), *((d, new) for d, _, new, _ in s), (end, s[-1][2])]
                    mine, theirs = [d for d, *_, ours in s if ours], [d for d, *_, ours in s if not ours]
                    out.append(
                        Path(
                            campaign,
                            known[campaign].info.name,
                            goals[campaign],
                            targets,
                            roas.get(campaign, []),
                            mine,
                            theirs,
                        )
                    )
    return sorted(out, key=lambda p: -len(p.edits))[:most]


def _daily_roas(p: Panel, since: datetime) -> dict[str, list[tuple[float, float]]]:
    pick = p.grain == Grain.CUMULATIVE
    last: dict[tuple[str, float], tuple[float, float, float]] = {}
    for c, day, known, spend, gmv in zip(
        p.campaign[pick].tolist(), p.happened_at[pick].tolist(), p.known_at[pick].tolist(), p.spend[pick].tolist(),
        p.gmv[pick].tolist(), strict=True,
    ):  # fmt: skip
        if (c, day) not in last or known >= last[c, day][0]:
            last[c, day] = (known, spend, gmv)
    out: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for (c, day), (_, spend, gmv) in sorted(last.items(), key=lambda kv: kv[0][1]):
        if spend > 0 and day >= since.timestamp() - DAY:
            out[c].append(((day - since.timestamp()) / DAY + 0.5, gmv / spend))
    return out


def projected(ledger: SqlLedger, spend: float, gmv: float) -> Projected:
    """bidctl's projection of the live days' money: the newest settlement rates of its campaigns, weighted by their spend,
    with the margins of the enrolments."""
    rate_gmv = weight = margin_gmv = 0.0
    with ledger.begin() as t:
        for account in t.accounts():
            for e in t.enrolments(account):
                newest = None if is_selector(e.campaign) else next(iter(t.decisions_of(account, e.campaign, 1)), None)
                if newest is None:
                    continue
                o = inputs_row(newest.inputs)
                w, rate = float(o.paid_gmv_7d[0]), float(o.settlement_rate[0])
                if np.isfinite(w) and np.isfinite(rate):
                    rate_gmv, weight = rate_gmv + w * rate, weight + w
                    margin_gmv += w * rate * (e.economics.margin or 0.0)
    share, contribution = (rate_gmv / weight, margin_gmv / weight) if weight else (float("nan"), float("nan"))
    return Projected(gmv * share / spend if spend else float("nan"), gmv * contribution - spend)
