"""Which business field a campaign belongs to, and what its products are for, as the operator tags them; None = not tagged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from bidctl.domain.products import ProductRole
from bidctl.wording import Wording


class BusinessField(IntEnum):
    """经营场: whose content sells."""

    OWN_LIVE = 0
    CREATORS = 1
    PROMOTION = 2
    TOP_CREATOR = 3


FIELDS: dict[BusinessField, Wording] = {
    BusinessField.OWN_LIVE: Wording("自播", "own live"),
    BusinessField.CREATORS: Wording("达人矩阵", "creator matrix"),
    BusinessField.PROMOTION: Wording("营销活动", "promotion"),
    BusinessField.TOP_CREATOR: Wording("头部大V", "top creator"),
}
ROLES: dict[ProductRole, Wording] = {
    ProductRole.TRAFFIC: Wording("引流款", "traffic"),
    ProductRole.PROFIT: Wording("利润款", "profit"),
    ProductRole.HERO: Wording("爆款", "hero"),
}


class TagSource(IntEnum):
    """Who says so."""

    NOBODY = 0
    LINE = 1
    DEFAULT = 2
    PRODUCTS = 3


TAG_SOURCES: dict[TagSource, Wording] = {
    TagSource.NOBODY: Wording("未标注", "not tagged"),
    TagSource.LINE: Wording("标注表", "its line"),
    TagSource.DEFAULT: Wording("标注表的默认", "the table's default"),
    TagSource.PRODUCTS: Wording("商品表", "table of products"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """Of a campaign."""

    field: BusinessField | None = None
    role: ProductRole | None = None


@dataclass(frozen=True, slots=True)
class TagTable:
    """Tags by campaign, and those of every campaign that no line tells of."""

    campaigns: Mapping[str, Tag] = field(default_factory=dict)
    default: Tag = Tag()

    def field_of(self, campaign: str) -> tuple[BusinessField | None, TagSource]:
        """A campaign's field, and who says so."""
        mine = self.campaigns.get(campaign, Tag()).field
        if mine is not None:
            return mine, TagSource.LINE
        stated = self.default.field
        return stated, TagSource.NOBODY if stated is None else TagSource.DEFAULT

    def role_of(
        self, campaign: str, of_products: frozenset[ProductRole | None]
    ) -> tuple[ProductRole | None, TagSource]:
        """A campaign's role; where no line tells it, that of all its products alike, else the default."""
        mine = self.campaigns.get(campaign, Tag()).role
        if mine is not None:
            return mine, TagSource.LINE
        (alike,) = of_products if len(of_products) == 1 else (None,)
        if alike is not None:
            return alike, TagSource.PRODUCTS
        stated = self.default.role
        return stated, TagSource.NOBODY if stated is None else TagSource.DEFAULT
