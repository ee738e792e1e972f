"""An independent judge of RULEBOOK 5: reads the platform's journal and nothing of the gate's own making but its decisions.

Plain code on purpose: it shares nothing with the engine it judges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bidctl.domain.values import CampaignId, Field
from bidctl.engine.ports import DecisionRecord
from tests.fakes.memory_platform import Entry

HOUR = timedelta(minutes=60)
RACE = timedelta(seconds=5)


@dataclass
class Marks:
    """When the test forbade writing: (from, to) of the kill switch, a hold or no enrolment; to None = still."""

    forbidden: list[tuple[datetime, datetime | None]] = field(default_factory=list)

    def shut(self, at: datetime) -> None:
        if not self.forbidden or self.forbidden[-1][1] is not None:
            self.forbidden.append((at, None))

    def open(self, at: datetime) -> None:
        if self.forbidden and self.forbidden[-1][1] is None:
            self.forbidden[-1] = (self.forbidden[-1][0], at)

    def covers(self, at: datetime) -> bool:
        return any(begin < at and (end is None or at < end) for begin, end in self.forbidden)


def violations(journal: Sequence[Entry], decisions: Mapping[str, DecisionRecord], marks: Marks) -> list[str]:
    """Every breach of RULEBOOK 5.1-5.5 in a journal without START and waivers; a RACE is no breach."""
    found: list[str] = []
    used: dict[str, Entry] = {}
    for n, entry in enumerate(journal):
        if entry.actor != "api":
            continue
        decision = decisions.get(entry.decision or "")
        if decision is None or decision.at > entry.at or decision.new != entry.new:
            found.append(f"{n}: belongs to no decision stored before it")
        elif decision.id in used:
            found.append(f"{n}: its decision was written before")
        else:
            used[decision.id] = entry
        if marks.covers(entry.received_at or entry.at):  # a request begun before is excepted
            found.append(f"{n}: written while killed, held or not enrolled")
        if entry.field is Field.ROI_TARGET:
            found += [f"{n}: {what}" for what in _edit_breaches(entry, journal[:n], decision)]
    return found


def _edit_breaches(entry: Entry, before: Sequence[Entry], decision: DecisionRecord | None) -> list[str]:
    edits = [e for e in before if e.campaign == entry.campaign and e.field in (Field.ROI_TARGET, Field.OBJECTIVE)]
    raced = [e for e in edits if _raced(e, entry)]
    found = []
    for other in edits:
        if other not in raced and entry.at - other.at <= HOUR:
            found.append(f"an edit {entry.at - other.at} after another")
    if decision is not None:
        changed = [e for e in edits if e.actor == "human" and decision.at < e.at and e not in raced]
        found += ["the campaign changed after its decision"] if changed else []
    if raced:
        return found
    old, new = Decimal(entry.old), Decimal(entry.new)
    step = abs(new - old)
    if 20 * step < old or 10 * step > old:
        found.append(f"a step from {old} to {new}")
    if new > old and (entry.suggestion is None or new > Decimal(str(entry.suggestion))):
        found.append(f"a raise to {new} above the suggestion {entry.suggestion}")
    return found


def _raced(other: Entry, entry: Entry) -> bool:
    if other.actor != "human" or entry.last_read_at is None:
        return False
    return entry.last_read_at <= other.at <= entry.at and entry.at - entry.last_read_at <= RACE


def uncounted(journal: Sequence[Entry], ours: Sequence[tuple[CampaignId, str, datetime]]) -> list[str]:
    """Applied edits of ours that the ledger's edits (campaign, new value, effective at) do not hold, or date too early."""
    left, found = list(ours), []
    for entry in journal:
        if entry.actor != "api" or entry.field is not Field.ROI_TARGET:
            continue
        match = next(
            (o for o in left if o[0] == entry.campaign and Decimal(o[1]) == Decimal(entry.new) and o[2] >= entry.at),
            None,
        )
        if match is None:
            found.append(f"applied {entry.new} at {entry.at} is not counted")
        else:
            left.remove(match)
    return found
