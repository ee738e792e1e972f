"""What the shell knows at a tick, beside the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bidctl.domain.enrolment import Switches
from bidctl.domain.values import EDIT_FIELDS, AccountId, CampaignId, Field
from bidctl.domain.writes import Write, WriteState


@dataclass(frozen=True, slots=True)
class Standing:
    """`clock_ok`: R-CLOCK. `killed`, `breaker`: of all accounts observed (a campaign's own switches add to them). `switches`: of enrolled
    campaigns. `open_writes`: campaigns with an unresolved write. `boosts`: campaigns with a running boost. `live_since`:
    accounts in their first live day, with its begin (R-BLAST). `midnight`: first tick of a natural day.
    `budget_raises`: raises of ours today. `ledger_since`: when the ledger began or was
    restored: no edits for 61 min (DESIGN 5). `account_index`: dense number of the first account among those decided together.
    `proved_absent`: when an unknown edit of the last hours was found not to have happened: spacing runs from then (DESIGN 5)."""

    clock_ok: bool = True
    killed: bool = False
    breaker: bool = False
    switches: Mapping[CampaignId, Switches] = field(default_factory=dict)
    open_writes: frozenset[CampaignId] = frozenset()
    boosts: frozenset[CampaignId] = frozenset()
    live_since: Mapping[AccountId, datetime] = field(default_factory=dict)
    midnight: bool = False
    budget_raises: Mapping[CampaignId, int] = field(default_factory=dict)
    account_index: int = 0
    proved_absent: Mapping[CampaignId, datetime] = field(default_factory=dict)
    ledger_since: datetime | None = None


def budget_raises(writes: Sequence[Write]) -> dict[CampaignId, int]:
    """Raises of a budget by campaign, those not known to have failed."""
    out: dict[CampaignId, int] = {}
    for w in writes:
        raised = w.request.field is Field.BUDGET and float(w.request.value) > float(w.request.old)
        if raised and w.state in {WriteState.SENDING, WriteState.UNKNOWN, WriteState.CONFIRMED}:
            out[w.request.campaign] = out.get(w.request.campaign, 0) + 1
    return out


def proved_absent(writes: Sequence[Write]) -> dict[CampaignId, datetime]:
    """When the newest unknown edit of each campaign was found not to have happened."""
    absent = [
        w
        for w in writes
        if w.state is WriteState.ABSENT and w.request.field in EDIT_FIELDS and w.settled_at is not None
    ]
    return {w.request.campaign: w.settled_at for w in sorted(absent, key=lambda w: w.id) if w.settled_at is not None}
