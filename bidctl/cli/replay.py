"""`replay`: what a policy would have decided on recorded history, as it was known then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bidctl.cli.common import ACCOUNT_ZONE, Reals, Shell, options
from bidctl.cli.enrol import INTENTS, ratio, share
from bidctl.cli.words import Say
from bidctl.domain.reasons import WORDING
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import Wording

if TYPE_CHECKING:
    from bidctl.engine.episodes import Difference, Verdict
    from bidctl.engine.history import History
    from bidctl.engine.replay import Peek, Walk
    from bidctl.engine.replay_table import DayAdvice

TAPE = Wording(
    "磁带不会回话: 这里只有当时会做的决定, 没有结果; 不说明会多赚或少赚",
    "a tape does not answer back: these are decisions on what was known then, not results; nothing here says what they earn",
)
ASSUMPTIONS = (
    Wording("目标值, 毛利, 意图按现在的托管设置", "goals, margins and intents are those enrolled now"),
    Wording("每个计划都按正在投放算; 直播场次没有记录", "every campaign counts as delivering; live sessions are not recorded"),
    Wording("每一刻都站在当时记录的目标上, 不会接着自己的改动往下走",
            "each look stands at the recorded target, never at one of its own"),
)  # fmt: skip
SHOWN = 40


@click.command()
@click.argument("table", required=False, type=click.Path(path_type=Path))
@click.option(
    "--policy",
    help="策略名称, 路径或 module:Class; 不写则按托管 / Policy; without it, as enrolled.",
)
@click.option("--account", help="广告账户ID; 账本里有多个时必写 / Advertiser id; needed where the ledger has several.")
@click.option(
    "--ledger",
    type=click.Path(path_type=Path),
    help="账本文件; 不写则用配置里的 / A ledger file; else the configured one.",
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    help="从何时起, 账户时间 / From then, account's time.",
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="到何时止 / Until then.")
@click.option(
    "--every",
    type=Reals(0.1, 24),
    default=1.0,
    show_default=True,
    help="每次查看间隔小时 / Hours between looks.",
)
@click.option(
    "--look-ahead",
    is_flag=True,
    help="前视检查: 截掉未来, 之前的决定应不变 / Cut the future off: earlier decisions must stay.",
)
@click.option("--goal", type=float, help="TABLE: 目标预计结算ROI / TABLE: wanted projected settled ROAS.")
@click.option("--margin", type=float, help="TABLE: 毛利率, 0..1 / TABLE: contribution of kept orders per yuan, 0..1.")
@click.option(
    "--intent", type=click.Choice(list(INTENTS)), default="均衡", show_default=True, help="TABLE: 意图 / TABLE: intent."
)
@click.option(
    "--columns", type=click.Path(path_type=Path), help="TABLE: 列名对照 TOML 文件 / TABLE: TOML file of headings."
)
@options
def replay(shell: Shell, table: Path | None, since: datetime | None, until: datetime | None, **words: Any) -> None:
    """在账本的过去 (或导出的 TABLE) 上逐刻按当时所知重放一个策略; 不写入 / What a policy would have decided, walked over the
    ledger's past (or an exported TABLE) as it was known. No writes."""
    begin, end = (None if x is None else x.replace(tzinfo=ACCOUNT_ZONE).astimezone(UTC) for x in (since, until))
    if begin and end and end < begin:
        raise UsageProblem(Say.UNTIL_BEFORE(until=until, since=since))
    if table is None:
        _of_ledger(shell, begin, end, words)
    else:
        _of_table(shell, table, since, until, words)


def _of_ledger(shell: Shell, since: datetime | None, until: datetime | None, words: dict[str, Any]) -> None:
    from bidctl import wiring
    from bidctl.engine.episodes import differences
    from bidctl.engine.replay import look_ahead, walk
    from bidctl.wiring.replay import policy_for, recorded, span_of, with_ledger

    rules = wiring.rule_settings(shell.settings)
    history = recorded(with_ledger(shell.settings, words["ledger"]), words["account"])
    policy = policy_for(history, words["policy"])
    history, span = span_of(history, since, until, timedelta(hours=words["every"]))
    with progress(shell, shell.text("重放", "replay")) as step:
        told = walk(history, policy, rules, span, step)
    peeks = None
    if words["look_ahead"]:
        with progress(shell, shell.text("前视检查", "look-ahead")) as step:
            peeks = look_ahead(history, policy, rules, span, told, step=step)
    edits = [e for e in history.edits if span.begin <= e.effective_at <= span.end]
    found = differences(told.episodes.done, edits, span.every)
    name = words["policy"] or shell.text("按托管", "as enrolled")
    if shell.as_json:
        shell.data(_json(history, told, found, peeks, name))
    else:
        _tell(shell, history, told, found, peeks, name)
    if peeks:
        raise Problem(Say.PEEKS(cut=f"{peeks[0].cut:%Y-%m-%d %H:%M}", at=f"{peeks[0].at:%Y-%m-%d %H:%M}"))


