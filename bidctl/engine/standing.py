"""What the shell knows about an account at a tick, beside the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bidctl.domain.enrolment import Switches
from bidctl.domain.values import CampaignId


@dataclass(frozen=True, slots=True)
class Standing:
    """`clock_ok`: R-CLOCK. `killed`, `breaker`: account-wide (a campaign's own switches add to them). `switches`: of enrolled
    campaigns. `open_writes`: campaigns with an unresolved write. `boosts`: campaigns with a running boost. `live_since`:
    begin of the first live day while it lasts (R-BLAST), else None. `midnight`: first tick of a natural day.
    `budget_raises`: raises of ours today. `ledger_since`: when the ledger began or was
    restored: no edits for 61 min (DESIGN 5). `account_index`: dense number of the account among those decided together.
    `proved_absent`: when an unknown edit of the last hours was found not to have happened: spacing runs from then (DESIGN 5)."""

    clock_ok: bool = True
    killed: bool = False
    breaker: bool = False
    switches: Mapping[CampaignId, Switches] = field(default_factory=dict)
    open_writes: frozenset[CampaignId] = frozenset()
    boosts: frozenset[CampaignId] = frozenset()
    live_since: datetime | None = None
    midnight: bool = False
    budget_raises: Mapping[CampaignId, int] = field(default_factory=dict)
    account_index: int = 0
    proved_absent: Mapping[CampaignId, datetime] = field(default_factory=dict)
    ledger_since: datetime | None = None
