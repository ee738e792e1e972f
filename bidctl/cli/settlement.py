"""`settlement`: settlement rates of pay weeks with where they will end, and a back-test of that forecast on one's own orders."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from bidctl.cli.common import ACCOUNT_ZONE, Shell, options, table_of
from bidctl.cli.enrol import share
from bidctl.cli.lazy import lazy
from bidctl.cli.orders import SAID_BY, as_of, by_side, instant, of_account, without_orders, zone_at
from bidctl.cli.words import Say
from bidctl.domain.enrolment import Prior
from bidctl.domain.values import AccountId
from bidctl.engine.backtest import backtest as test_back
from bidctl.engine.settlement_categories import categorised, category_means
from bidctl.engine.settlement_weeks import PaidBy, WeekRate, pay_days, rates, stated, triangle
from bidctl.problem import Problem

COMMANDS: dict[str, tuple[str, str]] = {
    "rate": ("bidctl.cli.settlement:rate", "按支付周的结算率 / Settlement rate by pay week."),
    "backtest": ("bidctl.cli.settlement:backtest", "预测的回测: 误差与区间覆盖 / How well it was forecast, by age."),
}
AGES = (3.0, 6.0, 13.0, 29.0)
TEACH, LEAST = 4, 8
"""Weeks that only teach, and weeks a back-test needs."""


@click.group(cls=lazy(COMMANDS))
def settlement() -> None:
    """结算率与回测 / Settlement rates, and a back-test of their forecast."""


@click.command()
@of_account
@by_side
@as_of
@click.option(
    "--settled-share", type=float, default=0.75, show_default=True, help="先验结算率 / Prior: share finally billed."
)
@table_of("products", "类目来自商品表 / Your table of products tells categories.")
@options
def rate(shell: Shell, account: str, side: str, at: str | None, settled_share: float, products: Path | None) -> None:
    """按支付周 (不按结算周) 的结算率与预计, 成熟度, 趋势, 并与全店和类目均值比较 / Settlement rate by the week of PAYMENT, where it
    will end, maturity, trend, and against the mean of the shop and of its category."""
    from bidctl import wiring
    from bidctl.wiring.attribution import attribution_of
    from bidctl.wiring.catalogue import products_of

    when = instant(at) if at else wiring.clock(shell.settings).now()
    prior = Prior(settled_share=share("settled-share", settled_share, above_zero=True) or 1.0)
    table, offset = products_of(shell.settings, products), zone_at(when).total_seconds()
    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        rule = attribution_of(t, AccountId(account), when, zone_at(when)) if side == "campaign" else None
        found = categorised(t.order_slices(account), when.timestamp(), side, table.categories(), offset, rule)  # type: ignore[arg-type]
    told, means = (
        rates(found.days, when.timestamp(), prior, offset),
        category_means(found, when.timestamp(), prior, offset),
    )
    mean = _mean(told)
    shell.rows(
        shell.text(f"结算率, 截至 {shell.when(when)} (元)", f"settlement rate as of {shell.when(when)} (yuan)"),
        [SAID_BY[side].text(shell.lang), shell.text("支付周", "pay week"), shell.text("订单", "orders"), shell.text("支付", "paid"),
         shell.text("已结算", "billed"), shell.text("已退款", "refunded"), shell.text("预计结算率", "projected rate"),
         shell.text("90% 下限", "90 % low"), shell.text("90% 上限", "90 % high"), shell.text("成熟度", "maturity"),
         shell.text("较上周", "trend"), shell.text("较全店", "against all"),
         shell.text("类目均值", "category mean"), shell.text("较类目", "against it"), shell.text("异常", "cluster")],
        [(r.key or shell.text("(未注明)", "(not told)"), _day(r.week), r.orders, f"{r.paid:.2f}", f"{r.billed:.2f}", f"{r.refunded:.2f}",
          f"{r.rate:.3f}", f"{r.lo:.3f}", f"{r.hi:.3f}", f"{r.maturity:.2f}", trend, f"{r.rate - mean:+.3f}",
          *_against(r.rate, means.get((r.key, r.week))),
          shell.text("是", "yes") if r.flagged else "")
         for r, trend in zip(told, _trends(told), strict=True)],
        [side, "week", "orders", "paid", "billed", "refunded", "rate", "lo", "hi", "maturity", "trend", "against_all",
         "category_mean", "against_category", "cluster"],
    )  # fmt: skip
    without_orders(shell, account, len(told))
    if told and not means:
        shell.say("* 没有类目均值: 在商品表里写类目 (--products 文件, 或 [tables] products)",
                  "* no category mean: tell categories in your table of products (--products FILE, or [tables] products)")  # fmt: skip


def _against(rate: float, mean: float | None) -> tuple[str, str]:
    return ("", "") if mean is None else (f"{mean:.3f}", f"{rate - mean:+.3f}")


@click.command()
@of_account
@click.option(
    "--settled-share", type=float, default=0.75, show_default=True, help="先验结算率 / Prior: share finally billed."
)
@options
def backtest(shell: Shell, account: str, settled_share: float) -> None:
    """在自己的订单上回测: 各龄期的误差与 90% 区间覆盖 / On your own orders: error and coverage of the 90 % interval by age."""
    from bidctl import wiring

    now = wiring.clock(shell.settings).now()
    prior = Prior(settled_share=share("settled-share", settled_share, above_zero=True) or 1.0)
    t = triangle(_days(shell, account, now), now.timestamp(), zone_at(now).total_seconds())
    if len(t.paid) < LEAST:
        raise Problem(Say.TOO_FEW_WEEKS(found=len(t.paid), needed=LEAST))
    curve, weight = stated(t.known(len(t.paid) - 1, now.timestamp()), prior)
    found = test_back(t, curve, weight, AGES, TEACH, len(t.paid))
    shell.rows(
        shell.text("回测: 占支付额的误差", "back-test: errors as shares of paid"),
        [shell.text("龄期 (天)", "age, days"), shell.text("周数", "weeks"), "RMSE", shell.text("偏差", "bias"),
         shell.text("只看已退的 RMSE", "RMSE of refunds so far"), shell.text("区间覆盖", "inside 90 %")],
        [(f"{r.age_days + 1:g}", r.n, f"{r.rmse:.4f}", f"{r.bias:+.4f}", f"{r.naive_rmse:.4f}", r.covered) for r in found],
        ["age_days", "weeks", "rmse", "bias", "naive_rmse", "covered"],
    )  # fmt: skip


def _days(shell: Shell, account: str, when: datetime) -> PaidBy:
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        return pay_days(t.order_slices(account), when.timestamp(), None, zone_at(when).total_seconds())


def _day(second: float) -> str:
    return f"{datetime.fromtimestamp(second, UTC).astimezone(ACCOUNT_ZONE):%Y-%m-%d}"


def _mean(told: list[WeekRate]) -> float:
    """Projected rate of all cohorts together."""
    paid = sum(r.paid for r in told)
    return sum(r.rate * r.paid for r in told) / paid if paid else 0.0


def _trends(told: list[WeekRate]) -> list[str]:
    """Each week against the one before it of the same key."""
    before = [None, *told][: len(told)]
    return [f"{r.rate - b.rate:+.3f}" if b and b.key == r.key else "" for r, b in zip(told, before, strict=True)]
