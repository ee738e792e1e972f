"""What R-STOPLOSS remembers between ticks: which campaigns we paused, and from when it counts where a
person switched one on again. A pause is undone by a person, or by us at midnight."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bidctl.domain.campaign import CampaignInfo, Listing
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


def news(
    known: Mapping[CampaignId, Pause], listing: Listing, touched: Collection[CampaignId], lag: timedelta
) -> list[Pause]:
    """What a listing tells anew. A pause of ours that a person undid, or touched at all, is ours no more: what they pause later
    stays paused. Where somebody switched a campaign on, its totals of then are kept: R-STOPLOSS counts from there, so that it
    does not undo what a person did. `touched`: campaigns whose status somebody changed; `lag`: of reads behind writes.
    """
    told = []
    for info in listing.campaigns:
        pause = known.get(info.campaign) or Pause(info.account, info.campaign)
        undone = pause.paused_at is not None and _enabled_since(info, pause.paused_at, listing.read_at, lag)
        if info.enabled and (undone or info.campaign in touched):
            if info.today.spend is not None:  # else the mark stays, and the next listing is asked
                told.append(_counted_from(pause, info, listing.read_at))
        elif info.campaign in touched and pause.paused_at is not None:
            told.append(replace(pause, paused_at=None))
    return told


def _enabled_since(info: CampaignInfo, paused_at: datetime, read_at: datetime, lag: timedelta) -> bool:
    """Whether a campaign that shows enabled was switched on after our pause, and is not shown as it was before: a read may lag, and a
    modify time older than the pause tells that nobody touched it since."""
    touched = info.modified_at is None or info.modified_at > paused_at
    return info.enabled and touched and read_at > paused_at + lag


def _counted_from(pause: Pause, info: CampaignInfo, at: datetime) -> Pause:
    """Somebody else has switched it on."""
    day = info.today
    return replace(
        pause, paused_at=None, enabled_at=at, spend=day.spend or 0.0, gmv=day.gmv or 0.0, orders=day.orders or 0.0
    )
