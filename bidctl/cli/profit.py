"""`profit`: what each day left in the till, by campaign (真实利润日报)."""

from __future__ import annotations

import math

import click
import numpy as np

from bidctl.cli.common import Shell, last_days, of_advertiser, options
from bidctl.cli.enrol import identity
from bidctl.domain.values import AccountId
from bidctl.engine.daily_profit import DailyProfit

COLUMNS = ("spend", "cash", "paid", "billed", "projected", "kept", "contribution", "profit")
ALL = "*"


@click.command()
@of_advertiser
@last_days
@options
def profit(shell: Shell, account: str, days: int) -> None:
    """每天每个托管计划的消耗, 现金, 支付, 结算, 预计, 贡献和利润, 元 / Spend, cash, paid, billed, projected, contribution and profit of
    every day and enrolled campaign, in yuan."""
    from bidctl.wiring.profit import profit_book

    book = profit_book(shell.settings, AccountId(identity("--account", account)), days)
    rows: list[tuple[object, ...]] = []
    for d, day in enumerate(book.days):
        rows += [(day, name, *_cells(book.report, [i], d)) for i, name in enumerate(book.campaigns)]
        rows.append((day, ALL, *_cells(book.report, list(range(len(book.campaigns))), d)))
    head = shell.text(
        "日期 计划 消耗 现金成本 支付 已结算 其中预计 最终成交 贡献 利润", "day campaign " + " ".join(COLUMNS)
    ).split()
    shell.rows(shell.text("真实利润日报 (元)", "daily profit (yuan)"), head, rows, ["day", "campaign", *COLUMNS])
    if not shell.as_json:
        for zh, en in NOTES:
            shell.say(zh, en)


NOTES = (
    ("* 其中预计: 还没有结算账单, 按结算模型预计会留下的部分; 空白表示不知道",
     "* projected: not settled by any bill, expected to stay by the settlement model; blank = not known"),
    ("* 已结算需要订单数据; 没有订单时全部是预计", "* billed needs the orders; without them all of it is projected"),
    ("* 合计行 (*): 有任何一个计划不知道, 合计就不知道", "* a total (*) is not known where one of its campaigns is not"),
)  # fmt: skip


def _cells(report: DailyProfit, rows: list[int], day: int) -> list[float | None]:
    """The sum over some campaigns; None where one of them is not known: a part is no total."""
    sums = [float(np.sum(getattr(report, name)[rows, day])) for name in COLUMNS]
    return [None if math.isnan(value) else round(value, 2) for value in sums]
