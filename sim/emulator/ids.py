"""Ids of the wire: int64 with the digits seen on the platform (plans and accounts 16, products and materials 19)."""

from __future__ import annotations

from sim.platform import ACCOUNT as ACCOUNT

AWEME = 90_000_000_001
PRODUCT = 3_600_000_000_000_000_001
MATERIAL = 7_400_000_000_000_000_001
ROOM = 7_300_000_000_000_000_001
TASK = 1_862_000_000_000_001
SHOP = 1_234_567
PER_CAMPAIGN = 1000
"""Ids kept for the materials of one campaign."""


def material(campaign: int, number: int) -> int:
    """Id of the `number`-th material of campaign index `campaign`."""
    return MATERIAL + campaign * PER_CAMPAIGN + number
