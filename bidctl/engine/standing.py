"""What the shell knows at a tick, beside the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidctl.domain.enrolment import Switches
from bidctl.domain.reasons import Reason
from bidctl.domain.tables import OperatorTables
from bidctl.domain.values import EDIT_FIELDS, AccountId, CampaignId, Field, Refused
from bidctl.domain.writes import Write, WriteRequest, WriteState
from bidctl.engine.external import REACHED
from bidctl.engine.ports import DecisionRecord


@dataclass(frozen=True, slots=True)
class Standing:
    """`clock_ok`: R-CLOCK. `killed`, `breaker`: of all accounts observed (a campaign's own switches add to them). `switches`: of enrolled
    campaigns. `open_writes`: campaigns with an unresolved write. `boosts`: campaigns with a running boost. `live_since`:
    accounts in their first live day, with its begin (R-BLAST). `budget_raises`: raises of ours today.
    `budget_moved`: campaigns whose budget we have written today, or somebody changed since the last tick. `ledger_since`: when
    the ledger began or was restored: no edits for 61 min (DESIGN 5). `account_index`: dense number of the first account among
    those decided together.
    `unread_rooms`: live accounts whose sessions could not be read although an edit turned on them: they are quiet (R-QUIET).
    `refused`: what a person said no to today, and the platform within the hour. `tables`: what the operator's own tables say, as
    far as it is fresh; `ship_hours`: of the stated capacity that may wait unshipped (R-SHIP); `cash_share`, `cash_stale_d`: R-CASH,
    0 = off.
    `proved_absent`: when an unknown edit of the last hours was found not to have happened: spacing runs from then (DESIGN 5)."""

    clock_ok: bool = True
    killed: bool = False
    breaker: bool = False
    switches: Mapping[CampaignId, Switches] = field(default_factory=dict)
    open_writes: frozenset[CampaignId] = frozenset()
    boosts: frozenset[CampaignId] = frozenset()
    live_since: Mapping[AccountId, datetime] = field(default_factory=dict)
    budget_raises: Mapping[CampaignId, int] = field(default_factory=dict)
    budget_moved: frozenset[CampaignId] = frozenset()
    account_index: int = 0
    proved_absent: Mapping[CampaignId, datetime] = field(default_factory=dict)
    ledger_since: datetime | None = None
    unread_rooms: frozenset[str] = frozenset()
    refused: Mapping[CampaignId, Refused] = field(default_factory=dict)
    tables: OperatorTables = field(default_factory=OperatorTables)
    ship_hours: float = 24.0
    cash_share: float = 0.0
    cash_stale_d: float = 3.0


def budget_raises(writes: Sequence[Write]) -> dict[CampaignId, int]:
    """Raises of a budget by campaign, those not known to have failed."""
    out: dict[CampaignId, int] = {}
    for w in writes:
        raised = w.request.field is Field.BUDGET and float(w.request.value) > float(w.request.old)
        if raised and w.state in REACHED:
            out[w.request.campaign] = out.get(w.request.campaign, 0) + 1
    return out


def budget_moved(writes: Sequence[Write]) -> frozenset[CampaignId]:
    """Campaigns with a budget of ours that is not known to have failed."""
    return frozenset(w.request.campaign for w in writes if w.request.field is Field.BUDGET and w.state in REACHED)


def proved_absent(writes: Sequence[Write]) -> dict[CampaignId, datetime]:
    """When the newest unknown edit of each campaign was found not to have happened."""
    absent = [
        w
        for w in writes
        if w.state is WriteState.ABSENT and w.request.field in EDIT_FIELDS and w.settled_at is not None
    ]
    return {w.request.campaign: w.settled_at for w in sorted(absent, key=lambda w: w.id) if w.settled_at is not None}


def refused(proposals: Sequence[DecisionRecord], writes: Sequence[Write], since: datetime) -> dict[CampaignId, Refused]:
    """What a person said no to in `proposals`, and the platform in `writes` since then, by campaign: the lever and its direction."""
    out: dict[CampaignId, Refused] = {}
    for p in proposals:
        out[p.campaign] = out.get(p.campaign, Refused.NOTHING) | _direction(p)
    for w in writes:
        if w.state is WriteState.REFUSED and w.settled_at is not None and w.settled_at >= since:
            out[w.request.campaign] = out.get(w.request.campaign, Refused.NOTHING) | _there(w.request)
    return out


def _there(request: WriteRequest) -> Refused:
    if request.field is Field.STATUS and request.value != "DISABLE":
        return Refused.THERE_UNPAUSE
    if request.field is Field.BUDGET:
        return _way(request.old, request.value, Refused.THERE_BUDGET_UP, Refused.THERE_BUDGET_DOWN)
    if request.field is Field.ROI_TARGET:
        return _way(request.old, request.value, Refused.THERE_RAISE, Refused.THERE_LOWER)
    return Refused.NOTHING


def _direction(p: DecisionRecord) -> Refused:
    if p.field is Field.STATUS:
        pause = Refused.PAUSE_ASKED if p.reason == Reason.STOPLOSS_ASK else Refused.PAUSE
        return pause if p.new == "DISABLE" else Refused.UNPAUSE
    if p.field is Field.BUDGET:
        return _way(p.old, p.new, Refused.BUDGET_UP, Refused.BUDGET_DOWN)
    if p.field is Field.ROI_TARGET:
        return _way(p.old, p.new, Refused.RAISE, Refused.LOWER)
    return Refused.NOTHING


def _way(old: str, new: str, up: Refused, down: Refused) -> Refused:
    return up if Decimal(new) > Decimal(old) else down
