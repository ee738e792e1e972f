"""`order.getSettleBillDetailV3`: what was settled, and taken back after it (doudian-settlement.md 4).

A page begins at a time and an index: so many rows of that very second were given before. Both must be fed back. The sign of what is
taken back is not known of the platform, so that here every other row of it is negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.emulator import times
from sim.emulator.doudian.call import ShopCall
from sim.emulator.doudian.errors import wrong
from sim.emulator.doudian.sales import BILLS_AT_S, NEVER, ORDER, SLIP, Sales, Till

Data = dict[str, object]
Int = NDArray[np.int64]
COMMISSION, FEE = 10, 5
"""Per cent of what is settled: a creator's of a room's orders, and the platform's."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """n lines of bills: `row` of the order, `at` of its settlement, `kind` 0 settled, 1 taken back."""

    row: Int
    at: Int
    kind: Int


def _lines(s: Sales, now: float) -> _Lines:
    """Lines that show by now: from 15:00 of the day after they were settled."""
    late = s.back_at > s.settled_at
    settled = np.flatnonzero((s.settled_at != NEVER) & (late | (s.back < s.fen)))
    back = np.flatnonzero((s.settled_at != NEVER) & (s.back_at != NEVER) & late)
    row = np.concatenate([settled, back])
    at = np.concatenate([s.settled_at[settled], s.back_at[back]])
    kind = np.repeat([0, 1], [len(settled), len(back)])
    shows = (at + times.OFFSET) // times.DAY * times.DAY - times.OFFSET + BILLS_AT_S
    seen = np.flatnonzero(shows <= now)
    order = seen[np.lexsort((kind[seen], s.number[row[seen]], at[seen]))]
    return _Lines(row[order], at[order], kind[order])


def settled(till: Till, call: ShopCall) -> Data:
    """POST order/getSettleBillDetailV3."""
    size, s = call.size(100026), till.sales()
    begin, end = call.moment("start_time", 100026), call.moment("end_time", 100026)
    index = str(call.body.get("start_index") or "0")
    if not index.isdecimal():
        raise wrong(100026, f"start_index {index!r}")
    lines = _lines(s, call.now)
    here = np.flatnonzero((lines.at >= begin) & (lines.at <= end))[int(index) :]
    found = [int(here[p]) for p in call.rows(0, size, len(here))]
    if call.meets("page_repeated") and "start_index" in call.body and call.body["start_index"] and len(here):
        call.acted()
        found = [*range(max(0, int(here[0]) - size), int(here[0]))]
    ends = len(here) <= size
    told: Data = {
        "code": "100000",
        "code_msg": "success",
        "size": size,
        "data_size": min(size, len(here)),
        "is_end": int(ends),
    }
    cursor = _cursor(lines, here, size)
    return told | cursor | {"data": [_row(s, lines, k) for k in found]}


def _cursor(lines: _Lines, here: NDArray[np.intp], size: int) -> Data:
    """Where the next page begins: the second of its first row, and how many rows of that second were given."""
    if len(here) <= size:
        return {"next_start_index": "", "next_start_time": ""}
    first = int(here[size])
    given = int(np.count_nonzero(lines.at[:first] == lines.at[first]))
    return {"next_start_index": str(given), "next_start_time": times.stamp(float(lines.at[first]))}


def _row(s: Sales, lines: _Lines, k: int) -> Data:
    i, back = int(lines.row[k]), lines.kind[k] == 1
    number, fen = int(s.number[i]), int(s.fen[i])
    before = 0 if s.back_at[i] > s.settled_at[i] else int(s.back[i])
    amount = int(s.back[i]) if back else fen - before
    added = amount * int(s.addition[i]) // max(fen, 1)
    fee, commission = amount * FEE // 100, amount * COMMISSION // 100 * bool(s.campaign[i] >= 0)
    sign = -1 if back and number % 2 else 1
    parent = ORDER + number * 10
    money = {
        "total_amount": fen, "total_goods_amount": fen, "post_amount": 0, "shop_coupon": 0,
        "platform_coupon": int(s.addition[i]) if not back else added, "author_coupon": 0, "zt_pay_promotion": 0, "zr_pay_promotion": 0,
        "real_pay_amount": fen - int(s.addition[i]) if not back else amount - added, "total_income": amount,
        "platform_service_fee": fee, "commission": commission, "good_learn_channel_fee": 0, "colonel_service_fee": 0,
        "channel_promotion_fee": 0, "other_sharing_amount": 0, "total_outcome": fee + commission,
        "settle_amount": amount - fee - commission,
    }  # fmt: skip
    return {
        "request_no": str(SLIP + number),
        "shop_order_id": str(parent),
        "order_id": str(parent + 1),
        "trade_type": 1 if back else 0,
        "is_contains_refund_before_settle": int(before > 0),
        "refund_before_settle": 0 if back else before,
        "order_time": times.stamp(float(s.created_at[i])),
        "settle_time": times.stamp(float(lines.at[k])),
        "product_id": str(s.product[i]),
        "goods_count": int(s.pieces[i]),
        "flow_type_desc": "广告",
        "pay_type_desc": "聚合账户",
        "free_commission_flag": "",
        **{name: sign * amount for name, amount in money.items()},
    }
