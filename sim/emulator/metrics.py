"""Metrics of the wire from the world's counts: one table for all endpoints, money in fen until the edge scales it.

The world knows GMV as 整体成交金额 (payment + coupon + subsidy); coupon and subsidy are fixed shares of it here (invented).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.seam import Report


class Sums(NamedTuple):
    """Counts of one span; money in fen; None = not reported."""

    spend: int = 0
    gmv: int = 0
    orders: int = 0
    gmv_1h: int | None = 0
    orders_1h: int | None = 0
    gmv_7d: int | None = 0
    gmv_14d: int | None = 0
    gmv_30d: int | None = 0
    gmv_90d: int | None = 0


COLUMNS = Sums._fields
ZERO = Sums()


def sums(report: Report) -> list[Sums]:
    """The rows of a report; -1 becomes None."""
    columns = [getattr(report, name).tolist() for name in COLUMNS]
    return [Sums(*(None if v < 0 else v for v in row)) for row in zip(*columns, strict=True)]  # type: ignore[arg-type]


def added(rows: Iterable[Sums]) -> Sums:
    """Sum of rows; a metric that one of them does not report is not reported."""
    total = list[int | None](ZERO)
    for row in rows:
        total = [None if a is None or b is None else a + b for a, b in zip(total, row, strict=True)]
    return Sums(*total)  # type: ignore[arg-type]


def scaled(row: Sums, share: float, earned: float | None = None) -> Sums:
    """A share of a row, rounded to whole fen and orders; `earned`: another share of all but the spend."""
    of = share if earned is None else earned
    told = (None if v is None else round(v * of) for v in row)
    return Sums(*told)._replace(spend=round(row.spend * share))  # type: ignore[arg-type]


Number = float | int | None


@dataclass(frozen=True, slots=True)
class Metric:
    """`unit`: the report configuration's code (3 yuan, 4 count, 10 percent, 0 plain). `of`: fen, count or ratio."""

    unit: int
    of: Callable[[Sums], Number]

    @property
    def money(self) -> bool:
        return self.unit == 3


def _ratio(over: Number, under: Number, places: int = 2) -> Number:
    if over is None or under is None:
        return None
    return round(over / under, places) if under else 0.0


def _cost(orders: Callable[[Sums], Number]) -> Callable[[Sums], Number]:
    return lambda s: None if (n := orders(s)) is None else (round(s.spend / n) if n else 0)