def _tell(shell: Shell, h: History, told: Walk, found: list[Difference], peeks: list[Peek] | None, name: str) -> None:
    span, assumed = told.span, int(h.facts.assumed.sum())
    begin, end, n = shell.when(span.begin), shell.when(span.end), len(h.enrolments)
    shell.say(
        f"[replay] {h.account} · {name} · {begin} 至 {end} · {len(span)} 次 · {n} 个计划",
        f"[replay] {h.account} · {name} · {begin} to {end} · {len(span)} looks · {n} campaigns",
    )
    for note in (TAPE, *ASSUMPTIONS):
        shell.say(f"  * {note.zh}", f"  * {note.en}")
    if assumed:
        shell.say(
            f"  ! ASSUMED: {assumed} 条事实 ({assumed / len(h.facts):.0%}) 是 {shell.when(h.connected)} 接入时导入的, 当时何时可知是推算的",
            f"  ! ASSUMED: {assumed} facts ({assumed / len(h.facts):.0%}) were imported at the connection, {shell.when(h.connected)}; "
            "when they were known is modelled",
        )
    if told.unsuggested:
        shell.say(
            f"  ! ASSUMED: {told.unsuggested} 个计划次没有记录系统建议, 按不封顶算",
            f"  ! ASSUMED: {told.unsuggested} campaign-looks have no recorded suggestion; the cap was taken as not binding",
        )
    held = sum(told.episodes.held.values())
    rows = [(WORDING[r].text(shell.lang), n, f"{n / max(held, 1):.0%}") for r, n in told.episodes.held.most_common(12)]
    shell.rows(shell.text("为什么不动", "why it held"), [shell.text("理由", "reason"), shell.text("计划次", "campaign-looks"), "%"],
               rows, ["reason", "count", "share"])  # fmt: skip
    _tell_differences(shell, found)
    if peeks is not None and not peeks:
        shell.say("前视检查: 截掉未来, 之前的决定不变", "look-ahead: with the future cut off, earlier decisions stay")


def _tell_differences(shell: Shell, found: list[Difference]) -> None:
    names = {
        "same": ("都动, 同向", "both, same way"), "opposite": ("都动, 反向", "both, opposite ways"),
        "only_replay": ("只有它会动", "only the policy"), "only_done": ("只有实际动了", "only what was done"),
    }  # fmt: skip
    counts = {v: sum(d.verdict.value == v for d in found) for v in names}
    shell.say("对照实际改动: " + ", ".join(f"{names[v][0]} {n}" for v, n in counts.items()),
              "beside what was done: " + ", ".join(f"{names[v][1]} {n}" for v, n in counts.items()))  # fmt: skip
    rows = [_row(shell, d, Wording(*names[d.verdict.value])) for d in found[:SHOWN]]
    if rows:
        shell.rows(
            shell.text(f"会动的与动了的 (前 {len(rows)} / {len(found)})", f"would move and did move ({len(rows)} of {len(found)})"),
            [shell.text("时间", "at"), shell.text("计划", "campaign"), shell.text("它会", "it would"),
             shell.text("实际", "was done"), shell.text("对照", "beside"), shell.text("为什么", "why")],
            rows, ["at", "campaign", "wished", "done", "verdict", "why"],
        )  # fmt: skip


def _row(shell: Shell, d: Difference, verdict: Wording) -> tuple[object, ...]:
    w, e = d.wished, d.done
    return (
        shell.when(w.begin if w else e.effective_at if e else None), w.campaign if w else e.campaign if e else "",
        f"{w.old} -> {w.new}" if w else "", f"{e.old} -> {e.new}" if e else "", verdict.text(shell.lang),
        w.why.text(shell.lang) if w else "",
    )  # fmt: skip


