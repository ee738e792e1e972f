"""A world written down as an account's history: what it told, and when; nobody acts on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import Kind, Objective, Protection, SuggestionState
from bidctl.engine.history import History, Seen
from sim.enrolments import enrolments
from sim.platform import CAPABILITIES, account_id, campaign_id
from sim.seam import CampaignSpec, Report, World

HOUR_S, DAY_S = 3600.0, 86400.0
TOTALS = METRICS[:5]
PAST_DAYS, PAST_HOURS = 31, 7 * 24
"""What a first read of a platform goes back to."""


def record(world: World, days: int) -> History:
    """`days` of a world's first account from its now, a midnight: the totals and the last hour every hour, yesterday every
    midnight, suggestions once a day; and the past as it would be imported at the begin."""
    begin = world.now
    mine = np.array([i for i, s in enumerate(world.specs) if s.account == world.specs[0].account])
    goods = mine[[world.specs[i].kind == Kind.GOODS for i in mine]]
    told = [
        _panel(world.specs, world.report(mine, begin - PAST_DAYS * DAY_S, begin, "day"), Grain.DAY, begin),
        _panel(world.specs, world.report(goods, begin - PAST_HOURS * HOUR_S, begin, "hour"), Grain.HOUR, begin),
        _panel(world.specs, world.today(mine), Grain.CUMULATIVE, begin),
    ]
    seen = list(_seen(world, mine))
    for hour in range(1, days * 24 + 1):
        now = begin + hour * HOUR_S
        world.advance(now)
        told.append(_panel(world.specs, world.report(goods, now - HOUR_S, now, "hour"), Grain.HOUR, now))
        if hour % 24 == 0:
            told.append(_panel(world.specs, world.report(mine, now - DAY_S, now, "day"), Grain.DAY, now))
            seen += _seen(world, mine)
        told.append(_panel(world.specs, world.today(mine), Grain.CUMULATIVE, now))
    at, account = datetime.fromtimestamp(begin, UTC), account_id(world.specs[0].account)
    given = tuple(e for e in enrolments(world, 0, at) if e.account == account)
    infos = tuple(_info(world, int(i)) for i in mine)
    return History(account, CAPABILITIES, at, Panel.concat(told), (), infos, given, tuple(seen))


def _panel(specs: Sequence[CampaignSpec], r: Report, grain: Grain, known_at: float) -> Panel:
    n = len(r.campaign)
    cumulative = grain is Grain.CUMULATIVE
    columns = {m: np.full(n, np.nan) if cumulative and m not in TOTALS else r.number(m) for m in METRICS}
    return Panel(
        np.array([campaign_id(int(i), specs[int(i)]) for i in r.campaign], np.str_) if n else np.zeros(0, "U1"), np.full(n, grain, np.int8),
        r.span_start.astype(np.float64), np.full(n, known_at), np.zeros(n, np.bool_), **columns,
    )  # fmt: skip


def _seen(world: World, mine: NDArray[np.int64]) -> Iterator[Seen]:
    at = datetime.fromtimestamp(world.now, UTC)
    for i, value in zip(mine.tolist(), np.round(world.suggestion(mine), 2).tolist(), strict=True):
        state = SuggestionState.NONE if np.isnan(value) else SuggestionState.NUMBER
        yield Seen(at, campaign_id(i, world.specs[i]), value, state, world.specs[i].budget / 100 or np.inf)


def _info(world: World, i: int) -> CampaignInfo:
    s = world.specs[i]
    return CampaignInfo(
        account=account_id(s.account), campaign=campaign_id(i, s), name=s.name, kind=Kind(s.kind),
        cost_controlled=s.cost_controlled, target_units=CAPABILITIES.grid.nearest(s.target),
        objective=Objective.NET_ROI if s.objective else Objective.PAY_ROI, status="", delivering=True, enabled=True,
        off_air=False, ended=False, budget=Decimal(s.budget) / 100 if s.budget else None,
        created_at=datetime.fromtimestamp(s.created_at, UTC), modified_at=None, protection=Protection.UNKNOWN,
        live_account=str(s.live_account) if s.kind == Kind.LIVE else None, products=tuple(map(str, s.products)),
    )  # fmt: skip
