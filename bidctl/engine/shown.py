"""What a reading shows of the field that a write changes, as the exact text that a write carries."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from bidctl.domain.campaign import CampaignInfo, Creative
from bidctl.domain.values import Field, Grid
from bidctl.engine.records import target_text, yuan_text

PRESENT, GONE = "present", "gone"
"""What a creative of a campaign may be; `add:` leads to the first, `delete:` to the second."""
UNLIMITED = "unlimited"


def shown(info: CampaignInfo, field: Field, grid: Grid) -> str | None:
    """The field's value as text; None where the reading does not tell it."""
    if field is Field.ROI_TARGET:
        return None if info.target_units is None else target_text(info.target_units, grid.per_one)
    if field is Field.OBJECTIVE:
        return info.objective.value if info.objective else None
    if field is Field.BUDGET:
        return UNLIMITED if info.budget is None else yuan_text(info.budget)
    return ("ENABLE" if info.enabled else "DISABLE") if field is Field.STATUS else None


def creative_shown(value: str, creatives: Sequence[Creative]) -> str:
    """Whether the creative that `delete:<id>` or `add:<id>` names is PRESENT or GONE."""
    wanted = value.partition(":")[2]
    return PRESENT if any(wanted in (c.creative, *c.known_as) and not c.deleted for c in creatives) else GONE


def creative_before(value: str) -> str:
    """What the creative is before the write."""
    return PRESENT if value.startswith("delete:") else GONE


def creative_after(value: str) -> str:
    """What the creative is once the write has happened."""
    return GONE if value.startswith("delete:") else PRESENT


def same(one: str | None, other: str | None) -> bool:
    """Whether two texts say the same value.

    >>> same("2.2", "2.20"), same("ENABLE", "DISABLE"), same(None, "2.20")
    (True, False, False)
    """
    if one == other or one is None or other is None:
        return one == other
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
