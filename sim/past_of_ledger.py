"""A ledger's facts as a fit's past."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import CampaignId, Kind, Objective, SuggestionState
from bidctl.engine.history import History, Targets
from sim.calendar import HOUR, day_of, day_start
from sim.fit_refusal import FitRefused
from sim.past import Past, Told
from sim.words import Say

Float = NDArray[np.float64]
Int = NDArray[np.int64]
SETTLED = ("gmv_1h", "gmv_7d", "gmv_14d", "gmv_30d", "gmv_90d")


def past_of_ledger(h: History, place: str) -> Past:
    """The complete natural days that the ledger at `place` tells of goods campaigns with a target. Raises FitRefused where there
    are none, and where a fact was known before it happened (a clock that ran ahead: nothing in it can be dated)."""
    infos = [i for i in h.campaigns if i.kind is Kind.GOODS and i.cost_controlled and not i.hosted and i.target_units]
    newest = h.facts.as_of(np.inf)
    _refuse_future(newest, place)
    first, d = _window(newest, place)
    names = [i.campaign for i in infos]
    days = _Days(newest, names, first, d)
    spend = days.table("spend")
    targets = _targets(h, infos, first, d)
    return Past(
        place=place,
        first_day=first,
        known_at=float(newest.known_at.max()),
        campaign=tuple(str(c) for c in names),
        account=np.zeros(len(names), np.int64),
        net=np.array([i.objective is Objective.NET_ROI for i in infos], np.bool_),
        created=np.array([i.created_at.timestamp() if i.created_at else np.nan for i in infos]),
        spend=spend,
        gmv=days.table("gmv"),
        orders=days.table("orders"),
        settled=np.stack([days.column(name) for name in SETTLED], axis=1),
        hours=days.hours(),
        target=targets[:, :d],
        now=targets[:, d],
        budget=np.array([np.inf if i.budget is None else float(i.budget) for i in infos]),
        suggested=_suggested(h, names, first, d),
        told=_told(h.enrolments, names),
        live_omitted=len(h.campaigns) - len(infos),
    )


def _refuse_future(facts: Panel, place: str) -> None:
    early = np.flatnonzero(facts.happened_at > facts.known_at)
    if len(early):
        i = int(early[0])
        raise FitRefused(Say.FIT_FUTURE(place=place, campaign=facts.campaign[i], count=len(early)))


def _window(facts: Panel, place: str) -> tuple[int, int]:
    """The first natural day told, and how many there are to the last complete one."""
    told = facts.take(facts.grain != Grain.CUMULATIVE)
    if len(told) == 0:
        raise FitRefused(Say.FIT_NOTHING(place=place))
    first = day_of(float(told.happened_at.min()))
    if day_start(first) < told.happened_at.min() - 1:  # hours that begin in the middle of a day
        first += int(
            not (told.grain == Grain.DAY).any()
            or day_of(float(told.happened_at[told.grain == Grain.DAY].min())) > first
        )
    return first, max(day_of(float(facts.known_at.max())) - first, 0)


class _Days:
    """Facts of these campaigns on a grid of days: a day's own fact, else the sum of its hours. A day of which anything was told
    of the account, and nothing of a campaign, had no delivery of it."""

    def __init__(self, facts: Panel, names: Sequence[CampaignId], first: int, d: int) -> None:
        self._n, self._d = len(names), d
        place = {str(c): k for k, c in enumerate(names)}
        row = np.array([place.get(str(c), -1) for c in facts.campaign], np.int64)
        day = np.array([day_of(t) for t in facts.happened_at.tolist()], np.int64) - first
        inside = (row >= 0) & (day >= 0) & (day < d)
        mine = np.asarray(inside & (facts.grain == Grain.DAY))
        hour = inside & (facts.grain == Grain.HOUR)
        self._day, self._day_at = facts.take(mine), (row[mine], day[mine])
        self._hour = facts.take(hour)
        of_day = np.rint((self._hour.happened_at - np.array([day_start(first + k) for k in day[hour].tolist()])) / HOUR)
        self._hour_at = (row[hour], day[hour], of_day.astype(np.int64))
        told = np.asarray(facts.grain == Grain.DAY) & (day >= 0) & (day < d)
        self._told = np.zeros(d, np.bool_)
        self._told[day[told]] = True

    def column(self, name: str) -> Float:
        """(n, d) of the days' own facts, NaN = not reported."""
        out = np.full((self._n, self._d), np.nan)
        out[self._day_at] = getattr(self._day, name)
        return out

    def table(self, name: str) -> Float:
        """(n, d)."""
        out = self.column(name)
        hours = self._by_hour(name)
        whole = np.asarray(np.isfinite(hours).all(axis=2))
        out = np.where(np.isnan(out) & whole, np.where(whole[:, :, None], hours, 0.0).sum(axis=2), out)
        has = np.zeros((self._n, self._d), np.bool_)
        has[self._day_at] = True
        return np.where(np.isnan(out) & ~has & self._told, 0.0, out)

    def hours(self) -> Float:
        """(n, d, 24) spend."""
        return self._by_hour("spend")

    def _by_hour(self, name: str) -> Float:
        """An hour of a day of which others were told of the campaign counts as nothing; other days are not known."""
        out = np.full((self._n, self._d, 24), np.nan)
        if len(self._hour):
            span = np.zeros((self._d, 24), np.bool_)
            span[self._hour_at[1:]] = True
            complete = span.sum(axis=1) >= 20  # an account sells in nearly every hour of a day that was read whole
            out[:, complete] = 0.0
            out[self._hour_at] = getattr(self._hour, name)
            out[:, ~complete] = np.nan
        return out


def _targets(h: History, infos: Sequence[CampaignInfo], first: int, d: int) -> Float:
    """(n, d + 1) geometric mean of the targets in force by hours, by the recorded edits, the last column: at the end."""
    grid = h.capabilities.grid.per_one
    book = Targets(h.edits, infos, grid)
    moved = {e.campaign for e in h.edits}
    out = np.empty((len(infos), d + 1))
    for k, info in enumerate(infos):
        if info.campaign not in moved:
            out[k] = (info.target_units or np.nan) / grid
            continue
        for j in range(d):
            units = [book.at(info.campaign, day_start(first + j) + HOUR * (q + 0.5)) for q in range(24)]
            known = [u for u in units if u]
            out[k, j] = float(np.exp(np.mean(np.log(known)))) / grid if known else np.nan
        out[k, d] = (info.target_units or np.nan) / grid
    return out


def _suggested(h: History, names: Sequence[CampaignId], first: int, d: int) -> Float:
    """(n, d) the last suggestion that a stored decision of the day had read; the present day's counts for the last complete one."""
    out, place = np.full((len(names), d), np.nan), {c: k for k, c in enumerate(names)}
    for s in sorted(h.seen, key=lambda s: s.at):
        j = day_of(s.at.timestamp()) - first
        if s.campaign in place and 0 <= j <= d and s.state == SuggestionState.NUMBER:
            out[place[s.campaign], min(j, d - 1)] = s.suggestion
    return out


def _told(enrolments: Sequence[Enrolment], names: Sequence[CampaignId]) -> tuple[Told, ...]:
    by: Mapping[CampaignId, Enrolment] = {e.campaign: e for e in enrolments}
    return tuple(_of(by[c]) if c in by else Told() for c in names)


def _of(e: Enrolment) -> Told:
    margin = float("nan") if e.economics.margin is None else e.economics.margin
    return Told(margin, e.economics.incremental, e.goal, e.intent, e.side)
