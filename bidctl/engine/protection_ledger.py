"""The ledger of cost protection (赔付台账): by campaign and natural day, whether it holds, what it pays, and what would lose it.

The platform's rule (qianchuan.md 10.2, dated 2026-08-14): at least 10 valid orders, ROI strictly below 80 % of the day's target
GMV / T with T = sum of GMV_i / target_i, and discipline in edits, whether the plan is on or off: goods, any two edits of value or
objective at least 1 hour apart; live, values at least 15 minutes apart and at most 24 a day, objectives at least 1 hour apart. It
then pays spend - T. Two edits too close on either side of midnight count against both days: the platform does not say which.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.engine.days import NaturalDays
from bidctl.engine.edit_book import Changes
from bidctl.engine.protection import VALID_ORDERS, expected_compensation
from bidctl.wording import Wording

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

HOUR_S, QUARTER_S = 3600.0, 900.0
LIVE_EDITS = 24


class Cover(IntEnum):
    """What a day's protection comes to."""

    UNKNOWN = 0
    FEW_ORDERS = 1
    ROI_HOLDS = 2
    PAYS = 3
    TOO_CLOSE = 4
    TOO_MANY = 5
    NO_RULE = 6
    SAID_LOST = 7


COVERS: dict[Cover, Wording] = {
    Cover.UNKNOWN: Wording("当天数据不全", "the day's numbers are not all known"),
    Cover.FEW_ORDERS: Wording("有效订单不足10单", "fewer than 10 valid orders"),
    Cover.ROI_HOLDS: Wording(
        "ROI 不低于当日目标的80%, 不用赔", "ROI is not below 80 % of the day's target: nothing is due"
    ),
    Cover.PAYS: Wording("满足赔付条件", "compensation is due"),
    Cover.TOO_CLOSE: Wording("已失效: 两次改动间隔太短", "lost: two edits too close"),
    Cover.TOO_MANY: Wording("已失效: 直播当天改价超过24次", "lost: more than 24 edits of the value in a live day"),
    Cover.NO_RULE: Wording("该类计划的赔付规则未知", "the rule of this kind of campaign is not known"),
    Cover.SAID_LOST: Wording("已失效: 平台这样说", "lost: the platform says so"),
}
LOST = (Cover.TOO_CLOSE, Cover.TOO_MANY, Cover.SAID_LOST)


@dataclass(frozen=True, slots=True)
class ProtectedDays:
    """(n, d) of the target's own basis: `spend`, `gmv` yuan, `due` T = sum(GMV_i / target_i) yuan, valid `orders`; NaN = not known.
    (n,): `live`, `ruled` (the rule of its kind is known), `invalid_today` (the platform says so)."""

    spend: Float
    gmv: Float
    due: Float
    orders: Float
    live: Bool
    ruled: Bool
    invalid_today: Bool


@dataclass(frozen=True, slots=True)
class ProtectionLedger:
    """(n, d), the last day today: `cover` int8 `Cover`; `roi`, day's `target`; `expected` yuan that the platform would pay, 0 where
    it is lost or not due. (n,): `safe_from` epoch s from which an edit of the value loses nothing, -inf = now; `pause_forfeits` and
    `edit_forfeits` (one made now) yuan of today."""

    cover: NDArray[np.int8]
    roi: Float
    target: Float
    expected: Float
    safe_from: Float
    pause_forfeits: Float
    edit_forfeits: Float


def protection_ledger(
    p: ProtectedDays, edits: Changes, last_day: int, days: NaturalDays, now: float
) -> ProtectionLedger:
    """`edits`: everybody's, of the rows of `p`."""
    n, span = p.spend.shape
    close = too_close(edits, p.live)
    many = _too_many(edits, p.live, last_day, span, days)
    lost = _on_days(edits, close, n, last_day, span, days)
    amount = expected_compensation(p.spend, p.gmv, p.due, p.orders)
    cover = np.where(p.orders < VALID_ORDERS, Cover.FEW_ORDERS, np.where(amount > 0, Cover.PAYS, Cover.ROI_HOLDS))
    cover = np.where(np.isnan(amount), Cover.UNKNOWN, cover)
    cover[many] = Cover.TOO_MANY
    cover[lost] = Cover.TOO_CLOSE
    today = cover[:, -1]
    cover[p.invalid_today & ~np.isin(today, LOST), -1] = Cover.SAID_LOST
    cover[~p.ruled] = Cover.NO_RULE
    expected = np.where(cover == Cover.UNKNOWN, np.nan, np.where(cover == Cover.PAYS, amount, 0.0))
    t = np.where(p.gmv > 0, p.due, np.nan)
    safe = _safe_from(edits, p.live)
    stake = np.nan_to_num(expected[:, -1])
    full = _edits_of(edits, edits.target, n, last_day, 1, days)[:, 0] >= LIVE_EDITS
    return ProtectionLedger(
        cover=cover.astype(np.int8),
        roi=np.divide(p.gmv, p.spend, out=np.full((n, span), np.nan), where=p.spend > 0),
        target=p.gmv / t,
        expected=expected,
        safe_from=safe,
        pause_forfeits=stake,
        edit_forfeits=np.where((safe > now) | (p.live & full), stake, 0.0),
    )


def too_close(edits: Changes, live: Bool) -> Bool:
    """(m, 2) edits too close to an earlier one of the rule's kind; the second column marks that earlier one."""
    out = np.zeros((len(edits), 2), np.bool_)
    on_air = live[edits.row]
    for which, least in (
        (~on_air, HOUR_S), (on_air & edits.target, QUARTER_S), (on_air & ~edits.target, HOUR_S),
    ):  # fmt: skip
        at = np.flatnonzero(which)
        at = at[np.lexsort((edits.at[at], edits.row[at]))]
        near = (edits.row[at[1:]] == edits.row[at[:-1]]) & (edits.at[at[1:]] - edits.at[at[:-1]] < least)
        out[at[1:][near], 0] = True
        out[at[:-1][near], 1] = True
    return out


def _safe_from(edits: Changes, live: Bool) -> Float:
    """(n,) when the rule's spacing after the last edit of its kind has passed, -inf = no edit."""
    out = np.full(len(live), -np.inf)
    counts = edits.target | ~live[edits.row]
    wait = np.where(live, QUARTER_S, HOUR_S)[edits.row]
    np.maximum.at(out, edits.row[counts], (edits.at + wait)[counts])
    return out


def _on_days(edits: Changes, close: Bool, n: int, last_day: int, span: int, days: NaturalDays) -> Bool:
    return _edits_of(edits, np.asarray(close.any(axis=1)), n, last_day, span, days) > 0


def _too_many(edits: Changes, live: Bool, last_day: int, span: int, days: NaturalDays) -> Bool:
    return np.asarray(live[:, None] & (_edits_of(edits, edits.target, len(live), last_day, span, days) > LIVE_EDITS))


def _edits_of(edits: Changes, which: Bool, n: int, last_day: int, span: int, days: NaturalDays) -> Int:
    """(n, d) how many of these edits fell on each day."""
    out = np.zeros((n, span), np.int64)
    day = days.of_many(edits.at[which]) - (last_day - span + 1)
    use = (day >= 0) & (day < span)
    np.add.at(out, (edits.row[which][use], day[use]), 1)
    return out
