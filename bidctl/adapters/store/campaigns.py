"""What we last knew of each campaign, and the milestones of its life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from bidctl.adapters.store.codec import KEPT_TEXTS, dump, load_info
from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import CAMPAIGNS, LIVES, PAUSES
from bidctl.adapters.store.work import AnyRow, Work
from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.ports import KnownCampaign, KnownLife, Pause

INSTANTS = (
    "first_seen_at", "first_spend_at", "fed_at", "observe_from", "suggestion_unknown_since", "base_settled_at",
)  # fmt: skip
PLAIN = ("account", "campaign", "started", "lowered_since_unknown")

_SAME = (LIVES.c.account == CAMPAIGNS.c.account) & (LIVES.c.campaign == CAMPAIGNS.c.campaign)
_KNOWN = select(CAMPAIGNS, *(LIVES.c[name] for name in (*INSTANTS, "started", "lowered_since_unknown"))).select_from(
    CAMPAIGNS.outerjoin(LIVES, _SAME)
)
_OF_ACCOUNT = _KNOWN.where(CAMPAIGNS.c.account == bindparam("account")).order_by(CAMPAIGNS.c.campaign)
_ONE = _OF_ACCOUNT.where(CAMPAIGNS.c.campaign == bindparam("campaign"))
_PAUSES = select(PAUSES).where(PAUSES.c.account == bindparam("account"))


class CampaignRows(Work):
    """The campaign part of a transaction; see `engine.ports.Transaction`."""

    def save_campaigns(self, infos: Sequence[CampaignInfo], seen_at: datetime) -> None:
        at = micros(seen_at)
        self.upsert(
            CAMPAIGNS, [{"account": i.account, "campaign": i.campaign, "info": dump(i), "seen_at": at} for i in infos]
        )

    def load_campaigns(self, account: AccountId) -> Mapping[CampaignId, KnownCampaign]:
        found = self.rows(_OF_ACCOUNT, account=account)
        return {row.campaign: _known(row) for row in found}

    def load_campaign(self, account: AccountId, campaign: CampaignId) -> KnownCampaign | None:
        row = self.row(_ONE, account=account, campaign=campaign)
        return None if row is None else _known(row)

    def save_life(self, lives: Sequence[KnownLife]) -> None:
        self.upsert(LIVES, [_columns(life) for life in lives])

    def save_pauses(self, pauses: Sequence[Pause]) -> None:
        rows = [asdict(p) | {n: micros(getattr(p, n)) for n in ("paused_at", "enabled_at")} for p in pauses]
        self.upsert(PAUSES, rows)

    def pauses(self, account: AccountId) -> Mapping[CampaignId, Pause]:
        return {row.campaign: _pause(row) for row in self.rows(_PAUSES, account=account)}


def _columns(life: KnownLife) -> dict[str, Any]:
    return {n: getattr(life, n) for n in PLAIN} | {n: micros(getattr(life, n)) for n in INSTANTS}


def _pause(row: AnyRow) -> Pause:
    return Pause(**dict(row._mapping) | {n: instant(getattr(row, n)) for n in ("paused_at", "enabled_at")})


def _known(row: AnyRow) -> KnownCampaign:
    account, campaign, info, seen_at, *life = row
    return KnownCampaign(load_info(info), instant(seen_at), _life(account, campaign, *life))


@lru_cache(maxsize=KEPT_TEXTS)
def _life(account: AccountId, campaign: CampaignId, *columns: Any) -> KnownLife | None:
    """A life as `_KNOWN` tells it; most are the same from tick to tick."""
    *instants, started, lowered = columns
    if instants[0] is None:
        return None
    at = dict(zip(INSTANTS, map(instant, instants), strict=True))
    return KnownLife(account=account, campaign=campaign, started=started, lowered_since_unknown=lowered, **at)
