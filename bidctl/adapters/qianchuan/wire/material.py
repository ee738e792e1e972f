"""Creatives of a plan (qianchuan.md 5.3). Money is yuan here."""

from __future__ import annotations

from bidctl.adapters.openapi.wire import Id, Items, OptionalId, Wire
from bidctl.adapters.qianchuan.wire.common import Paged


class Cover(Wire):
    id: OptionalId = None
    width: int | None = None
    height: int | None = None


class Media(Wire):
    """A video, image or carousel, whichever the row holds."""

    material_id: Id
    title: str | None = None
    video_id: OptionalId = None
    aweme_item_id: OptionalId = None
    cover_image: Cover | None = None


class MaterialInfo(Wire):
    material_type: str | None = None
    video_material: Media | None = None
    image_material: Media | None = None
    carousel_material: Media | None = None

    @property
    def media(self) -> Media | None:
        return self.video_material or self.image_material or self.carousel_material

    @property
    def kind(self) -> str:
        """The type by which the list is asked for it."""
        return "VIDEO" if self.video_material else "IMAGE" if self.image_material else "CAROUSEL"


class MaterialStats(Wire):
    stat_cost_for_roi2: float | None = None
    total_pay_order_gmv_include_coupon_for_roi2: float | None = None
    total_pay_order_count_for_roi2: float | None = None
    total_order_settle_amount_for_roi2_1h: float | None = None
    total_order_settle_count_for_roi2_1h: float | None = None


class MaterialRow(Wire):
    material_info: MaterialInfo
    is_delete: bool | None = None
    material_status: str | None = None
    material_select_type: str | None = None
    aweme_id_list: Items[Id] = ()
    product_id_list: Items[Id] = ()
    stats_info: MaterialStats | None = None


class Materials(Paged):
    ad_material_infos: Items[MaterialRow] = ()
