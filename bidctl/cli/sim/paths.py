"""What the runs did day by day, as curves with bands: targets against the first one, and paid ROAS."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.report.chart import Series
from sim.result import Result
from sim.score import rows_of
from sim.yardstick import Yardstick

Float = NDArray[np.float64]
BAND = (0.1, 0.5, 0.9)


def target_path(name: str, results: Sequence[Result], steps: bool = True) -> Series:
    """Median target of the campaigns over their first one, band from the 10th to the 90th percentile."""
    return _banded(name, np.concatenate([_over_first(r.target) for r in results]), steps)


def oracle_path(name: str, yardsticks: Sequence[Yardstick], results: Mapping[int, Result]) -> Series:
    """The same of O_feas, over the first targets of the same campaigns; `results` of `hold` by seed."""
    paired = [(y, results[y.seed]) for y in yardsticks if y.seed in results]
    found = [y.target / _first(r.target)[rows_of(r, y.campaign), None] for y, r in paired]
    return _banded(name, np.concatenate(found), steps=True)


def roas_path(name: str, results: Sequence[Result]) -> Series:
    """Paid ROAS of the day over all campaigns, band over campaigns with spend."""
    spend = np.concatenate([r.day_spend for r in results]).astype(np.float64)
    gmv = np.concatenate([r.day_gmv for r in results]).astype(np.float64)
    each = np.divide(gmv, spend, out=np.full(spend.shape, np.nan), where=spend > 0)
    whole = np.divide(
        gmv.sum(axis=0), spend.sum(axis=0), out=np.full(spend.shape[1], np.nan), where=spend.sum(axis=0) > 0
    )
    low, _, high = _quantiles(each)
    days = range(1, spend.shape[1] + 1)
    return Series(name, list(zip(days, whole, strict=True)), band=list(zip(days, low, high, strict=True)))


def _banded(name: str, table: Float, steps: bool) -> Series:
    low, middle, high = _quantiles(table)
    days = range(1, table.shape[1] + 1)
    return Series(name, list(zip(days, middle, strict=True)), steps, list(zip(days, low, high, strict=True)))


def _over_first(target: Float) -> Float:
    return target / _first(target)[:, None]


def _first(target: Float) -> Float:
    known = np.isfinite(target)
    return np.where(known.any(axis=1), target[np.arange(len(target)), known.argmax(axis=1)], np.nan)


def _quantiles(table: Float) -> Float:
    """(3, d); NaN where no campaign has a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a day on which nobody delivers
        return np.asarray(np.nanquantile(table, BAND, axis=0))
