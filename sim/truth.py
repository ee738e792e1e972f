"""What the world knows and a platform would not tell: true response, final outcome, and how an operator would enrol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent, Side
from sim.books import Books
from sim.figures import figures
from sim.market import elasticity
from sim.population import Traits
from sim.scenario import Group
from sim.seam import CampaignSpec, RunOut, Terms
from sim.state import State

Int = NDArray[np.int64]
Float = NDArray[np.float64]


def terms_of(group: Group, margin: float) -> Terms:
    """Both numbers as an operator states them, to two decimals."""
    said = round(margin, 2)
    enrol = group.enrol
    goal = round(enrol.goal_markup / said, 2)
    return Terms(group.name, enrol.wanted, Side[enrol.side.upper()], Intent[enrol.intent.upper()], goal, said)


def run_out_of(books: Books, traits: Traits) -> RunOut:
    kept = books.never_refunded.copy()
    return RunOut(books.spend.copy(), books.gmv.copy(), kept, traits.margin * kept - books.spend)


def told(
    specs: Sequence[CampaignSpec], groups: Sequence[str], t: Traits, state: State, books: Books, end: RunOut
) -> list[dict[str, object]]:
    """One plain dict a campaign; money fen, `optimum` on the paid basis."""
    eps = elasticity(t.best - t.reference, t.low, t.high, figures().elasticity_width)
    columns: dict[str, list[object]] = {
        "index": list(range(len(specs))),
        "account": [s.account for s in specs],
        "name": [s.name for s in specs],
        "group": [groups[g] for g in t.group],
        "eps": np.round(eps, 6).tolist(),
        "optimum": np.round(np.exp(t.best), 6).tolist(),
        "settled_share": np.round(1 - t.refund, 6).tolist(),
        "net_share": np.round(t.net_share, 6).tolist(),
        "margin": np.round(t.margin, 6).tolist(),
        "target": state.target.tolist(),
        "spend": end.spend.tolist(),
        "gmv": end.gmv.tolist(),
        "settled_gmv": (books.gmv - books.refunded).tolist(),
        "final_gmv": end.kept.tolist(),
        "profit": np.round(end.profit, 2).tolist(),
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
