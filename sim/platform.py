"""What the simulated platform can do, and how the campaigns of a world are called there."""

from __future__ import annotations

from bidctl.domain.values import AccountId, CampaignId, Capabilities, Grid, Kind
from sim.seam import CampaignSpec, number_of

CAPABILITIES = Capabilities(
    platform="qianchuan",
    grid=Grid(100),
    edits_per_day_goods=4,
    edits_per_day_live=8,
    edit_days_per_week=0,
    spacing_s=3600,
    read_delay_s=60.0,
    time_error_s=2.0,
    request_timeout_s=20.0,
    has_edit_log=True,
    has_suggestion=True,
    has_protection=True,
    target_min=0.01,
    target_max=100.0,
    daily_kinds=frozenset(Kind),
)


ACCOUNT = 1_700_000_000_000_011
CAMPAIGN = 1_861_000_000_000_001
"""Ids of account 0 and of the campaign numbered 0; the others follow."""


def plan_id(i: int, spec: CampaignSpec) -> int:
    """Id of campaign `i` of a world, as the wire has it."""
    return CAMPAIGN + number_of(i, spec)


def campaign_id(i: int, spec: CampaignSpec) -> CampaignId:
    """The same as a campaign's name in the program."""
    return CampaignId(str(plan_id(i, spec)))


def account_id(i: int) -> AccountId:
    return AccountId(str(ACCOUNT + i))
