"""The table that tags campaigns with their business field and their products' role."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.export import cells
from bidctl.adapters.export.columns import ColumnMap
from bidctl.adapters.tables.products import ANY, ROLES
from bidctl.adapters.tables.read import lines_of, once, text, word
from bidctl.domain.business import BusinessField, Tag, TagTable

COLUMNS: ColumnMap = {
    "campaign": ("计划ID", "campaign"),
    "field": ("经营场", "业务场", "field"),
    "role": ("商品角色", "角色", "role"),
}
FIELDS = {
    "自播": BusinessField.OWN_LIVE, "达人矩阵": BusinessField.CREATORS, "营销活动": BusinessField.PROMOTION,
    "头部大V": BusinessField.TOP_CREATOR, "own_live": BusinessField.OWN_LIVE, "creators": BusinessField.CREATORS,
    "promotion": BusinessField.PROMOTION, "top_creator": BusinessField.TOP_CREATOR,
}  # fmt: skip


def read_fields(path: Path) -> TagTable:
    """Raises TableError: a word that is no field or role, a campaign twice."""
    campaigns: dict[str, Tag] = {}
    default, seen = Tag(), dict[object, int]()
    for line in lines_of(path, COLUMNS, ("campaign",)):
        tag, whole = (
            Tag(word(line, "field", FIELDS), word(line, "role", ROLES)),
            text(line.cell("campaign")).lower() in ANY,
        )
        campaign = "" if whole else line.read("campaign", cells.identity)
        once(line, seen, campaign)
        if whole:
            default = tag
        else:
            campaigns[campaign] = tag
    return TagTable(campaigns, default)
