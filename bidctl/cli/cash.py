"""`cash`: spend beside the receipts of the same days, and what is in hand (R-CASH)."""

from __future__ import annotations

from datetime import date

import click

from bidctl.cli.common import Shell, of_advertiser, options
from bidctl.cli.enrol import identity
from bidctl.domain.values import AccountId
from bidctl.wiring.cash import CashBook
from bidctl.wording import Wording

SOURCE = {
    True: Wording("资金表", "your table of cash"),
    False: Wording("结算账单", "bills of the shop"),
}

MEND = {
    True: Wording("请补全 [tables] cash", "complete [tables] cash"),
    False: Wording(
        "请填 [tables] cash, 或取账单: bidctl orders sync (订单归在别的账户时写明 [shop] account)",
        "name [tables] cash, or fetch bills: bidctl orders sync (where orders are kept under another account: [shop] account)",
    ),
}
"""What a person does about receipts that are not known."""


@click.command()
@of_advertiser
@options
def cash(shell: Shell, account: str) -> None:
    """近30天消耗与同期到账, 现金成本, 可用与待结算资金, 以及 R-CASH 是否约束 / Spend of 30 days beside the receipts of the same
    days, what of it is cash, what is in hand and still to come, and whether R-CASH binds."""
    from bidctl.wiring.cash import cash_book

    book = cash_book(shell.settings, AccountId(identity("--account", account)))
    shell.data(_tree(book))
    for line in _told(book):
        shell.say(line.zh, line.en)


def _tree(book: CashBook) -> dict[str, object]:
    c = book.cash
    return {
        "first": c and date.fromordinal(c.first), "last": c and date.fromordinal(c.last), "spend": c and round(c.spend, 2),
        "cash_cost": c and round(c.spend * book.share, 2), "received": c and round(c.received, 2),
        "share": c and round(c.share, 4), "limit": book.limit or None, "short": bool(c and c.short(book.limit)),
        "available": book.available, "receivable": book.receivable, "source": "table" if book.table else "bills",
    }  # fmt: skip


def _told(book: CashBook) -> list[Wording]:
    return [*_days(book), _limit(book), _hand(book)]


def _days(book: CashBook) -> list[Wording]:
    c, source = book.cash, SOURCE[book.table]
    if c is None:
        return [Wording(
            f"到账不全 (来源: {source.zh}): 需要连续30天, 最新一天不旧于 [rules] cash_stale_d; 不知道就不约束; {MEND[book.table].zh}",
            f"receipts are not known whole (from {source.en}): 30 days in a row are needed, the newest no older than [rules] cash_stale_d; "
            f"what is not known binds nothing; {MEND[book.table].en}",
        )]  # fmt: skip
    first, last = date.fromordinal(c.first), date.fromordinal(c.last)
    return [Wording(
        f"{first} 至 {last}: 消耗 {c.spend:.2f} 元, 其中现金 {c.spend * book.share:.2f} 元 (返点和赠款除外); 同期到账 {c.received:.2f} 元 "
        f"(来源: {source.zh}); 占比 {c.share:.1%}",
        f"{first} to {last}: spend {c.spend:.2f} yuan, {c.spend * book.share:.2f} of it cash (rebates and grants apart); received in "
        f"the same days {c.received:.2f} yuan (from {source.en}); a share of {c.share:.1%}",
    )]  # fmt: skip


def _limit(book: CashBook) -> Wording:
    if not book.limit:
        return Wording(
            "R-CASH 未开启: 在 [rules] 写 cash_share, 例如 0.6",
            "R-CASH is off: write cash_share into [rules], e.g. 0.6",
        )
    if book.cash is not None and book.cash.short(book.limit):
        return Wording(
            f"超过上限 {book.limit:.0%}: 不调低, 不加预算 (R-CASH)",
            f"above the limit of {book.limit:.0%}: no lowering, no budget raise (R-CASH)",
        )
    return Wording(f"上限 {book.limit:.0%}: 不约束", f"the limit of {book.limit:.0%} does not bind")


def _hand(book: CashBook) -> Wording:
    available, receivable = _yuan(book.available), _yuan(book.receivable)
    return Wording(
        f"可用资金 {available.zh}; 待结算 {receivable.zh}", f"in hand {available.en}; still to come {receivable.en}"
    )


def _yuan(value: float | None) -> Wording:
    return Wording("未知", "not known") if value is None else Wording(f"{value:.2f} 元", f"{value:.2f} yuan")
