"""What is found after a schedule: the audit's verdict on the journal, and whether anything is lost or stuck."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from bidctl.audit import AuditReport, audit, open_ledger
from tests.long.stage import OPEN, Stage

DONE = ("confirmed", "refused", "put_off", "not_sent", "dropped", "absent")
NOTHING_HAPPENED = ("refused", "put_off", "not_sent", "dropped", "absent")


def judged(stage: Stage) -> AuditReport:
    """RULEBOOK 5.1 to 5.5 on the whole journal."""
    return audit(iter(stage.journal()), open_ledger(stage.database))


def breaches(report: AuditReport) -> list[str]:
    """Violations and unreadable lines as texts that begin with their clause."""
    found = [
        f"{v.clause.value} line {v.line} {v.campaign} {v.at}: {v.found.en}; expected {v.expected.en}"
        for v in report.violations
    ]
    return found + [f"bad line {b.line}: {b.found.en}" for b in report.bad_lines]


def losses(stage: Stage, since: int, stated: Collection[str], cut_short: Collection[str]) -> list[str]:
    """What is stuck or lost, once things have been quiet for hours.

    `since`: microseconds of the schedule's begin. `stated`: decisions whose drop the gate told its caller. `cut_short`: ticks that
    a crash ended, whose decisions may never have been taken up.
    """
    found = [f"stuck: the write to {campaign} is still {state}" for campaign, state in stage.query(OPEN)]
    found += [f"lost: {text}" for text in _undone(stage, since, stated, cut_short)]
    return found + [f"lost: {text}" for text in _forgotten(stage)]


def _undone(stage: Stage, since: int, stated: Collection[str], cut_short: Collection[str]) -> list[str]:
    """Decided acts that nobody took up, with no reason told."""
    rows = stage.query(
        "SELECT d.id, d.tick, d.campaign, d.new FROM decisions d LEFT JOIN writes w ON w.decision = d.id "
        "WHERE d.field IS NOT NULL AND d.at >= ? AND w.id IS NULL AND d.mode = 'live' AND (d.needs_approval = 0 OR d.approved = 1)",
        since,
    )
    return [
        f"decision {d} of {tick}: {c} = {new}" for d, tick, c, new in rows if d not in stated and tick not in cut_short
    ]


def _forgotten(stage: Stage) -> list[str]:
    """Writes that the ledger says did not happen, and the platform applied."""
    applied: dict[str, dict[str, Any]] = {
        e["decision"]: e for e in stage.entries() if e["decision"] and e["outcome"] == "applied"
    }
    rows = stage.query("SELECT decision, state FROM writes")
    return [
        f"line {applied[d]['seq']} was applied, the ledger says {state}"
        for d, state in rows
        if state in NOTHING_HAPPENED and d in applied
    ]
