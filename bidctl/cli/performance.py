"""The performance behind `demo`: the show on its stage, and the closing table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from bidctl import wiring
from bidctl.audit import AuditReport, audit, lines_of, open_ledger
from bidctl.cli.audit import show as show_audit
from bidctl.cli.common import Shell
from bidctl.cli.words import Say
from bidctl.config import Platform, Run, Settings, Stoploss, Store
from bidctl.demo.cast import Cast
from bidctl.demo.closing import Comparison, compare, held_world
from bidctl.demo.ledgerview import Projected, paths, projected
from bidctl.demo.pages import report
from bidctl.demo.show import STRETCH, STRETCH_TICKS, Progress, Show, now_of
from bidctl.demo.stage import APP, Stage
from bidctl.domain.names import STATES
from bidctl.domain.reasons import RULE_OF, WORDING, Reason, Rule
from bidctl.domain.values import Mode
from bidctl.domain.writes import WriteState
from bidctl.problem import Problem
from bidctl.wiring.account import connect


def perform(shell: Shell, on: Stage, out: Path, days: float, seed: int, scenario: str) -> None:
    """The whole job on a stage that is starting: a day dry, `days` live, the closing. Raises Problem where the audit is not clean."""
    journal, database = out / "journal.jsonl", out / "ledger.db"
    notices = (out / "notices.log").open("w", encoding="utf-8")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(notices), processors=[_plain_line])
    with held_world(scenario, seed) as held:
        settings = Settings(
            store=Store(url=f"sqlite:///{database}"),
            platform=Platform(base_url=on.url, app_id=APP, app_secret="demo", limits="off", clock="emulator"),  # type: ignore[arg-type]
            run=Run(kill_file=str(out / "kill"), language="en" if shell.lang == "en" else "zh"),
            stoploss=Stoploss(spend_without_orders=300.0, loss_of_day="off", resume_at_midnight=True),
        )
        asyncio.run(connect(settings, "auth-code-demo"))
        cast = Cast()
        with wiring.ledger(settings) as ledger:
            enrolled = cast.enter(on, ledger, now_of(settings))
        plans = len(on.plans())
        shell.say(f"模拟平台 {on.url}: {plans} 个计划, 托管 {enrolled}; 还有新计划会陆续出现",
                  f"emulated platform {on.url}: {plans} campaigns, {enrolled} enrolled; new ones are still to come")  # fmt: skip
        with _progress(shell, 1 + days) as progress:
            show = Show(settings, on, cast, held, progress)
            asyncio.run(show.run(Mode.DRY, 1, show.dry))
            began, before = now_of(settings), on.truth()
            held_before = held.truth(began)
            asyncio.run(show.run(Mode.LIVE, days - STRETCH / timedelta(days=1), show.live))
        ended = now_of(settings)
        groups = frozenset(str(r["group"]) for r in before) - {"not-ours"}
        result = compare(on, before, [held_before, held.truth(ended)], groups)
        lost = len(on.faults()["fired"])
        with wiring.ledger(settings) as ledger:
            belief = projected(ledger, result.ours.spend, result.ours.gmv)
            lines = paths(ledger, began, ended)
    notices.close()
    verdict = audit(lines_of(journal), open_ledger(database))
    (out / "report.html").write_text(report(show.dry, show.live, result, belief, lines, verdict, began, ended), "utf-8")
    _close(shell, show, result, belief, verdict, lost, out, ended - began)
    if not verdict.clean:
        raise Problem(Say.DEMO_BROKEN(file=journal, count=verdict.violation_count))


def _plain_line(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    return str(event.get("event", ""))


@contextmanager
def _progress(shell: Shell, days: float) -> Iterator[Progress]:
    """A bar with an estimate of what is left, on standard error; nothing under `--json`."""
    import rich.progress
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.1f}/{task.total:.0f}"),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with rich.progress.Progress(
        *columns, console=Console(stderr=True), disable=shell.as_json, refresh_per_second=2
    ) as bar:
        task = bar.add_task(shell.text("虚拟天", "virtual days"), total=days)
        yield lambda done, what: bar.update(task, completed=done, description=shell.told(what))


def _close(
    shell: Shell,
    show: Show,
    result: Comparison,
    belief: Projected,
    verdict: AuditReport,
    lost: int,
    out: Path,
    span: timedelta,
) -> None:
    """The closing table."""
    live = show.live
    ours, hold = result.ours, result.hold
    shell.data({
        "edits": live.edits, "writes": dict(live.states), "acts": dict(live.acts), "dry_acts": sum(show.dry.acts.values()),
        "held": {r.name: n for r, n in live.held.items()}, "bound": {r.code: n for r, n in live.bound.items()},
        "spend": ours.spend, "paid_gmv": ours.gmv, "paid_roas": ours.paid_roas, "projected_roas": belief.roas,
        "projected_profit": belief.profit, "final_roas": ours.final_roas, "profit": ours.profit, "hold_profit": hold.profit,
        "hold_spend": hold.spend, "lost_replies": lost, "foreign_edits": live.foreign, "campaigns_free": len(live.free),
        "campaigns_decided": len(live.decided), "audit": verdict.to_json()["counts"], "clean": verdict.clean,
        "files": sorted(str(p) for p in out.iterdir()),
    })  # fmt: skip
    if shell.as_json:
        return
    holds = sorted(live.held.items(), key=lambda kv: -kv[1])
    shell.rows(
        shell.text("保持的原因 (行x周期, 实盘)", "holds by reason (rows x ticks, live)"),
        [shell.text("规则", "rule"), shell.text("原因", "reason"), shell.text("次数", "count")],
        [(RULE_OF[r].code if r in RULE_OF else "", WORDING[r].text(shell.lang), n) for r, n in holds],
        ["rule", "reason", "count"],
    )
    shell.rows(
        shell.text(
            f"结果: {span.days} 个虚拟实盘日, 改价 {live.edits} 次",
            f"result: {span.days} virtual live days, {live.edits} edits",
        ),
        ["", "bidctl", shell.text("hold 不动, 同样的运气", "hold, same luck")],
        [
            (shell.text("消耗 (元)", "spend (yuan)"), f"{ours.spend:,.0f}", f"{hold.spend:,.0f}"),
            (shell.text("支付ROI", "paid ROAS"), f"{ours.paid_roas:.3f}", f"{hold.paid_roas:.3f}"),
            (shell.text("预计结算ROI", "projected ROAS"), f"{belief.roas:.3f}", ""),
            (shell.text("最终结算ROI", "final ROAS"), f"{ours.final_roas:.3f}", f"{hold.final_roas:.3f}"),
            (shell.text("预计利润 (元)", "projected profit (yuan)"), f"{belief.profit:,.0f}", ""),
            (
                shell.text("最终利润 (元, 退款全部到期后)", "profit after run-out (yuan)"),
                f"{ours.profit:,.0f}",
                f"{hold.profit:,.0f}",
            ),
        ],
        ["what", "bidctl", "hold"],
    )
    shell.rows(
        shell.text("途中", "on the way"),
        [shell.text("看点", "what"), shell.text("次数", "count")],
        [
            *(
                (shell.text("写入结果: ", "writes: ") + STATES[WriteState(state)].text(shell.lang), n)
                for state, n in sorted(live.states.items())
            ),
            (
                shell.text("受 R-CAP 封顶的决定 (行x周期)", "decisions bound by R-CAP (rows x ticks)"),
                live.bound[Rule.CAP] + live.held[Reason.CAP],
            ),
            (shell.text("起始定价 R-START", "first targets, R-START"), live.acts["START"]),
            (shell.text("没量调低 R-NOVOLUME", "lowered without volume, R-NOVOLUME"), live.acts["NOVOLUME"]),
            (shell.text("人工改动 (发现并让路)", "people's edits (seen, made way for)"), live.foreign),
            (shell.text("丢失的应答 (已核对)", "lost replies (read back)"), lost),
            (
                shell.text("过了观察期的计划: 已判定/全部", "campaigns past observation: decided / all"),
                f"{len(live.decided)} / {len(live.free)}",
            ),
            (shell.text("真实调度器下的周期", "ticks under the real scheduler"), STRETCH_TICKS),
        ],
        ["what", "count"],
    )
    show_audit(shell, verdict, str(out / "journal.jsonl"))
    shell.say(f"报告 (离线可看): {out / 'report.html'}", f"report (opens offline): {out / 'report.html'}")
