"""`advise`: a to-do list from an exported table, for people without API permission."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import click

from bidctl.adapters.clock import SystemClock
from bidctl.adapters.export import ExportTable
from bidctl.cli.common import Shell, options
from bidctl.cli.enrol import INTENTS, ratio, share
from bidctl.domain.enrolment import Prior
from bidctl.engine.advise import Advice, AdviceList, Given
from bidctl.wording import Wording

NOTES = (
    Wording("时效以表格末尾为准, 表格之后发生的事不知道", "freshness is judged at the table's end; nothing later is known"),
    Wording("当天有行而缺的小时按没有投放算, 缺的日子按缺数据算",
            "a missing hour of a day with rows counts as no delivery; a missing day stays missing"),
    Wording("直播表按商品计划处理: 场次, 主播, 直播限额看不到, 请自行核对",
            "a live table is taken as goods: sessions, hosts and live quotas are not seen; check them"),
    Wording("只是建议, 没有写入任何平台; 条件请逐条核对", "advice only, nothing was written anywhere; check every condition"),
)  # fmt: skip
AHEAD = Wording("表格截至的时刻还没有到: 有将来的日期, 或本机时钟不准; 请先核对, 否则\"最近\"指的不是现在",
                "the table ends at an instant that is still to come: a future date, or this machine's clock is off; check it "
                "first, or what is called recent is not")  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--goal",
    type=float,
    help="目标预计结算ROI; 表中有该列时以表为准 / Wanted projected settled ROAS; a column of it goes before.",
)
@click.option(
    "--margin", type=float, help="毛利率: 留住的订单每元贡献, 0..1 / Contribution of kept orders per yuan, 0..1."
)
@click.option("--break-even", type=float, help="自己算的保本ROI, 原样使用 / Your own break-even ROAS, used as it is.")
@click.option(
    "--intent",
    type=click.Choice(list(INTENTS)),
    default="均衡",
    show_default=True,
    help="意图: 拿量, 均衡, 保利 / Intent: volume, balanced, profit.",
)
@click.option(
    "--settled-share",
    type=float,
    default=0.75,
    show_default=True,
    help="先验: 最终结算的比例 / Prior: share finally billed.",
)
@click.option(
    "--columns", type=click.Path(path_type=Path), help="列名对照 TOML 文件 / TOML file: your headings for our columns."
)
@click.option(
    "--policy", default="policies.handbook:Handbook", show_default=True, help="策略 module:Class / Policy module:Class."
)
@options
def advise(shell: Shell, file: Path, goal: float | None, margin: float | None, break_even: float | None, intent: str,
           settled_share: float, columns: Path | None, policy: str) -> None:  # fmt: skip
    """按报表 FILE (.csv 或 .xlsx) 给每个计划一行建议; 表里看不到的写成条件 / Advice for every campaign of FILE (.csv or .xlsx
    export): one line each; what it cannot show is a condition."""
    from bidctl.wiring.advice import advise_file

    given = Given(
        goal=ratio("goal", goal), margin=share("margin", margin), break_even=ratio("break-even", break_even),
        intent=INTENTS[intent], prior=Prior(settled_share=share("settled-share", settled_share, above_zero=True) or 1.0),
    )  # fmt: skip
    table, advice = advise_file(shell.settings, file, columns, given, policy)
    shell.data(_as_json(table, advice))
    if not shell.as_json:
        for line in [*_head(shell, table, advice), *_lines(shell, advice), *_foot(shell, advice)]:
            click.echo(line)


def _head(shell: Shell, table: ExportTable, advice: AdviceList) -> list[str]:
    p, none = advice.prior, shell.text("无", "none")
    matched = "  ".join(f"{name}={title}" for name, title in table.matched.items())
    unmatched, absent = " ".join(table.unmatched) or none, " ".join(table.absent) or none
    return [
        shell.text(f"[advise] {table.file}: {len(table.rows)} 行, 另有合计或空行 {table.skipped} 行",
                   f"[advise] {table.file}: {len(table.rows)} rows, {table.skipped} more are totals or empty"),
        shell.text(f"  对上的列: {matched}", f"  columns matched: {matched}"),
        shell.text(f"  不认识的列: {unmatched}", f"  columns not known: {unmatched}"),
        shell.text(f"  没有的列: {absent}", f"  columns absent: {absent}"),
        shell.text(f"  表格截至: {_when(advice)}", f"  the table ends: {_when(advice)}"),
        shell.text(f"  结算先验: 最终结算 {p.settled_share:.0%} (相当于 {p.strength:g} 单), 平均 {p.delay_days:g} 天退款",
                   f"  settlement prior: {p.settled_share:.0%} finally billed (worth {p.strength:g} orders), "
                   f"refunds after {p.delay_days:g} days"),
    ]  # fmt: skip


def _when(advice: AdviceList) -> str:
    return advice.as_of.isoformat(sep=" ", timespec="minutes")


def _lines(shell: Shell, advice: AdviceList) -> list[str]:
    if not advice.lines:
        return [shell.text("表中没有计划", "the table holds no campaign")]
    return [f"{a.campaign} {a.name}{_roas(shell, a)}: {a.line.text(shell.lang)}" for a in advice.lines]


def _roas(shell: Shell, a: Advice) -> str:
    if math.isnan(a.roas):
        return ""
    return shell.text(
        f" (预计结算ROI {a.roas:.2f}, {a.orders:.0f}单)",
        f" (projected settled ROAS {a.roas:.2f}, {a.orders:.0f} orders)",
    )


def _foot(shell: Shell, advice: AdviceList) -> list[str]:
    return [f"{'!' if note is AHEAD else '*'} {note.text(shell.lang)}" for note in _notes(advice)]


def _notes(advice: AdviceList) -> tuple[Wording, ...]:
    """Today's table ends at midnight: what is ahead lies beyond it."""
    ahead = advice.as_of > SystemClock().now() + timedelta(days=1)
    return (AHEAD, *NOTES) if ahead else NOTES


def _as_json(table: ExportTable, advice: AdviceList) -> dict[str, object]:
    p = advice.prior
    return {
        "mode": "advise", "file": table.file, "rows": len(table.rows), "skipped": table.skipped,
        "matched": dict(table.matched), "unmatched": list(table.unmatched), "absent": list(table.absent),
        "as_of": advice.as_of.isoformat(),
        "prior": {"settled_share": p.settled_share, "strength": p.strength, "delay_days": p.delay_days},
        "advice": [
            {"campaign": a.campaign, "name": a.name, "old": _text(a.old), "new": _text(a.new), "reason": a.reason.name,
             "conditions": [{"zh": c.zh, "en": c.en} for c in a.conditions],
             "projected_roas": None if math.isnan(a.roas) else a.roas, "orders": None if math.isnan(a.orders) else a.orders,
             "line": {"zh": a.line.zh, "en": a.line.en}}
            for a in advice.lines
        ],
        "notes": [{"zh": n.zh, "en": n.en} for n in _notes(advice)],
    }  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
