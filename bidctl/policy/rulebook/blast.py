"""R-BLAST: how much of an account one tick, or the first live day, may touch. The one rule that looks across rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import RULE_OF, Reason
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float
from bidctl.policy.rulebook.units import ratio

Int = NDArray[np.int64]


def blast(o: Observation, out: Decisions, s: RuleSettings) -> None:
    """R-BLAST: per account, edits pass from the largest wish gap down (then by campaign id) until a limit is reached.

    Lowerings carry at most 20 % of the account's spend in a tick; on the first live day edits touch at most 10
    campaigns with at most 10 % of it; another edit of one of them touches no further one. Under each limit one campaign
    is always allowed.
    """
    edits = (out.lever == Lever.TARGET) & ~out.ask
    lowerings = edits & (out.result < out.old)
    none = np.zeros(len(o), np.int64)
    _hold(out, _beyond(o, out, lowerings, s.blast_lower, none, none, len(o)))
    if np.count_nonzero(o.first_live_day):
        edits = (out.lever == Lever.TARGET) & ~out.ask & o.first_live_day & ~o.blast_edited
        used = o.blast_campaigns.astype(np.int64)
        _hold(out, _beyond(o, out, edits, s.blast_first, _fen(o.blast_spend), used, int(s.blast_campaigns)))


def _beyond(
    o: Observation, out: Decisions, where: Bool, share: float, spent: Int, used: Int, most: int
) -> NDArray[np.intp]:
    """Indices of the rows that do not fit. Whole fen keep the sums exact, so that accounts never touch each other."""
    rows = np.flatnonzero(where)
    if not rows.size:
        return rows
    top, bottom = ratio(share)
    carried = _fen(np.where(np.isnan(o.spend_7d[rows]), o.account_spend[rows], o.spend_7d[rows]))
    allowed = _fen(o.account_spend[rows]) * top // bottom - spent[rows]
    group = _dense(o.account_index[rows])
    total, count = np.bincount(group, weights=carried), np.bincount(group)
    tight = (total[group] > allowed) | (count[group] + used[rows] > most)
    rows, carried, allowed, group = rows[tight], carried[tight], allowed[tight], group[tight]
    if not rows.size:
        return rows
    gap = np.abs(out.wish[rows] * o.grid[rows] / out.old[rows] - 1.0)
    order = np.lexsort((o.campaign[rows], -gap, group))
    rows, carried, allowed, group = rows[order], carried[order], allowed[order], group[order]
    first = np.searchsorted(group, group)
    sums = np.cumsum(carried)
    running = sums - (sums[first] - carried[first])
    place = np.arange(len(rows)) - first
    fits = (running <= allowed) & (place + used[rows] < most)
    fits |= place + used[rows] == 0
    return rows[~fits]


def _dense(index: Int) -> Int:
    """Group numbers as they are when they are dense, renumbered otherwise."""
    if index.min() >= 0 and index.max() <= 1_000_000:
        return index
    return np.unique(index, return_inverse=True)[1].astype(np.int64)


def _fen(yuan: Float) -> Int:
    """Yuan as whole fen; unknown or unlimited is 0."""
    return np.rint(np.where(np.isfinite(yuan), yuan, 0.0) * 100.0).astype(np.int64)


def _hold(out: Decisions, rows: NDArray[np.intp]) -> None:
    if rows.size:
        out.lever[rows], out.reason[rows], out.waived[rows] = Lever.NONE, Reason.BLAST, 0
        out.result[rows] = out.old[rows]
        out.bound[rows] |= np.uint64(RULE_OF[Reason.BLAST].bit)
