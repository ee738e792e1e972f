"""`plan` and `apply`: what would be done, in a file that a person can read, and carrying it out while it is fresh."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.switches import who
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Mode
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.records import why
from bidctl.problem import Problem, SafetyProblem, UsageProblem
from bidctl.wiring import Parts

LIFE = timedelta(minutes=30)
"""A plan stands on reads that R-FRESH calls good for 30 min."""
KEYS = ("id", "account", "campaign", "field", "old", "new", "reason")


def digest(body: dict[str, Any]) -> str:
    """The hash over everything in a plan but the hash."""
    text = json.dumps({k: v for k, v in body.items() if k != "hash"}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("plan.json"))
@options
def plan(shell: Shell, file: Path) -> None:
    """Look once, without writing, and write what would be done to FILE."""
    records, settings_hash, now = asyncio.run(_look(shell))
    body: dict[str, Any] = {
        "bidctl": "plan/1", "mode": "dry", "made_at": now.isoformat(), "expires_at": (now + LIFE).isoformat(),
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
        raise Problem(f"{file}: cannot be written: {error.strerror}") from None
    shell.rows(
        shell.text(f"方案 {file} (演练, 未写入)", f"plan {file} (dry, nothing written)"),
        [shell.text("账户", "account"), shell.text("计划", "campaign"), shell.text("项目", "field"),
         shell.text("原值", "old"), shell.text("新值", "new"), shell.text("原因", "why")],
        [(r.account, r.campaign, r.field.value if r.field else "", r.old, r.new, why(r).text(shell.lang))
         for r in records],
        ["account", "campaign", "field", "old", "new", "why"],
    )  # fmt: skip


async def _look(shell: Shell) -> tuple[list[DecisionRecord], str, datetime]:
    from bidctl import wiring
    from bidctl.cli.run import demand_reads

    async with wiring.parts(shell.settings, Mode.DRY) as parts:
        session = wiring.session(parts)
        await wiring.opened(session, parts, "plan")
        try:
            reports = await session.tick()
        finally:
            await session.close()
        demand_reads(reports)
        return [a for r in reports for a in r.acts], parts.sign.settings_hash, parts.clock.now()


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mode", type=click.Choice(["approve", "live"]), default="live", show_default=True)
@options
def apply(shell: Shell, file: Path, mode: str) -> None:
    """Carry out a plan FILE: refused when stale or changed; every row passes the write gate with all its checks."""
    body = read_plan(file)
    writes = asyncio.run(_apply(shell, file, body, Mode(mode)))
    shell.rows(
        shell.text("执行结果", "outcome"),
        [
            shell.text("计划", "campaign"),
            shell.text("原值", "old"),
            shell.text("新值", "new"),
            shell.text("结果", "outcome"),
            shell.text("说明", "why"),
        ],
        writes,
        ["campaign", "old", "new", "state", "why"],
    )


def read_plan(file: Path) -> dict[str, Any]:
    """A plan as it was written. Raises UsageProblem for anything else, SafetyProblem where it was changed."""
    try:
        body = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise UsageProblem(f"{file}: cannot be read: {error.strerror}") from None
    except (ValueError, UnicodeDecodeError):
        raise UsageProblem(f"{file}: found no JSON, expected a file written by: bidctl plan") from None
    if not isinstance(body, dict) or body.get("bidctl") != "plan/1" or not isinstance(body.get("changes"), list):
        raise UsageProblem(f"{file}: found no plan, expected a file written by: bidctl plan")
    if body.get("hash") != digest(body):
        raise SafetyProblem(f"{file}: its hash does not fit its content: it was changed; make a new one: bidctl plan")
    return body


async def _apply(shell: Shell, file: Path, body: dict[str, Any], mode: Mode) -> list[tuple[str, ...]]:
    from bidctl import wiring

    async with wiring.parts(shell.settings, mode) as parts:
        now = parts.clock.now()
        if now > datetime.fromisoformat(body["expires_at"]) or now < datetime.fromisoformat(body["made_at"]):
            raise SafetyProblem(f"{file}: expired at {body['expires_at']}; make a new one: bidctl plan")
        session = wiring.session(parts)
        await wiring.opened(session, parts, "apply")
        try:
            todo = [_stored(parts, c, mode, now, file) for c in body["changes"]]
            if todo and not any(todo):
                raise SafetyProblem(f"{file}: was applied already; make a new one: bidctl plan")
            writes = [await session.carry_out(decided) for decided in todo if decided is not None]
            return [(w.request.campaign, w.request.old, w.request.value, w.state.value, w.why) for w in writes]
        finally:
            await session.close()


def _stored(parts: Parts, c: dict[str, Any], mode: Mode, now: datetime, file: Path) -> DecisionRecord | None:
    """The decision that a change asks for, None where it was carried out before. Raises SafetyProblem for a foreign one."""
    with parts.ledger.begin() as t:
        planned = t.decision(str(c.get("id")))
        name = hashlib.blake2b(f"{c.get('id')}|{mode.value}".encode(), digest_size=16).hexdigest()
        before = t.decision(name)
    if planned is None or any(str(c.get(k)) != _text(planned, k) for k in KEYS):
        raise SafetyProblem(f"{file}: change {c.get('id')}: this ledger holds no such decision; make a new plan here")
    if before is not None:
        return None
    tick = f"plan {file.name} by {who()}"
    return replace(planned, id=name, mode=mode, at=now, tick=tick, needs_approval=False)


def _text(record: DecisionRecord, key: str) -> str:
    if key == "field":
        return record.field.value if record.field else "None"
    return Reason(record.reason).name if key == "reason" else str(getattr(record, key))
