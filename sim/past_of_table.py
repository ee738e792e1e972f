"""An exported table as a fit's past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.report_rows import ReportRow
from sim.calendar import day_start
from sim.fit_refusal import FitRefused
from sim.past import Past, Told, latest
from sim.words import Say

Float = NDArray[np.float64]
EPOCH = date(1970, 1, 1).toordinal()


def past_of_table(rows: Sequence[ReportRow], place: str) -> Past:
    """The days of a table's rows; it ends where its last day does, and nothing later is known. A campaign's day without a row is
    not known. Raises FitRefused where there is no row."""
    rows = _complete(rows)
    if not rows:
        raise FitRefused(Say.FIT_NOTHING(place=place))
    names = list(dict.fromkeys(r.campaign for r in rows))
    number = {c: k for k, c in enumerate(names)}
    ordinals = [r.day.toordinal() - EPOCH for r in rows]
    first, d, n = min(ordinals), max(ordinals) - min(ordinals) + 1, len(names)
    grid = _Grid([(number[r.campaign], o - first) for r, o in zip(rows, ordinals, strict=True)], rows, n, d)
    last = {r.campaign: r for r in rows}
    target = grid.mean_log([None if r.target is None else float(r.target) for r in rows])
    return Past(
        place=place,
        first_day=first,
        known_at=day_start(first + d),
        campaign=tuple(names),
        account=np.zeros(n, np.int64),
        net=np.zeros(n, np.bool_),
        created=np.array([_born(last[c]) for c in names]),
        spend=grid.total([r.spend for r in rows]),
        gmv=grid.total([r.gmv for r in rows]),
        orders=grid.total([r.orders for r in rows]),
        settled=np.stack(
            [
                grid.total([r.gmv_1h for r in rows]),
                grid.total([r.gmv_7d for r in rows]),
                *[np.full((n, d), np.nan)] * 3,
            ],
            axis=1,
        ),
        hours=grid.hours([r.spend for r in rows]),
        target=target,
        now=latest(target),
        budget=np.full(n, np.inf),
        suggested=grid.mean_log([r.suggestion for r in rows]),
        told=tuple(_told(last[c]) for c in names),
    )


def _complete(rows: Sequence[ReportRow]) -> list[ReportRow]:
    """Without a last day that an hourly table was cut in."""
    last = max((r.day for r in rows), default=None)
    hours = [r.hour for r in rows if r.day == last]
    cut = bool(hours) and all(h is not None and h < 23 for h in hours)
    return [r for r in rows if not (cut and r.day == last)]


class _Grid:
    """Values of rows at (campaign, day) as tables (n, d)."""

    def __init__(self, at: Sequence[tuple[int, int]], rows: Sequence[ReportRow], n: int, d: int) -> None:
        self._row, self._day = np.array([k for k, _ in at]), np.array([j for _, j in at])
        self._hour = np.array([-1 if r.hour is None else r.hour for r in rows])
        self._shape = (n, d)

    def total(self, values: Sequence[float | None]) -> Float:
        """Sums by day; NaN where there is no row, or one of the day's does not tell."""
        x = np.array([np.nan if v is None else v for v in values])
        out, seen = np.zeros(self._shape), np.zeros(self._shape, np.bool_)
        np.add.at(out, (self._row, self._day), x)
        seen[self._row, self._day] = True
        return np.where(seen, out, np.nan)

    def mean_log(self, values: Sequence[float | None]) -> Float:
        """Geometric means by day of what is told."""
        x = np.array([np.nan if v is None or v <= 0 else np.log(v) for v in values])
        known = np.isfinite(x)
        out, count = np.zeros(self._shape), np.zeros(self._shape)
        np.add.at(out, (self._row[known], self._day[known]), x[known])
        np.add.at(count, (self._row[known], self._day[known]), 1.0)
        return np.where(count > 0, np.exp(out / np.maximum(count, 1.0)), np.nan)

    def hours(self, values: Sequence[float | None]) -> Float:
        """(n, d, 24); a missing hour of a day that has hourly rows had no delivery."""
        out = np.full((*self._shape, 24), np.nan)
        hourly = self._hour >= 0
        out[self._row[hourly], self._day[hourly]] = 0.0
        told = np.array([np.nan if v is None else v for v in values])
        out[self._row[hourly], self._day[hourly], self._hour[hourly]] = told[hourly]
        return out


def _born(r: ReportRow) -> float:
    return np.nan if r.first_spend is None else r.first_spend.timestamp()


def _told(r: ReportRow) -> Told:
    usual = Told()
    return Told(
        margin=usual.margin if r.margin is None else r.margin,
        goal=usual.goal if r.goal is None else r.goal,
        intent=usual.intent if r.intent is None else r.intent,
    )
