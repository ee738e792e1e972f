"""The operator's table of products, and what it gives the enrolled campaigns that promote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bidctl.config import Settings
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.products import ProductTable
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.contribution import Given, campaign_economics
from bidctl.engine.ports import Transaction
from bidctl.engine.selectors import is_selector
from bidctl.wiring import ledger


@dataclass(frozen=True, slots=True)
class Line:
    """One enrolled campaign: its `enrolment` as it would be with what the table gives."""

    enrolment: Enrolment
    given: Given


def given_by(settings: Settings, table: ProductTable, account: AccountId, *, save: bool) -> tuple[Line, ...]:
    """What the table gives every enrolled campaign of an account, stored with `save`: a process at work has it at its next tick.
    The operator's own 保本ROI stays. The products of a campaign are those that the last listing showed."""
    with ledger(settings) as opened, opened.begin(durable=save) as t:
        lines = [_line(settings, table, t, account, e) for e in t.enrolments(account) if not is_selector(e.campaign)]
        for line in lines:
            if save and line.given.economics is not None:
                t.enrol(line.enrolment)
    return tuple(lines)


def _line(settings: Settings, table: ProductTable, t: Transaction, account: AccountId, e: Enrolment) -> Line:
    known = t.load_campaign(account, e.campaign)
    products = known.info.products if known else ()
    given = campaign_economics(table, products, e.side, e.prior.settled_share, settings.cash.share)
    if given.economics is None:
        return Line(e, given)
    return Line(replace(e, economics=replace(given.economics, break_even=e.economics.break_even)), given)


def untold(lines: Sequence[Line]) -> list[CampaignId]:
    """Campaigns that the table leaves as they are."""
    return [line.enrolment.campaign for line in lines if line.given.economics is None]
