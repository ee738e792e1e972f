"""RULEBOOK 5.5: every write of ours belongs to exactly one decision, stored with its inputs before it was sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

from bidctl.audit.clauses import Finding
from bidctl.audit.journal import Entry
from bidctl.audit.ledger import LedgerView, StoredDecision
from bidctl.audit.report import Clause, Words


@dataclass(slots=True)
class Used:
    """Decisions that a write has already claimed, with its line."""

    lines: dict[str, int] = field(default_factory=dict)

    def claim(self, entry: Entry) -> int | None:
        """The line that used the decision before, None = this is the first."""
        decision = entry.decision or ""
        before = self.lines.get(decision)
        self.lines.setdefault(decision, entry.line)
        return before


def judge_decision(
    entry: Entry, ledger: LedgerView, used: Used, *, shadow: bool = False
) -> tuple[datetime | None, list[Finding]]:
    """When the write's decision was stored (None = not known) and what is wrong with it. `shadow`: the line is no write of
    its own (`history.restored`); its decision is the target's, which the same request sets."""
    one = Words("恰好一个已存的决定", "exactly one stored decision")
    if entry.decision is None:
        return None, [_wrong(Words("写入没有决定编号", "the write carries no decision id"), one)]
    stored = ledger.decisions(entry.decision)
    if len(stored) != 1:
        found = Words(
            f"决定 {entry.decision} 在台账中有 {len(stored)} 个",
            f"decision {entry.decision} is in the ledger {len(stored)} times",
        )
        return None, [_wrong(found, one)]
    if shadow:
        return stored[0].stored_at, _elsewhere(entry, stored[0]) or [Finding(Clause.DECISION)]
    wrong = [*_mismatches(entry, stored[0]), *_again(entry, used)]
    return stored[0].stored_at, wrong or [Finding(Clause.DECISION)]


def _elsewhere(entry: Entry, stored: StoredDecision) -> list[Finding]:
    """Stored too late, or for another campaign."""
    wrong = []
    if stored.stored_at is None or stored.stored_at >= entry.received_at:
        when = stored.stored_at.isoformat() if stored.stored_at else "?"
        found = Words(f"决定存于 {when}", f"the decision was stored at {when}")
        wrong.append(
            _wrong(found, Words(f"早于 {entry.received_at.isoformat()}", f"before {entry.received_at.isoformat()}"))
        )
    if stored.campaign != entry.campaign:
        found = Words(f"决定属于计划 {stored.campaign}", f"the decision is for campaign {stored.campaign}")
        wrong.append(_wrong(found, Words(entry.campaign, entry.campaign)))
    return wrong


def _mismatches(entry: Entry, stored: StoredDecision) -> list[Finding]:
    wrong = _elsewhere(entry, stored)
    if stored.field != entry.field or not _same(stored.new, entry):
        decided = f"{stored.field or 'hold'} = {stored.new}"
        wrong.append(
            _wrong(
                Words(f"写入 {entry.field} = {entry.new}", f"written {entry.field} = {entry.new}"),
                Words(decided, decided),
            )
        )
    if not stored.has_inputs:
        wrong.append(
            _wrong(
                Words("决定没有存下输入", "the decision has no inputs"),
                Words("连同输入一起存下", "stored with its inputs"),
            )
        )
    return wrong


def _same(decided: str, entry: Entry) -> bool:
    if not isinstance(entry.new, Decimal):
        return entry.new is None or decided == entry.new
    try:
        return Decimal(decided) == entry.new
    except InvalidOperation:
        return False


def _again(entry: Entry, used: Used) -> list[Finding]:
    before = used.claim(entry)
    pause_again = entry.field == "status" and str(entry.new).upper() == "DISABLE"
    if before is None or pause_again:
        return []
    found = Words(f"决定 {entry.decision} 已用于第{before}行", f"decision {entry.decision} was used in line {before}")
    return [_wrong(found, Words("一个决定至多一次写入", "each decision used once"))]


def _wrong(found: Words, expected: Words) -> Finding:
    return Finding(Clause.DECISION, found, expected)
