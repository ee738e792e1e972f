"""How an account's orders are shared out among the campaigns of every ad account that the ledger knows: a shop is advertised by several."""

from __future__ import annotations

from datetime import datetime, timedelta

from bidctl.adapters.store.ledger import SqlTransaction
from bidctl.domain.panel import Panel
from bidctl.domain.values import AccountId
from bidctl.engine.attribution import Attribution, attribution
from bidctl.engine.delivered import delivered

KEPT = timedelta(days=200)
"""How far back what the platform reported is looked at: orders are fetched for 90 days, exports may hold a half-year."""


def attribution_of(t: SqlTransaction, account: AccountId, at: datetime, zone: timedelta) -> Attribution:
    """As far as orders and reports were known at `at`; `zone`: the accounts', east of UTC."""
    ads, offset_s = t.accounts(), zone.total_seconds()
    campaigns = [known.info for one in ads for known in t.load_campaigns(one).values()]
    facts = Panel.concat([t.load_facts(one, at - KEPT) for one in ads]).as_of(at.timestamp())
    return attribution(t.order_groups(account, at, zone), delivered(campaigns, facts, offset_s), offset_s)
