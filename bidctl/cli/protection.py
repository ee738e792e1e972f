"""`protection`: the ledger of cost protection (赔付台账)."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import click

from bidctl.cli.common import Shell, last_days, of_advertiser, options, rounded
from bidctl.cli.enrol import identity
from bidctl.domain.values import AccountId, Protection
from bidctl.engine.protection_ledger import COVERS, Cover
from bidctl.wording import Wording

SAID: dict[Protection, Wording] = {
    Protection.UNKNOWN: Wording("未知", "unknown"), Protection.IN_EFFECT: Wording("生效中", "in effect"),
    Protection.INVALID: Wording("已失效", "lost"), Protection.CONFIRMING: Wording("确认中", "being confirmed"),
    Protection.PAID: Wording("已赔付", "paid"), Protection.ENDED: Wording("已结束", "ended"), Protection.NONE: Wording("没有", "none"),
}  # fmt: skip
KEYS = ["day", "campaign", "valid_orders", "spend", "roi", "target", "t", "expected", "cover", "platform_says",
        "next_safe_edit", "edit_forfeits", "pause_forfeits"]  # fmt: skip


@click.command()
@of_advertiser
@last_days
@options
def protection(shell: Shell, account: str, days: int) -> None:
    """每天每个托管计划: 有效订单, 当日 ROI 和目标, T, 平台会赔多少或为何不赔; 今天的还有下次安全改价时间, 改价或暂停会放弃多少 / Of every
    day and enrolled campaign: valid orders, ROI against the day's target, T, what the platform would pay and why not; of today also
    when the next edit is safe, and what an edit now or a pause would forfeit."""
    from bidctl.wiring.protection import ProtectionBook, protection_book

    book: ProtectionBook = protection_book(shell.settings, AccountId(identity("--account", account)), days)
    told, ledger = book.told, book.ledger
    rows: list[tuple[object, ...]] = []
    for d, day in enumerate(book.days):
        today = d == len(book.days) - 1
        for i, name in enumerate(book.campaigns):
            cover = Cover(int(ledger.cover[i, d]))
            safe = float(ledger.safe_from[i])
            rows.append((
                day, name, _count(told.orders[i, d]), rounded(told.spend[i, d]), rounded(ledger.roi[i, d]),
                rounded(ledger.target[i, d]), rounded(told.due[i, d]), rounded(ledger.expected[i, d]),
                shell.name(COVERS, cover), SAID[book.said[i]].text(shell.lang) if today else None,
                _when(shell, safe) if today else None, rounded(ledger.edit_forfeits[i]) if today else None,
                rounded(ledger.pause_forfeits[i]) if today else None,
            ))  # fmt: skip
    head = shell.text("日期 计划 有效单 消耗 ROI 当日目标 T 预计赔付 说明 平台今日 下次安全改价 现在改会放弃 暂停会放弃",
                      "day campaign valid spend ROI target T expected cover platform safe edit-costs pause-costs").split()  # fmt: skip
    shell.rows(shell.text("赔付台账 (元)", "cost protection (yuan)"), head, rows, KEYS)
    shell.say(NOTE.zh, NOTE.en)


NOTE = Wording("* 过去几天是否已赔付, 平台接口不按天告知, 这里不猜",
               "* whether it has paid for a past day the platform does not tell by day: not guessed here")  # fmt: skip


def _count(orders: float) -> int | None:
    return None if math.isnan(orders) else round(orders)


def _when(shell: Shell, safe_from: float) -> str:
    if safe_from == float("-inf"):
        return shell.text("现在", "now")
    return shell.when(datetime.fromtimestamp(safe_from, UTC))
