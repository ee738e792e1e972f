"""`orders sync`: what the shop's own interface tells, since the last time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.orders import ROWS_ASIDE, instant, not_orders, yuan
from bidctl.cli.replay import progress
from bidctl.wording import Wording

if TYPE_CHECKING:
    from bidctl.wiring.shop import Synced

ASSUMED = Wording(
    "第一次取之前已有的: 订单与退款按发生后 10 分钟, 账单按结算次日 15:00 推定何时得知 (ASSUMED); 之后的按取到的时刻",
    "what was there before the first fetch: orders and refunds are taken as known 10 minutes later, bills from 15:00 of the day after "
    "settlement (ASSUMED); what comes later, when it was fetched",
)


@click.command()
@click.option("--since", help="第一次取时从何时起 (默认 90 天) / Where the first fetch begins (default: 90 days back).")
@options
def sync(shell: Shell, since: str | None) -> None:
    """取上次之后的订单, 退款与账单; 中断后再运行即可, 重复取不变 / Fetch what is new; stopped half-way, run it again; told again it changes
    nothing."""
    from bidctl.wiring import shop

    began = instant(since, "since") if since else None

    async def run(step: Callable[[float], None]) -> Synced:
        done = shop.nothing(shell.settings)
        async for done in shop.sync(shell.settings, began):
            step(done.done)
        return done

    with progress(shell, shell.text("抖店", "shop")) as step:
        done = asyncio.run(run(step))
    t, c = done.taken, done.counts
    shell.data({
        "account": str(shop.shop_account(shell.settings)), "until": done.until.isoformat(), "rows": c.rows, "orders": t.orders,
        "refunds": t.refunds, "bills": t.bills, "again": t.again, "aside": t.aside, "unpaid": c.unpaid, "presales": c.presales,
        "presale_yuan": yuan(c.presale_fen), "gifts": c.gifts, "claims": c.claims, "negative_bills": c.negative,
        "assumed": done.assumed, "since_ignored": done.goes_on, "lost": None if done.lost is None else [at.isoformat() for at in done.lost],
    })  # fmt: skip
    shell.say(f"截至 {shell.when(done.until)}, 账户 {shop.shop_account(shell.settings)}:",
              f"until {shell.when(done.until)}, account {shop.shop_account(shell.settings)}:")  # fmt: skip
    for line in _lines(done):
        shell.say(line.zh, line.en)
    if done.goes_on:
        shell.say("--since 只在第一次取时起作用, 这次接着上次取; 更早的请用导出文件补上: bidctl orders import",
                  "--since is for the first fetch alone, this one went on where the last one ended; what is older: take an export in: "
                  "bidctl orders import")  # fmt: skip
    if done.lost:
        first, last = map(shell.when, done.lost)
        shell.say(f"{first} 到 {last} 之间的变动没有取过, 平台已不再提供 (90 天): 请用导出文件补上: bidctl orders import",
                  f"what changed from {first} to {last} was not fetched, and the shop no longer gives it (90 days): take an export in: "
                  "bidctl orders import")  # fmt: skip


def _lines(done: Synced) -> list[Wording]:
    t, c = done.taken, done.counts
    return [
        Wording(
            f"读到 {c.rows} 行: 新订单 {t.orders}, 退款 {t.refunds}, 账单 {t.bills}; 已有 {t.again}; 搁置 {t.aside}",
            f"{c.rows} rows read: {t.orders} new orders, {t.refunds} refunds, {t.bills} bills; {t.again} known already; "
            f"{t.aside} put aside",
        ),
        Wording(
            f"赠品 {c.gifts} 件, 非退款或未完成的售后 {c.claims} 单 (不计); 结算后退款中记为负数的 {c.negative} 行 (一律按退回计)",
            f"{c.gifts} gifts, {c.claims} claims that are no refunds or not done (not counted); {c.negative} lines taken back "
            "after settlement were written below zero (taken back either way)",
        ),
        not_orders(c.unpaid, c.presales, c.presale_fen),
        *([ASSUMED] if done.assumed else []),
        *([ROWS_ASIDE] if t.aside else []),
    ]
