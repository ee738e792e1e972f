"""`plan` and `apply`: what would be done, in a file that a person can read, and carrying it out while it is fresh."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.files import demand_ours
from bidctl.cli.switches import who
from bidctl.cli.words import Say
from bidctl.domain.names import FIELDS, STATES
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Mode
from bidctl.engine.approvals import PLAN_LIFE, PLAN_TICK
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.records import why
from bidctl.engine.session import Session, Standby
from bidctl.engine.tick_report import TickReport
from bidctl.problem import Problem, SafetyProblem, UsageProblem
from bidctl.wiring import Parts
from bidctl.wording import told_by_system

STEPS = {s.value: (w.zh, w.en) for s, w in STATES.items()} | {
    "approved": ("已批准", "approved"),
    "waiting": ("等待", "waiting"),
}
BEGINS = b'{\n "bidctl": "plan/'
"""How a plan file begins: another one may be written in its place, nothing else."""
KEYS = ("id", "account", "campaign", "field", "old", "new", "reason")


def digest(body: dict[str, Any]) -> str:
    """The hash over everything in a plan but the hash."""
    text = json.dumps({k: v for k, v in body.items() if k != "hash"}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("plan.json"))
@options
def plan(shell: Shell, file: Path) -> None:
    """只看一次, 不写平台, 把将要做的改动写入 FILE / Look once, without writing, and write what would be done to FILE."""
    demand_ours(file, BEGINS)
    records, settings_hash, now = asyncio.run(_look(shell))
    body: dict[str, Any] = {
        "bidctl": "plan/1", "mode": "dry", "made_at": now.isoformat(), "expires_at": (now + PLAN_LIFE).isoformat(),
        "settings": settings_hash,
        "changes": [
            {"id": r.id, "account": r.account, "campaign": r.campaign, "field": r.field.value if r.field else None,
             "old": r.old, "new": r.new, "reason": Reason(r.reason).name,
             "why": {"zh": why(r).zh, "en": why(r).en}}
            for r in records
        ],
    }  # fmt: skip
    body["hash"] = digest(body)
    try:
        file.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise Problem(Say.NOT_WRITTEN(file=file, error=told_by_system(error))) from None
    shell.rows(
        shell.text(f"方案 {file} (演练, 未写入)", f"plan {file} (dry, nothing written)"),
        [shell.text("账户", "account"), shell.text("计划", "campaign"), shell.text("项目", "field"),
         shell.text("原值", "old"), shell.text("新值", "new"), shell.text("原因", "why")],
        [(r.account, r.campaign, shell.name(FIELDS, r.field), r.old, r.new, why(r).text(shell.lang))
         for r in records],
        ["account", "campaign", "field", "old", "new", "why"],
    )  # fmt: skip


async def _look(shell: Shell) -> tuple[list[DecisionRecord], str, datetime]:
    from bidctl import wiring
    from bidctl.cli.run import demand_reads

    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        session = wiring.session(parts)
        try:
            await session.open()
        except Standby:  # beside a run: it adopts, stores and writes; here is only looked
            reports = await _beside(parts, session)
        else:
            try:
                reports = await session.tick()
            finally:
                await session.close()
        demand_reads(reports)
        return [a for r in reports for a in r.acts], parts.sign.settings_hash, parts.clock.now()


async def _beside(parts: Parts, session: Session) -> list[TickReport]:
    session.look()
    reports = await session.preview()
    with parts.ledger.begin(durable=True) as t:
        t.add_decisions([a for r in reports for a in r.acts])
    return reports


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--mode",
    type=click.Choice(["approve", "live"]),
    help="由哪个模式的运行写入; 不写则为正在运行的, 否则 live / Mode of the run that sends it; else that of the run at work, or live.",
)
@options
def apply(shell: Shell, file: Path, mode: str | None) -> None:
    """执行方案 FILE: 过期或被改过则拒绝; 每一行都重新判定并经过写入闸门的全部检查; 有进程在运行时由它下一个周期执行 / Carry out a plan
    FILE: refused when stale or changed; every row is judged anew and passes the write gate with all its checks. Beside a run it
    is left to that run's next look."""
    body = read_plan(file)
    taken, writes = asyncio.run(_apply(shell, file, body, Mode(mode) if mode else None))
    shell.rows(
        shell.text("执行结果", "outcome"),
        [
            shell.text("模式", "mode"),
            shell.text("计划", "campaign"),
            shell.text("原值", "old"),
            shell.text("新值", "new"),
            shell.text("结果", "outcome"),
            shell.text("说明", "why"),
        ],
        [
            (taken.value, *what, shell.text(*STEPS[state]) if not shell.as_json else state, shell.told(why))
            for *what, state, why in writes
        ],
        ["mode", "campaign", "old", "new", "state", "why"],
    )


