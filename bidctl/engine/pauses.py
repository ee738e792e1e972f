"""What R-STOPLOSS remembers between ticks: which campaigns we paused. A pause is undone by a person, or by us at midnight."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta

from bidctl.domain.campaign import Listing
from bidctl.domain.values import CampaignId, Field
from bidctl.domain.writes import Write, WriteState
from bidctl.engine.ports import Pause, Transaction


def note(tx: Transaction, write: Write) -> None:
    """Mark a confirmed pause of ours, or its undoing: call it in the transaction that stores the outcome, so that neither a
    crash nor a confirmation by reading back leaves a pause that nobody knows to be ours."""
    request = write.request
    if request.field is not Field.STATUS or write.state is not WriteState.CONFIRMED:
        return
    known = tx.pauses(request.account).get(request.campaign) or Pause(request.account, request.campaign)
    tx.save_pauses([replace(known, paused_at=write.settled_at if request.value == "DISABLE" else None)])


def undone(
    known: Mapping[CampaignId, Pause], listing: Listing, touched: Collection[CampaignId], lag: timedelta
) -> list[Pause]:
    """Pauses of ours that a person undid, or touched at all: ours no more, so that what they pause later stays paused.
    `touched`: campaigns whose status somebody changed; `lag`: of reads behind writes."""
    enabled = {i.campaign for i in listing.campaigns if i.enabled}
    return [
        replace(p, paused_at=None)
        for c, p in known.items()
        if p.paused_at is not None and (c in touched or (c in enabled and listing.read_at > p.paused_at + lag))
    ]
