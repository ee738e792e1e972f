"""`products`: the operator's table of products as margins and break-even, and what it gives enrolled campaigns."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.adapters.export.columns import load_columns
from bidctl.adapters.tables.products import COLUMNS, read_products
from bidctl.cli.common import Shell, options
from bidctl.cli.enrol import identity, share
from bidctl.cli.lacking import lacking
from bidctl.cli.words import Say
from bidctl.domain.business import ROLES
from bidctl.domain.products import ProductTable
from bidctl.domain.values import AccountId, Side
from bidctl.engine.contribution import break_even_of, contribution, economics
from bidctl.problem import UsageProblem

KEYS = ["product", "name", "category", "role", "margin", "lost_per_refund", "refunded", "break_even", "break_even_incremental",
        "sum", "missing"]  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--settled-share", type=float, default=0.75, show_default=True, help="最终结算的比例 / Share finally billed."
)
@click.option("--side", type=click.Choice(["merchant", "creator", "agency"]), default="merchant", show_default=True,
              help="谁的账: 商家, 达人, 代理 / Whose money: merchant, creator, agency.")  # fmt: skip
@click.option("--account", help="显示该账户的托管计划得到什么 / Show what its enrolled campaigns get.")
@click.option("--save", is_flag=True, help="写入 --account 的托管条件 / Store that with the enrolments of --account.")
@click.option(
    "--columns", type=click.Path(path_type=Path), help="列名对照 TOML 文件 / TOML file: your headings for our columns."
)
@options
def products(shell: Shell, file: Path, settled_share: float, side: str, account: str | None, save: bool,
             columns: Path | None) -> None:  # fmt: skip
    """每个商品的毛利和保本ROI, 连同输入 / Margin and break-even of every product of FILE (.csv, .xlsx, .toml), with their inputs."""
    settled = share("settled-share", settled_share, above_zero=True) or 1.0
    table = read_products(file, load_columns(columns, COLUMNS) if columns else COLUMNS)
    if account is not None:
        _campaigns(shell, table, AccountId(identity("--account", account)), save)
        return
    if save:
        raise UsageProblem(Say.SAVE_NEEDS())
    rows = [_row(shell, table, name, Side[side.upper()], settled) for name in table.products]
    head = shell.text("商品 名称 类目 角色 毛利m 退货损失k 退款r 保本ROI 增量保本ROI 算式 缺",
                      "product name category role m k r break-even incremental sum missing").split()  # fmt: skip
    shell.rows(
        shell.text(f"商品毛利与保本 (结算率 {settled:.0%})", f"margins and break-even ({settled:.0%} settled)"),
        head,
        rows,
        KEYS,
    )


def _row(shell: Shell, table: ProductTable, name: str, side: Side, settled: float) -> tuple[object, ...]:
    product = table.find(name)
    assert product is not None
    c = contribution(product)
    e = economics(c, side, shell.settings.cash.share)
    floor = None if e is None else break_even_of(e, side, settled)
    return (
        name, product.name, product.category, shell.name(ROLES, product.role), _share(c.margin), _share(c.lost), _share(c.refunded),
        _ratio(shell, floor.blended) if floor else None, _ratio(shell, floor.incremental) if floor else None,
        floor.sum if floor else "", lacking(shell, c.missing),
    )  # fmt: skip


def _campaigns(shell: Shell, table: ProductTable, account: AccountId, save: bool) -> None:
    from bidctl.wiring.products import given_by, untold

    lines = given_by(shell.settings, table, account, save=save)
    rows = []
    for line in lines:
        e, given = line.enrolment, line.given
        floor = break_even_of(e.economics, e.side, e.prior.settled_share) if given.economics else None
        rows.append((
            e.campaign, given.of, given.among, _ratio(shell, floor.blended) if floor else None,
            _ratio(shell, floor.incremental) if floor else None, floor.sum if floor else "",
            lacking(shell, [f"{product}:{what}" for product, what in given.missing]),
        ))  # fmt: skip
    head = shell.text("计划 依据商品 商品数 保本ROI 增量保本ROI 算式 缺",
                      "campaign product among break-even incremental sum missing").split()  # fmt: skip
    shell.rows(shell.text("计划的保本ROI", "break-even of campaigns"), head, rows,
               ["campaign", "product", "among", "break_even", "break_even_incremental", "sum", "missing"])  # fmt: skip
    left = len(untold(lines))
    told = len(lines) - left
    if save:
        shell.say(
            f"已写入 {told} 个计划; {left} 个缺数据, 保持原样",
            f"stored with {told} campaigns; {left} lack something and stay",
        )
    else:
        shell.say(
            f"{told} 个计划可用, 未写入 (加 --save); {left} 个缺数据",
            f"{told} campaigns, not stored (add --save); {left} lack something",
        )


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _ratio(shell: Shell, value: float | None) -> float | str:
    return (
        round(value, 4)
        if value is not None
        else "never"
        if shell.as_json
        else shell.text("无法盈利", "never profitable")
    )
