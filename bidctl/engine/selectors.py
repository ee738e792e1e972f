"""Enrolment by name pattern or live account (R-ENROL): campaigns that appear later are taken in by themselves.

A standing enrolment is kept under a selector instead of a campaign id: `name:<pattern>` or `live:<live account id>`.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.values import CampaignId

NAME, LIVE = "name:", "live:"


def is_selector(campaign: str) -> bool:
    """Whether an enrolment stands for campaigns to come.

    >>> is_selector("live:90000000002"), is_selector("1861000000000001")
    (True, False)
    """
    return campaign.startswith((NAME, LIVE))


def matches(selector: str, info: CampaignInfo) -> bool:
    """Whether a selector takes this campaign in."""
    if selector.startswith(LIVE):
        return info.live_account == selector[len(LIVE) :]
    return fnmatch.fnmatchcase(info.name, selector[len(NAME) :])


def newcomers(
    enrolments: Sequence[Enrolment], gone: frozenset[CampaignId], infos: Sequence[CampaignInfo], now: datetime
) -> list[Enrolment]:
    """Enrolments of listed campaigns that a selector takes in and that are not enrolled yet; those taken back (`gone`) stay
    out. The first selector by enrolment time wins."""
    known = {e.campaign for e in enrolments} | gone
    standing = [e for e in enrolments if is_selector(e.campaign)]
    out = []
    for info in infos:
        if info.campaign in known or info.ended or not standing:
            continue
        found = next((e for e in standing if matches(e.campaign, info)), None)
        if found is not None:
            out.append(replace(found, campaign=info.campaign, enrolled_at=now))
    return out
