"""What the simulated platform can do, and how the campaigns of a world are called there."""

from __future__ import annotations

from bidctl.domain.values import AccountId, CampaignId, Capabilities, Grid, Kind

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


def campaign_id(i: int) -> CampaignId:
    """Ids sort as indices do."""
    return CampaignId(f"c{i:09d}")


def index_of(campaign: str) -> int:
    """The index behind `campaign_id`."""
    return int(campaign[1:])


def account_id(i: int) -> AccountId:
    return AccountId(f"a{i:07d}")
