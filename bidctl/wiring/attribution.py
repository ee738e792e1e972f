"""How an account's orders are shared out among the campaigns of every ad account that the ledger knows: a shop is advertised by several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bidctl.adapters.store.ledger import SqlTransaction
from bidctl.domain.panel import Panel
from bidctl.domain.values import AccountId
from bidctl.engine.attribution import DAY_S, Attribution, attribution
from bidctl.engine.delivered import delivered


def attribution_of(t: SqlTransaction, account: AccountId, at: datetime, zone: timedelta) -> Attribution:
    """As far as orders and reports were known at `at`; `zone`: the accounts', east of UTC."""
    groups, offset_s = t.order_groups(account, at, zone), zone.total_seconds()
    if len(groups) == 0:
        return attribution(groups, delivered([], Panel.empty(), offset_s), offset_s)
    ads, begin = t.accounts(), datetime.fromtimestamp(int(groups.day.min()) * DAY_S - offset_s, UTC)
    campaigns = [known.info for one in ads for known in t.load_campaigns(one).values()]
    facts = Panel.concat([t.load_facts(one, begin) for one in ads]).as_of(at.timestamp())
    return attribution(groups, delivered(campaigns, facts, offset_s), offset_s)