def _less(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a - b


def _coupon(s: Sums) -> int:
    return s.gmv * 2 // 100


def _subsidy(s: Sums) -> int:
    return s.gmv // 100


_TABLE: dict[str, Metric] = {
    "stat_cost": Metric(3, lambda s: s.spend),
    "stat_cost_for_roi2": Metric(3, lambda s: s.spend),
    "stat_cost_for_overall_roi2": Metric(3, lambda s: s.spend),
    "total_prepay_and_pay_order_roi2": Metric(0, lambda s: _ratio(s.gmv, s.spend)),
    "total_pay_order_gmv_for_roi2": Metric(3, lambda s: s.gmv - _coupon(s) - _subsidy(s)),
    "total_pay_order_gmv_include_coupon_for_roi2": Metric(3, lambda s: s.gmv),
    "total_pay_order_count_for_roi2": Metric(4, lambda s: s.orders),
    "total_cost_per_pay_order_for_roi2": Metric(3, _cost(lambda s: s.orders)),
    "total_pay_order_coupon_amount_for_roi2": Metric(3, _coupon),
    "total_ecom_platform_subsidy_amount_for_roi2": Metric(3, _subsidy),
    "total_prepay_order_count_for_roi2": Metric(4, lambda s: 0),
    "total_prepay_order_gmv_for_roi2": Metric(3, lambda s: 0),
    "total_unfinished_estimate_order_gmv_for_roi2": Metric(3, lambda s: 0),
    "total_prepay_and_pay_settle_roi2_1h": Metric(0, lambda s: _ratio(s.gmv_1h, s.spend)),
    "total_prepay_and_pay_settle_overall_roi2_1h": Metric(0, lambda s: _ratio(s.gmv_1h, s.spend)),
    "total_order_settle_amount_for_roi2_1h": Metric(3, lambda s: s.gmv_1h),
    "total_order_settle_count_for_roi2_1h": Metric(4, lambda s: s.orders_1h),
    "total_order_real_settle_amount_for_roi2_1h": Metric(
        3, lambda s: None if s.gmv_1h is None else s.gmv_1h - s.gmv_1h * 3 // 100
    ),
    "total_order_settle_amount_rate_for_roi2_1h": Metric(10, lambda s: _ratio(_percent(s.gmv_1h), s.gmv)),
    "total_order_settle_count_rate_for_roi2_1h": Metric(10, lambda s: _ratio(_percent(s.orders_1h), s.orders)),
    "total_cost_per_pay_order_settle_for_roi2_1h": Metric(3, _cost(lambda s: s.orders_1h)),
    "total_cost_per_pay_order_settle_for_overall_roi2_1h": Metric(3, _cost(lambda s: s.orders_1h)),
    "total_refund_order_count_for_roi2_1h": Metric(4, lambda s: _less(s.orders, s.orders_1h)),
    "total_refund_order_gmv_for_roi2_1h_all": Metric(3, lambda s: _less(s.gmv, s.gmv_1h)),
    "total_refund_order_gmv_for_roi2_1h_rate": Metric(10, lambda s: _ratio(_percent(_less(s.gmv, s.gmv_1h)), s.gmv)),
    "no_refund_ecom_coupon_amount_for_roi2": Metric(3, lambda s: None if s.gmv_1h is None else s.gmv_1h * 2 // 100),
    "no_refund_ecom_platform_subsidy_amount_for_roi2": Metric(
        3, lambda s: None if s.gmv_1h is None else s.gmv_1h // 100
    ),
    "shop_estimated_comission_cost": Metric(3, lambda s: 0),
}


def _percent(value: int | None) -> int | None:
    return None if value is None else value * 100


def _settled(days: str) -> dict[str, Metric]:
    """The N-day settlement family. Settled counts follow the settled share of GMV (the world settles amounts)."""

    def amount(s: Sums) -> int | None:
        return getattr(s, f"gmv_{days}")  # type: ignore[no-any-return]

    def count(s: Sums) -> int | None:
        settled = amount(s)
        return None if settled is None else (round(s.orders * settled / s.gmv) if s.gmv else 0)

    return {
        f"total_prepay_and_pay_settle_roi2_{days}": Metric(0, lambda s: _ratio(amount(s), s.spend)),
        f"total_order_settle_amount_for_roi2_{days}": Metric(3, amount),
        f"total_order_settle_count_for_roi2_{days}": Metric(4, count),
        f"total_cost_per_pay_order_settle_for_roi2_{days}": Metric(3, _cost(count)),
        f"total_order_settle_amount_rate_for_roi2_{days}": Metric(10, lambda s: _ratio(_percent(amount(s)), s.gmv)),
        f"total_order_settle_count_rate_for_roi2_{days}": Metric(10, lambda s: _ratio(_percent(count(s)), s.orders)),
    }


SETTLED: dict[str, Metric] = {
    name: metric for days in ("7d", "14d", "30d", "90d") for name, metric in _settled(days).items()
}
LIST_FIELDS: frozenset[str] = frozenset(_TABLE) - {"stat_cost_for_roi2"}
TOPIC_METRICS: Mapping[str, Metric] = {n: m for n, m in _TABLE.items() if n != "stat_cost_for_roi2"} | SETTLED
ACCOUNT_METRICS = frozenset(
    name
    for name in _TABLE
    if "_1h" not in name and "overall" not in name and not name.startswith(("no_refund", "shop_"))
) - {"stat_cost_for_roi2"}
ALL: Mapping[str, Metric] = _TABLE | SETTLED


def in_hundred_thousandths(names: Iterable[str], row: Sums) -> dict[str, Number]:
    """Metrics of the plan list: MONEY IN 1/100000 YUAN (qianchuan.md 5.1). Unreported ones are absent."""
    return _render(names, row, lambda fen: fen * 1000)


def in_yuan(names: Iterable[str], row: Sums) -> dict[str, Number]:
    """Metrics of every other endpoint: money in yuan."""
    return _render(names, row, lambda fen: fen / 100)


def _render(names: Iterable[str], row: Sums, money: Callable[[int], Number]) -> dict[str, Number]:
    found: dict[str, Number] = {}
    for name in names:
        metric = ALL[name]
        value = metric.of(row)
        if value is not None:
            found[name] = money(int(value)) if metric.money else value
    return found


def cell(name: str, row: Sums) -> dict[str, object]:
    """A metric of a topic report: `Value` in yuan or plain, `ValueStr` of money as x100000 fixed-point text (W's fixture)."""
    metric = ALL[name]
    value = metric.of(row)
    if value is None:
        return {"Value": None, "ValueStr": ""}
    if metric.money:
        return {"Value": int(value) / 100, "ValueStr": str(int(value) * 1000)}
    return {"Value": value, "ValueStr": str(value)}
