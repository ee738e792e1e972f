"""uni_promotion/list, ad/detail, suggestions (qianchuan.md 5.1, 5.2, 7)."""

from __future__ import annotations

from bidctl.adapters.openapi.wire import Id, Items, OptionalId, Wire
from bidctl.adapters.qianchuan.wire.common import Paged


class Compensate(Wire):
    status: str | None = None  # SUCCESS, FAILED: whether the lookup worked
    compensate_status: str | None = None


class Product(Wire):
    product_id: OptionalId = None


class Room(Wire):
    anchor_id: OptionalId = None  # text in the list, int64 in the detail


class AdInfo(Wire):
    """A plan in the list. `budget` yuan, `roi2_goal` ratio."""

    id: Id
    name: str = ""
    adlab_scene: str | int | None = None
    marketing_goal: str | None = None
    status: str | None = None
    opt_status: str | None = None
    smart_bid_type: str | None = None
    roi2_goal: float | None = None
    budget: float | None = None
    budget_mode: str | None = None
    deep_external_action: str | None = None
    create_time: str | None = None
    modify_time: str | None = None
    compensate_info: Compensate | None = None


class ListStats(Wire):
    """Metrics of the list: MONEY IS IN 1/100000 YUAN HERE AND ONLY HERE; counts and ratios are plain."""

    stat_cost: float | None = None
    total_pay_order_gmv_include_coupon_for_roi2: float | None = None
    total_pay_order_count_for_roi2: float | None = None
    total_order_settle_amount_for_roi2_1h: float | None = None
    total_order_settle_count_for_roi2_1h: float | None = None


class AdRow(Wire):
    ad_info: AdInfo
    product_info: Items[Product] = ()
    room_info: Items[Room] = ()
    stats_info: ListStats | None = None


class AdList(Paged):
    ad_list: Items[AdRow] = ()


class DeliverySetting(Wire):
    budget: float | None = None
    budget_mode: str | None = None
    roi2_goal: float | None = None
    smart_bid_type: str | None = None
    deep_external_action: str | None = None


class Detail(Wire):
    """One plan, read back. `adlab_scene`: 0 = UNI_PROJECT, 1 = OVERALL_PROJECT; the list says it in words."""

    ad_id: Id
    name: str = ""
    adlab_scene: str | int | None = None
    aweme_id: OptionalId = None
    marketing_goal: str | None = None
    status: str | None = None
    opt_status: str | None = None
    create_time: str | None = None
    modify_time: str | None = None
    room_info: Items[Room] = ()
    product_infos: Items[Product] = ()
    delivery_setting: DeliverySetting = DeliverySetting()


class SuggestedRoi(Wire):
    """Absent, null and 0 all mean: no suggestion."""

    ecp_roi2_goal: float | None = None
