"""`fields`: what each business field (经营场) and product role spent and left."""

from __future__ import annotations

import math
from pathlib import Path

import click

from bidctl.cli.common import Shell, last_days, of_advertiser, options, rounded, table_of
from bidctl.cli.enrol import identity
from bidctl.domain.business import FIELDS, ROLES, TAG_SOURCES
from bidctl.domain.values import AccountId
from bidctl.wiring.fields import FieldBook, FieldTotals

COLUMNS = ["field", "role", "campaigns", "spend", "paid", "kept", "paid_roas", "settled_roas", "contribution", "profit"]
TAGS = ["campaign", "field", "field_by", "role", "role_by"]


@click.command()
@of_advertiser
@last_days
@click.option("--tags", is_flag=True, help="列出每个计划的标注及来源 / Each campaign's tags, and who says so.")
@table_of("fields", "计划标注表 / Your table of tags.")
@table_of("products", "商品表, 商品角色由此而来 / Your table of products, which tells roles.")
@options
def fields(shell: Shell, account: str, days: int, tags: bool, fields: Path | None, products: Path | None) -> None:
    """按经营场 (自播, 达人矩阵, 营销活动, 头部大V) 和商品角色 (引流款, 利润款, 爆款) 汇总托管计划 / Enrolled campaigns added up by
    business field and product role. Tags come from your table and its default alone; what none tells is not tagged."""
    from bidctl.wiring.catalogue import fields_of, products_of
    from bidctl.wiring.fields import field_book

    table, catalogue = fields_of(shell.settings, fields), products_of(shell.settings, products)
    book = field_book(shell.settings, AccountId(identity("--account", account)), days, table, catalogue)
    if tags:
        _tags(shell, book)
        return
    head = shell.text("经营场 商品角色 计划数 消耗 支付 最终成交 支付ROI 结算ROI 贡献 利润",
                      "field role campaigns spend paid kept paid-ROAS settled-ROAS contribution profit").split()  # fmt: skip
    title = shell.text(f"{book.days[0]} 至 {book.days[-1]} (元)", f"{book.days[0]} to {book.days[-1]} (yuan)")
    shell.rows(title, head, [_row(shell, t) for t in book.totals], COLUMNS)
    if any(math.isnan(t.profit) for t in book.totals):
        shell.say(f"* 空着的贡献与利润: 其中有计划的毛利未知或报表不全, 不按 0 算; 请看: bidctl preflight --account {account} --offline",
                  "* where contribution and profit are blank a campaign's margin or report is not known, and is not taken as 0; see: "
                  f"bidctl preflight --account {account} --offline")  # fmt: skip
    bare = sum(1 for t in book.tags if t.field is None)
    if bare:
        shell.say(f"* {bare} 个计划没有标注: 写入标注表 (--fields 文件, 或 [tables] fields), 或在表里写一行 默认",
                  f"* {bare} campaigns are not tagged: write them into your table (--fields FILE, or [tables] fields), "
                  "or a line for the default")  # fmt: skip


def _tags(shell: Shell, book: FieldBook) -> None:
    head = shell.text("计划 经营场 依据 商品角色 依据", "campaign field by role by").split()
    rows = [
        (t.campaign, shell.name(FIELDS, t.field) or None, shell.name(TAG_SOURCES, t.field_by),
         shell.name(ROLES, t.role) or None, shell.name(TAG_SOURCES, t.role_by))
        for t in book.tags
    ]  # fmt: skip
    shell.rows(shell.text("计划标注", "tags of campaigns"), head, rows, TAGS)


def _row(shell: Shell, t: FieldTotals) -> tuple[object, ...]:
    none = None if shell.as_json else shell.text("未标注", "not tagged")
    field, role = shell.name(FIELDS, t.field) or none, shell.name(ROLES, t.role) or none
    ratios = (_ratio(t.paid, t.spend), _ratio(t.kept, t.spend))
    return (
        field,
        role,
        t.campaigns,
        *map(rounded, (t.spend, t.paid, t.kept)),
        *ratios,
        rounded(t.contribution),
        rounded(t.profit),
    )


def _ratio(value: float, over: float) -> float | None:
    return None if math.isnan(value) or not over > 0 else round(value / over, 3)