def read_plan(file: Path) -> dict[str, Any]:
    """A plan as it was written. Raises UsageProblem for anything else, SafetyProblem where it was changed."""
    try:
        body = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageProblem(Say.PLAN_UNREADABLE(file=file, error=told_by_system(error))) from None
    except (ValueError, RecursionError):
        raise UsageProblem(Say.PLAN_NO_JSON(file=file)) from None
    if not isinstance(body, dict) or body.get("bidctl") != "plan/1" or not isinstance(body.get("changes"), list):
        raise UsageProblem(Say.PLAN_NONE(file=file))
    if body.get("hash") != digest(body):
        raise SafetyProblem(Say.PLAN_CHANGED(file=file))
    return body


async def _apply(
    shell: Shell, file: Path, body: dict[str, Any], asked: Mode | None
) -> tuple[Mode, list[tuple[str, ...]]]:
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger:
        mode, working = wiring.taker(ledger, asked, "apply")
    async with wiring.parts(shell.settings, mode) as parts:
        now = parts.clock.now()
        if now > datetime.fromisoformat(body["expires_at"]) or now < datetime.fromisoformat(body["made_at"]):
            raise SafetyProblem(Say.PLAN_EXPIRED(file=file, at=body["expires_at"]))
        todo = [d for d in [_stored(parts, c, mode, file) for c in body["changes"]] if d is not None]
        if body["changes"] and not todo:
            raise SafetyProblem(Say.PLAN_APPLIED(file=file))
        session = wiring.session(parts)
        try:
            if not working:
                await session.open()
        except Standby:
            working = True  # it began in this very moment
        with parts.ledger.begin(durable=True) as t:
            t.add_decisions(todo)
            for decided in todo:
                t.answer_proposal(decided.id, True, who(), now)
        if working:
            shell.say(
                "已记下: 正在运行的进程下一个周期核对后执行",
                "noted: the run at work sends them at its next look, after every check",
            )
            return mode, [(d.campaign, d.old, d.new, "approved", "") for d in todo]
        try:
            return mode, await _carried_out(session, todo)
        finally:
            await session.close()


async def _carried_out(session: Session, todo: list[DecisionRecord]) -> list[tuple[str, ...]]:
    """The outcome of each; one that waits for something to pass is taken up by a run while the plan is fresh."""
    done: dict[str, tuple[str, str]] = {}
    for account in dict.fromkeys(d.account for d in todo):
        done |= await session.take_up(account, [d.id for d in todo if d.account == account])
    return [(d.campaign, d.old, d.new, *done[d.id]) for d in todo]


def _stored(parts: Parts, c: dict[str, Any], mode: Mode, file: Path) -> DecisionRecord | None:
    """The approved proposal that a change asks for, None where it was made before. It is as old as the plan, so that what somebody
    changed since then drops it. Raises SafetyProblem for a foreign one."""
    with parts.ledger.begin() as t:
        planned = t.decision(str(c.get("id")))
        name = hashlib.blake2b(f"{c.get('id')}|{mode.value}".encode(), digest_size=16).hexdigest()
        before = t.decision(name)
    if planned is None or any(str(c.get(k)) != _text(planned, k) for k in KEYS):
        raise SafetyProblem(Say.PLAN_FOREIGN(file=file, id=c.get("id")))
    if before is not None:
        return None
    return replace(planned, id=name, mode=mode, tick=f"{PLAN_TICK}{file.name} by {who()}", needs_approval=True)


def _text(record: DecisionRecord, key: str) -> str:
    if key == "field":
        return record.field.value if record.field else "None"
    return Reason(record.reason).name if key == "reason" else str(getattr(record, key))
