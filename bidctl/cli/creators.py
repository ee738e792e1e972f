"""`creators`: what each creator (达人) brings for what it costs, ranked by the lower end of its interval."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from bidctl.cli.common import ACCOUNT_ZONE, Shell, options, table_of
from bidctl.cli.enrol import share
from bidctl.cli.lacking import lacking
from bidctl.cli.orders import of_account, zone_at
from bidctl.domain.enrolment import Prior
from bidctl.domain.quadrants import QUADRANTS
from bidctl.engine.creators import CreatorResult
from bidctl.engine.settlement_weeks import week_of

COLUMNS = ["creator", "name", "platform", "category", "orders", "paid", "order_value", "conversion", "refunded", "contribution",
           "commission", "cost", "gain", "lo", "hi", "grade", "quadrant", "missing"]  # fmt: skip


@click.command()
@of_account
@click.option("--weeks", type=click.IntRange(1, 52), default=12, show_default=True,
              help="到本周为止的支付周数 / Pay weeks up to the present one.")  # fmt: skip
@click.option(
    "--settled-share", type=float, default=0.75, show_default=True, help="先验结算率 / Prior: share finally billed."
)
@table_of("creators", "达人表: 点击, 样品, 投流, 坑位费 / Your table of creators: clicks, samples, ads, fee.")
@table_of("products", "商品表 / Your table of products.")
@table_of("grades", "等级门槛表 / Your table of what grades ask for.")
@options
def creators(
    shell: Shell, account: str, weeks: int, settled_share: float, creators: Path | None, products: Path | None, grades: Path | None
) -> None:  # fmt: skip
    """每个达人: 转化率, 客单价, 退款率, 结算贡献除以成本 (佣金 + 样品 + 投流 + 坑位费) 及其区间, 按下限排序, 评级 S/A/B 与象限 / Of every
    creator: conversion, order value, share refunded, settled contribution over (commission + samples + ads + fee) with its 90 %
    interval, ranked by the lower end; grade and quadrant (volume x conversion)."""
    from bidctl import wiring
    from bidctl.engine.creators import creators as results
    from bidctl.wiring.catalogue import creators_of, grades_of, products_of

    told, catalogue, asked = (
        creators_of(shell.settings, creators), products_of(shell.settings, products), grades_of(shell.settings, grades),
    )  # fmt: skip
    prior = Prior(settled_share=share("settled-share", settled_share, above_zero=True) or 1.0)
    now = wiring.clock(shell.settings).now()
    offset = zone_at(now).total_seconds()
    since = week_of(now.timestamp() - (weeks - 1) * 7 * 86400, offset)
    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        found = results(t.order_slices(account), now.timestamp(), since, told, catalogue, asked, prior, offset)
    first = f"{datetime.fromtimestamp(since, UTC).astimezone(ACCOUNT_ZONE):%Y-%m-%d}"
    head = shell.text("达人 昵称 平台 类目 订单 支付 客单价 转化率 退款率 结算贡献 佣金 成本 产出比 90%下限 90%上限 等级 象限 缺",
                      "creator name platform category orders paid order-value conversion refunded contribution commission cost gain "
                      "low high grade quadrant missing").split()  # fmt: skip
    shell.rows(
        shell.text(f"达人, {first} 起支付的订单 (元)", f"creators, orders paid since {first} (yuan)"),
        head, [_row(shell, r) for r in found], COLUMNS,
    )  # fmt: skip
    if not found:
        shell.say(f"账户 {account} 没有写明达人的订单: bidctl orders import 或 bidctl orders sync",
                  f"account {account} has no orders that name a creator: bidctl orders import, or bidctl orders sync")  # fmt: skip
    shell.say("* 产出比 = 结算贡献 / (佣金 + 样品 + 投流 + 坑位费); 样品, 投流, 坑位费要与所看的周数相同; 缺任何一项就不算",
              "* gain = settled contribution / (commission + samples + ads + fee); samples, ads and fee are to be of the same weeks; "
              "none is worked out where one is missing")  # fmt: skip


def _row(shell: Shell, r: CreatorResult) -> tuple[object, ...]:
    c = r.creator
    return (
        c.creator, c.name, c.platform, c.category, r.orders, _round(r.paid, 2), _round(r.order_value, 2), _round(r.conversion, 4),
        _round(r.refunded, 3), _round(r.contribution, 2), _round(r.commission, 2), _round(r.cost, 2), _round(r.gain, 3), _round(r.lo, 3),
        _round(r.hi, 3), None if r.grade is None else r.grade.name, shell.name(QUADRANTS, r.quadrant) or None, lacking(shell, r.missing),
    )  # fmt: skip


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
