"""`run`: watch and act on a schedule, in one of three modes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.domain.names import FIELDS, STATES
from bidctl.domain.reasons import WORDING
from bidctl.domain.values import Mode
from bidctl.domain.writes import Write
from bidctl.engine.session import Session, Standby
from bidctl.engine.tick_report import TickReport
from bidctl.problem import Problem, SafetyProblem
from bidctl.wording import Wording


@click.command()
@click.option("--mode", type=click.Choice(["dry", "approve", "live"]), default="dry", show_default=True,
              help="dry 演练 (写不了), approve 人工批准, live 自动 / dry cannot write, approve asks a person, live acts.")  # fmt: skip
@click.option("--once", is_flag=True, help="只跑一次 / One tick, then stop.")
@click.option(
    "--standby",
    is_flag=True,
    help="待命: 另一个进程运行时等待并接手 / Wait while another process is at work, and take over.",
)
@options
def run(shell: Shell, mode: str, once: bool, standby: bool) -> None:
    """看管已托管的计划, 按规则行动; dry 模式不写入 / Watch the enrolled campaigns and act by the rulebook; nothing is written
    in dry mode."""
    asyncio.run(_run(shell, Mode(mode), once, standby))


async def _run(shell: Shell, mode: Mode, once: bool, standby: bool) -> None:
    from bidctl import wiring
    from bidctl.adapters.scheduler import Scheduler

    async with wiring.parts(shell.settings, mode) as parts:
        session = wiring.session(parts)
        await _open(shell, session, standby, parts.ledger.place)
        period = timedelta(minutes=shell.settings.run.tick_minutes)
        seconds = period.total_seconds() / wiring.speed(parts.clock)

        scheduler = Scheduler(on_stop=session.stop)

        first = True

        async def tick() -> None:
            nonlocal first
            with _history(shell, first) as done:
                reports = await session.tick(done)
            first = False
            tell(shell, mode, reports)
            if once:
                demand_reads(reports)
                scheduler.stop()

        async def beat() -> None:
            session.beat()

        async def heartbeat() -> None:
            await session.watch_heartbeat(period)

        async def token() -> None:
            await wiring.warn_of_token(parts)

        try:
            scheduler.every(seconds, tick, "tick")
            scheduler.every(shell.settings.run.lease_s / 3, beat, "lease")
            if not once:
                scheduler.every(seconds, heartbeat, "heartbeat")
                scheduler.every(max(seconds, 3600.0), token, "token")
                shell.say(
                    f"[{mode.value}] 运行中, 每 {period} 一次; Ctrl-C 停止",
                    f"[{mode.value}] running every {period}; Ctrl-C stops",
                )
            await scheduler.run()
        except BaseException as error:
            with contextlib.suppress(Problem):  # what went wrong first is what is told
                await session.close()
            if isinstance(error, Standby):
                raise SafetyProblem(Say.LEASE_LOST(mode=mode.value)) from None
            raise
        await session.close()


@contextlib.contextmanager
def _history(shell: Shell, first: bool) -> Iterator[Callable[[int, int], None]]:
    """The first tick reads what the rules need of the past: a line, and on a terminal how many accounts are ready."""
    if not first:
        yield lambda ready, of: None
        return
    import rich.progress
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

    what = shell.text("读取历史: 7天按小时, 31天按日", "reading history: 7 days by hour, 31 by day")
    terminal = Console(stderr=True)
    if not terminal.is_terminal and not shell.as_json:
        click.echo(f"{what} ...", err=True)
    columns = (SpinnerColumn(), TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = shell.as_json or not terminal.is_terminal
    with rich.progress.Progress(*columns, console=terminal, disable=hidden, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda ready, of: bar.update(task, completed=ready, total=of)


async def _open(shell: Shell, session: Session, standby: bool, place: str) -> None:
    told = False
    while True:
        try:
            await session.open()
        except Standby:
            if not standby:
                raise SafetyProblem(Say.RUN_TAKEN(place=place)) from None
            if not told:
                shell.say("另一个进程正在运行, 待命中", "another process is at work; standing by")
            told = True
            await asyncio.sleep(min(5.0, shell.settings.run.lease_s / 3))
        else:
            return


def demand_reads(reports: Sequence[TickReport]) -> None:
    """One look that saw nothing is a failure, not a quiet success. Raises Problem."""
    blind = [r for r in reports if not r.good_read]
    if blind:
        troubles = blind[0].troubles
        why = Wording.read(troubles[0]) if troubles else Say.LIST_INCOMPLETE()
        raise Problem(Say.NOT_READ(account=blind[0].account, why=why))


def tell(shell: Shell, mode: Mode, reports: Sequence[TickReport]) -> None:
    """One line a tick and account, then one a change; JSON under `--json`."""
    for r in reports:
        if shell.as_json:
            shell.data({
                "mode": mode.value, "account": r.account, "at": r.at.isoformat(), "good_read": r.good_read,
                "troubles": r.troubles, "decided": r.decided, "held": {k.name: n for k, n in r.held.items()},
                "acts": [{"campaign": a.campaign, "field": a.field.value if a.field else None, "old": a.old, "new": a.new,
                          "needs_approval": a.needs_approval} for a in r.acts],
                "writes": [{"campaign": w.request.campaign, "value": w.request.value, "state": w.state.value, "why": w.why}
                           for w in r.writes],
            })  # fmt: skip
            continue
        at = shell.when(r.at)
        most = sorted(r.held.items(), key=lambda kv: -kv[1])[:3]
        why = "; ".join(f"{WORDING[k].text(shell.lang)} {n}" for k, n in most)
        count = shell.text(f"{r.decided} 个计划, 动 {len(r.acts)}", f"{r.decided} campaigns, {len(r.acts)} acts")
        click.echo(f"[{mode.value}] {at} {r.account}: {count}" + (f" | {why}" if why else ""))
        for trouble in r.troubles:
            click.echo(f"[{mode.value}]   ! {shell.told(trouble)}")
        outcome = {w.request.decision: w for w in r.writes}
        for a in r.acts:
            w = outcome.pop(a.id, None)
            if w is not None:
                came = _outcome(shell, w)
            else:
                came = shell.text("待批", "pending") if a.needs_approval else shell.text("未写", "not written")
            click.echo(f"[{mode.value}]   {a.campaign} {shell.name(FIELDS, a.field)} {a.old} -> {a.new}: {came}")
        for w in outcome.values():  # approved earlier
            q = w.request
            what = f"{q.campaign} {shell.name(FIELDS, q.field)} {q.old} -> {q.value}"
            click.echo(f"[{mode.value}]   {what}: {_outcome(shell, w)}")


def _outcome(shell: Shell, w: Write) -> str:
    return f"{shell.name(STATES, w.state)} {shell.told(w.why)}".strip()