def _json(h: History, told: Walk, found: list[Difference], peeks: list[Peek] | None, name: str) -> dict[str, object]:
    return {
        "mode": "replay", "account": h.account, "policy": name, "begin": told.span.begin.isoformat(),
        "end": told.span.end.isoformat(), "looks": len(told.span), "campaigns": len(h.enrolments),
        "connected": h.connected.isoformat(), "facts": len(h.facts), "assumed_facts": int(h.facts.assumed.sum()),
        "unsuggested": told.unsuggested, "held": {r.name: n for r, n in told.episodes.held.items()},
        "acted": {r.name: n for r, n in told.episodes.acted.items()},
        "moves": [
            {"campaign": e.campaign, "from": e.begin.isoformat(), "to": e.end.isoformat(), "old": e.old, "new": e.new,
             "reason": e.reason.name, "why": {"zh": e.why.zh, "en": e.why.en}}
            for e in told.episodes.done if e.acts
        ],
        "differences": [_difference(d) for d in found],
        "look_ahead": None if peeks is None else [{"cut": p.cut.isoformat(), "at": p.at.isoformat()} for p in peeks],
        "notes": [{"zh": n.zh, "en": n.en} for n in (TAPE, *ASSUMPTIONS)],
    }  # fmt: skip


def _difference(d: Difference) -> dict[str, object]:
    w, e = d.wished, d.done
    return {
        "verdict": d.verdict.value, "campaign": w.campaign if w else e.campaign if e else None,
        "wished": w and {"from": w.begin.isoformat(), "old": w.old, "new": w.new},
        "done": e and {"at": e.effective_at.isoformat(), "old": e.old, "new": e.new, "ours": e.ours},
    }  # fmt: skip


def _of_table(shell: Shell, table: Path, since: datetime | None, until: datetime | None, words: dict[str, Any]) -> None:
    from bidctl.engine.advise import Given
    from bidctl.wiring.advice import replay_file

    for name in ("ledger", "account"):
        if words[name] is not None:
            raise UsageProblem(Say.TABLE_OR_LEDGER(name=name))
    given = Given(
        goal=ratio("goal", words["goal"]), margin=share("margin", words["margin"]), intent=INTENTS[words["intent"]]
    )
    first, last = (None if x is None else x.date() for x in (since, until))
    with progress(shell, shell.text("重放", "replay")) as step:
        told = replay_file(shell.settings, table, words["columns"], given, words["policy"], first, last, step)
    _tell_table(shell, table, told)


def _tell_table(shell: Shell, table: Path, told: list[DayAdvice]) -> None:
    from bidctl.engine.replay_table import beside

    if shell.as_json:
        shell.data({
            "mode": "replay", "file": str(table), "assumed": True,
            "days": [{"day": a.day.isoformat(), "campaign": a.campaign, "old": a.old, "new": a.new, "reason": a.reason.name,
                      "then": a.then, "verdict": _name(beside(a)), "line": {"zh": a.line.zh, "en": a.line.en}} for a in told],
            "notes": [{"zh": TAPE.zh, "en": TAPE.en}],
        })  # fmt: skip
        return
    moves = [a for a in told if beside(a) is not None]
    days, campaigns = len({a.day for a in told}), len({a.campaign for a in told})
    acts = sum(a.new is not None for a in told)
    shell.say(f"[replay] {table}: {days} 天, {campaigns} 个计划, 会动 {acts} 次",
              f"[replay] {table}: {days} days, {campaigns} campaigns, would move {acts} times")  # fmt: skip
    shell.say(f"  * {TAPE.zh}", f"  * {TAPE.en}")
    shell.say(
        "  ! ASSUMED: 表格的每一行按当天结束时可知算", "  ! ASSUMED: every row counts as known at the end of its day"
    )
    for a in moves[:SHOWN]:
        done = (
            shell.text(f"次日实际 {a.then}", f"next day {a.then}")
            if a.then is not None
            else shell.text("次日未记", "next day not told")
        )
        click.echo(f"{a.day} {a.campaign}: {a.line.text(shell.lang)} | {done}")
    if len(moves) > SHOWN:
        shell.say(f"... 另有 {len(moves) - SHOWN} 行, 见 --json", f"... and {len(moves) - SHOWN} more: --json")


def _name(verdict: Verdict | None) -> str | None:
    return verdict and verdict.value


@contextmanager
def progress(shell: Shell, title: str) -> Iterator[Callable[[float], None]]:
    """A bar with the time that is left, on a terminal's standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f}%"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=shell.as_json or not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda done: bar.update(task, completed=done)
