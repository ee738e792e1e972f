"""The ledger of cost protection of an account from what the ledger has recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bidctl.config import Settings
from bidctl.domain.values import AccountId, CampaignId, Protection
from bidctl.engine.protection_ledger import ProtectedDays, ProtectionLedger, protection_ledger
from bidctl.wiring.books import recorded


@dataclass(frozen=True, slots=True)
class ProtectionBook:
    """`ledger` (n, d) of enrolled `campaigns` by `days`, oldest first, made of what was `told`; `said` (n,) the platform's own
    word of today."""

    campaigns: tuple[CampaignId, ...]
    days: tuple[date, ...]
    told: ProtectedDays
    ledger: ProtectionLedger
    said: tuple[Protection, ...]


def protection_book(settings: Settings, account: AccountId, span: int) -> ProtectionBook:
    """The `span` natural days up to today, 1 to 41. Raises UsageProblem."""
    c = recorded(settings, account)
    rows, newest = np.flatnonzero(c.e.enrolled), slice(-span, None)
    gmv = c.target_gmv[rows, newest]
    said = c.roster.ints("protection")[rows]
    told = ProtectedDays(
        spend=c.table.x[0][rows, newest],
        gmv=gmv,
        due=gmv * c.table.share[rows, newest],
        orders=np.where(c.net[:, None], c.table.x[4], c.table.x[2])[rows, newest],
        live=c.live[rows],
        ruled=(c.roster.flags("cost_controlled") & ~c.roster.flags("hosted"))[rows],
        invalid_today=said == Protection.INVALID,
    )
    changes = c.o.book.changes
    place = np.full(c.n, -1)
    place[rows] = np.arange(len(rows))
    mine = changes.take(place[changes.row] >= 0)
    ledger = protection_ledger(told, replace(mine, row=place[mine.row]), c.table.last_day, c.days, c.now)
    return ProtectionBook(
        campaigns=tuple(c.roster.names[r] for r in rows.tolist()),
        days=tuple(date.fromordinal(c.table.last_day - span + 1 + i) for i in range(span)),
        told=told,
        ledger=ledger,
        said=tuple(Protection(int(s)) for s in said),
    )
