"""`orders`: a shop's orders taken into the ledger, what they come to, and the rows that were put aside."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bidctl.cli.common import ACCOUNT_ZONE, Shell, options
from bidctl.cli.lazy import lazy
from bidctl.cli.switches import who
from bidctl.cli.words import Say
from bidctl.domain.orders import DOUBTS
from bidctl.domain.quarantine import SETTLED, Settle
from bidctl.domain.values import AccountId
from bidctl.engine.attribution import WAYS
from bidctl.engine.order_totals import SIDES, OrderTotals, totals, ways
from bidctl.problem import UsageProblem
from bidctl.wiring.orders import Imported, import_orders, look_over
from bidctl.wording import Wording

FEN = 100
SAID_BY: dict[str, Wording] = {
    "campaign": Wording("计划", "campaign"), "product": Wording("商品", "product"),
    "live_account": Wording("直播账号", "live account"), "creator": Wording("达人", "creator"),
}  # fmt: skip
MONEY: dict[str, Wording] = {
    "paid": Wording("支付 (整体成交)", "paid"), "billed": Wording("已结算", "billed"), "refunded": Wording("已退款", "refunded"),
    "before_dispatch": Wording("其中发货前", "before dispatch"), "open": Wording("未了结", "open"),
    "buyer": Wording("用户实付", "buyers paid"), "subsidy": Wording("平台补贴", "subsidy"),
}  # fmt: skip
ASSUMED = Wording(
    "导出文件没有「何时得知」: 订单与退款按发生后 10 分钟, 账单按结算次日 15:00 推定 (ASSUMED)",
    "an export does not tell when things were known: orders and refunds are taken as known 10 minutes later, bills from 15:00 of the "
    "day after settlement (ASSUMED)",
)


RULE = Wording(
    "规则: 订单自带计划的整单归它; 否则在同一支付日投放同一直播账号 (直播计划) 或同一商品 (商品计划) 的计划之间, 按平台报告的整体成交金额 "
    "(减去自带计划的订单已占的; 没有则按消耗) 分摊, 精确到分",
    "rule: an order that names its campaign is that campaign's; else it is shared out among the campaigns of its live account (live) or "
    "product (goods) on its pay day, by the platform's paid GMV less what orders with an id claimed (where that leaves nothing: by "
    "spend), to the fen",
)
ROWS_ASIDE = Wording("搁置的行: bidctl orders quarantine", "rows put aside: bidctl orders quarantine")
COMMANDS: dict[str, tuple[str, str]] = {
    "sync": (
        "bidctl.cli.orders_sync:sync",
        "从抖店取订单, 退款与账单 / Fetch orders, refunds and bills from the shop.",
    ),
    "import": ("bidctl.cli.orders:import_", "导入订单导出文件 / Take an order export into the ledger."),
    "ledger": ("bidctl.cli.orders:ledger", "支付 = 已结算 + 已退款 + 未了结 / What orders come to, as of any instant."),
    "attribution": (
        "bidctl.cli.orders:attribution_",
        "订单归属到计划的方式与占比 / How orders find their campaigns, and how many do not.",
    ),
    "quarantine": ("bidctl.cli.orders:quarantine", "搁置的行与原因 / Rows put aside, and why."),
}


of_account = click.option("--account", required=True, help="账户或店铺ID / Account or shop.")
by_side = click.option(
    "--by",
    "side",
    type=click.Choice(SIDES),
    default="campaign",
    show_default=True,
    help="按什么汇总 / What to add up by.",
)
as_of = click.option("--at", help="截至此刻所知, 如 2026-09-01T10:00 / As it was known at this instant.")


@click.group(cls=lazy(COMMANDS))
def orders() -> None:
    """订单, 退款与结算账单 / Orders, refunds and settlement bills."""


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", required=True, help="订单所属的账户或店铺ID / Account or shop the orders belong to.")
@click.option(
    "--columns", type=click.Path(path_type=Path), help="列名对照 TOML 文件 / TOML file: your headings for our columns."
)
@click.option(
    "--zone", default="Asia/Shanghai", show_default=True, help="没写时区的时间按此 / Zone of times that name none."
)
@click.option("--currency", default="CNY", show_default=True, help="账户的币种 / The account's currency.")
@options
def import_(shell: Shell, file: Path, account: str, columns: Path | None, zone: str, currency: str) -> None:
    """导入订单导出文件 FILE (.csv 或 .xlsx), 重复导入不变 / Take an order export FILE (.csv or .xlsx) in; told again it changes nothing."""
    from bidctl import wiring

    table = look_over(file, columns, _zone(zone), currency.upper())
    done = Imported()
    now = wiring.clock(shell.settings).now().timestamp()
    with wiring.ledger(shell.settings) as ledger:
        for done in import_orders(ledger, AccountId(account), table, now):  # noqa: B007 - the last one tells of all
            pass
    shell.data({
        "file": str(file), "matched": dict(table.matched), "lines": done.lines, "skipped": done.skipped, "orders": done.taken.orders,
        "refunds": done.taken.refunds, "bills": done.taken.bills, "again": done.taken.again, "aside": done.taken.aside,
        "unpaid": done.unpaid, "presales": done.presales, "presale_yuan": yuan(done.presale_fen), "known_at": "ASSUMED",
    })  # fmt: skip
    for line in _told(table.matched.items(), done):
        shell.say(line.zh, line.en)


def _told(matched: Iterable[tuple[str, str]], done: Imported) -> list[Wording]:
    columns, t = "  ".join(f"{name}={title}" for name, title in matched), done.taken
    return [
        Wording(f"对上的列: {columns}", f"columns matched: {columns}"),
        Wording(
            f"{done.lines} 行 (合计或空行 {done.skipped}): 新订单 {t.orders}, 退款 {t.refunds}, 账单 {t.bills}; 已有 {t.again}; "
            f"搁置 {t.aside}",
            f"{done.lines} lines ({done.skipped} totals or empty): {t.orders} new orders, {t.refunds} refunds, {t.bills} bills; "
            f"{t.again} known already; {t.aside} put aside",
        ),
        not_orders(done.unpaid, done.presales, done.presale_fen),
        ASSUMED,
        *([ROWS_ASIDE] if t.aside else []),
    ]


def not_orders(unpaid: int, presales: int, presale_fen: int) -> Wording:
    """What was told but is no order yet."""
    return Wording(
        f"未支付订单 {unpaid} (不计); 未付尾款的预售 {presales} 单, 定金 {yuan(presale_fen)} 元 (单列, 不计入支付)",
        f"{unpaid} unpaid orders (not counted); {presales} open presales, deposits {yuan(presale_fen)} yuan (told apart, no part of paid)",
    )


@click.command()
@of_account
@by_side
@as_of
@options
def ledger(shell: Shell, account: str, side: str, at: str | None) -> None:
    """支付 = 已结算 + 已退款 + 未了结, 分毫不差; 没写计划的订单按规则分摊 (见 attribution) / paid = billed + refunded + open, to the
    fen, as of any instant; orders that name no campaign are shared out by rule (see attribution)."""
    from bidctl import wiring
    from bidctl.wiring.attribution import attribution_of

    when = instant(at) if at else wiring.clock(shell.settings).now()
    with wiring.ledger(shell.settings) as found, found.begin() as t:
        rule = attribution_of(t, AccountId(account), when, zone_at(when)) if side == "campaign" else None
        told = totals(t.order_slices(account), when.timestamp(), side, rule)  # type: ignore[arg-type]
        found_by = ways(t.order_groups(account, when, zone_at(when)), rule) if rule else {}
    whole = sum(told.values(), OrderTotals())
    rows = [*told.items(), (shell.text("合计", "total"), whole)]
    shell.rows(
        shell.text(f"订单账本, 截至 {shell.when(when)} (元)", f"ledger of orders as of {shell.when(when)} (yuan)"),
        [SAID_BY[side].text(shell.lang), shell.text("订单", "orders"), *(w.text(shell.lang) for w in MONEY.values()),
         shell.text("平衡", "balances")],
        [(name or shell.text("(未注明)", "(not told)"), t_.orders, *(yuan(getattr(t_, n)) for n in MONEY),
          shell.text("是", "yes") if t_.balances else shell.text("否", "NO")) for name, t_ in rows],
        [side, "orders", *MONEY, "balances"],
    )  # fmt: skip
    without_orders(shell, account, whole.orders)
    if found_by and whole.orders:
        shares = "; ".join(f"{WAYS[way].text(shell.lang)} {_share(w.paid, whole.paid)}" for way, w in found_by.items())
        shell.say(f"归属, 占支付: {shares}", f"attributed, of paid: {shares}")


@click.command("attribution")
@of_account
@as_of
@options
def attribution_(shell: Shell, account: str, at: str | None) -> None:
    """订单归属到计划的方式: 各占多少, 无法归属的也列出 / How orders find their campaigns: how many each way, and those that do not."""
    from bidctl import wiring
    from bidctl.wiring.attribution import attribution_of

    when = instant(at) if at else wiring.clock(shell.settings).now()
    with wiring.ledger(shell.settings) as found, found.begin() as t:
        rule = attribution_of(t, AccountId(account), when, zone_at(when))
        told = ways(t.order_groups(account, when, zone_at(when)), rule)
    orders, paid = sum(w.orders for w in told.values()), sum(w.paid for w in told.values())
    shell.rows(
        shell.text(f"订单归属, 截至 {shell.when(when)} (元)", f"attribution of orders as of {shell.when(when)} (yuan)"),
        [shell.text("方式", "way"), shell.text("订单", "orders"), shell.text("占订单", "of orders"), MONEY["paid"].text(shell.lang),
         shell.text("占支付", "of paid"), MONEY["buyer"].text(shell.lang), MONEY["subsidy"].text(shell.lang)],
        [(shell.name(WAYS, way), w.orders, _share(w.orders, orders), yuan(w.paid), _share(w.paid, paid), yuan(w.buyer), yuan(w.subsidy))
         for way, w in told.items()],
        ["way", "orders", "orders_share", "paid", "paid_share", "buyer", "subsidy"],
    )  # fmt: skip
    without_orders(shell, account, orders)
    shell.say(RULE.zh, RULE.en)


def without_orders(shell: Shell, account: str, orders: int) -> None:
    """Where orders come from, told where there are none: they may be kept under another id."""
    if not orders:
        shell.say(f"账户 {account} 没有订单: bidctl orders import 或 bidctl orders sync ([shop] account 为其所属账户, 不写则为店铺ID)",
                  f"account {account} has no orders: bidctl orders import, or bidctl orders sync (kept under [shop] account, else "
                  "under the shop's id)")  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.4f}" if whole else "0.0000"


@click.command()
@of_account
@click.option("--resolve", type=int, multiple=True, metavar="NUMBER", help="了结这一行 / Settle this row (see --as).")
@click.option(
    "--as",
    "how",
    type=click.Choice([s.name.lower() for s in Settle]),
    default=Settle.KEEP.name.lower(),
    show_default=True,
    help="keep 保留现有的, accept 采用这一行, drop 作废 / What stands stays, this row's amount counts, it counts for nothing.",
)
@click.option("--amount", metavar="YUAN", help="accept: 以此金额为准 / accept: the amount that counts, in yuan.")
@click.option("--resolved", is_flag=True, help="只看已了结的行 / Show rows that were settled.")
@options
def quarantine(
    shell: Shell, account: str, resolve: tuple[int, ...], how: str, amount: str | None, resolved: bool
) -> None:
    """搁置而不计的行与原因, 由人了结: 保留, 采用 (可改金额), 作废; 谁何时怎么了结都留痕 / Rows that count for nothing, and why; one
    without its order counts once that comes. A person settles a row; who did, when and how is kept."""
    from bidctl import wiring

    fen, now = _fen(amount, how, resolve), wiring.clock(shell.settings).now()
    with wiring.ledger(shell.settings) as found, found.begin(durable=bool(resolve)) as t:
        for number in resolve:
            if not t.resolve(account, number, who(), now, Settle[how.upper()], fen):
                raise UsageProblem(Say.NO_SUCH_ROW(number=number, account=account))
        rows = t.quarantine(account, resolved=resolved)
    shell.rows(
        shell.text(f"搁置的行: {len(rows)}", f"rows put aside: {len(rows)}"),
        ["#", shell.text("原因", "reason"), shell.text("文件", "file"), shell.text("行", "line"), shell.text("订单", "order"),
         shell.text("金额", "amount"), shell.text("原文", "row"), shell.text("了结", "settled by"), shell.text("时间", "at"),
         shell.text("结果", "how"), shell.text("计入金额", "counts")],
        [(q.id, _why(shell, DOUBTS[q.row.doubt], q.row.why), q.row.file, q.row.line, q.row.order or None, _told_yuan(q.row.fen), q.row.raw,
          q.resolved_by, shell.when(q.resolved_at) if q.resolved_at else None, shell.name(SETTLED, q.how) or None, _told_yuan(q.counts))
         for q in rows],
        ["id", "reason", "file", "line", "order", "amount", "row", "resolved_by", "resolved_at", "how", "counts"],
    )  # fmt: skip


def _fen(amount: str | None, how: str, resolve: tuple[int, ...]) -> int | None:
    """`--amount` in fen: of one row that is accepted."""
    if amount is None:
        return None
    if how != Settle.ACCEPT.name.lower() or len(resolve) != 1:
        raise UsageProblem(Say.AMOUNT_OF_ONE())
    try:
        fen = Decimal(amount) * FEN
    except InvalidOperation:
        raise UsageProblem(Say.AMOUNT_YUAN(amount=amount)) from None
    if not fen.is_finite() or fen < 0 or fen != int(fen):
        raise UsageProblem(Say.AMOUNT_YUAN(amount=amount))
    return int(fen)


def _told_yuan(fen: int | None) -> str | None:
    """An amount; None where it is not known or counts for nothing."""
    return None if fen is None or fen < 0 else yuan(fen)


def _why(shell: Shell, doubt: Wording, why: str) -> str:
    return f"{doubt.text(shell.lang)} ({shell.told(why)})" if why else doubt.text(shell.lang)


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, exactly."""
    sign, whole = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{whole // FEN}.{whole % FEN:02d}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageProblem(Say.ZONE(name=name)) from None


def instant(text: str, option: str = "at") -> datetime:
    """An instant as `--at` (or another option) takes it, in the accounts' zone where it names none. Raises UsageProblem."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageProblem(Say.INSTANT(option=option, text=text)) from None
    return found if found.tzinfo else found.replace(tzinfo=ACCOUNT_ZONE)


def zone_at(when: datetime) -> timedelta:
    """The accounts' zone, east of UTC."""
    return when.astimezone(ACCOUNT_ZONE).utcoffset() or timedelta(0)
