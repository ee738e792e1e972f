"""Answers of the shop as bidctl reads them: pages of raw rows, and each row by itself, so that one bad row spoils no page.

Who bought is in the answers too and is never read: no model here has a field for it, and `kept` leaves it out of what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from bidctl.adapters.openapi.wire import Id, Items, OptionalId, Wire

Row = Mapping[str, object]
Fen = Annotated[int, Field(strict=True)]
Moment = int | str | None
"""Epoch seconds, as documented; a text is looked at before it is believed."""
_Told = Annotated[int | None, BeforeValidator(lambda value: value if isinstance(value, int) else None)]
"""Fen that only confirm others: what is no whole number is not told."""
_Flag = Annotated[int, BeforeValidator(lambda value: 0 if value in (None, "") else value)]


class OrdersPage(Wire):
    rows: Items[object] = Field((), validation_alias="shop_order_list")
    total: int | None = None


class RefundsPage(Wire):
    rows: Items[object] = Field((), validation_alias="items")
    total: int | None = None


class BillsPage(Wire):
    code: Id
    """Of the second layer of success, which these answers must have."""
    rows: Items[object] = Field((), validation_alias="data")
    data_size: int | None = None
    is_end: int
    next_start_index: Annotated[str, BeforeValidator(lambda v: "" if v is None else str(v))] = ""
    next_start_time: str | None = None


class SkuOrder(Wire):
    """One product of an order: what everything else is keyed by."""

    order_id: Id
    product_id_str: str = ""
    product_id: OptionalId = None
    pay_amount: Fen
    platform_cost_amount: Fen = 0
    author_id: OptionalId = None
    room_id_str: OptionalId = None
    room_id: OptionalId = None
    theme_type: _Flag = 0
    given_product_type: str | None = None
    currency: str | None = None

    @property
    def product(self) -> str:
        return self.product_id_str or self.product_id or ""

    @property
    def in_a_room(self) -> bool:
        told = self.room_id_str if self.room_id_str not in (None, "0") else self.room_id
        return told is not None or self.theme_type == 1


class ShopOrder(Wire):
    order_id: Id
    order_status: int
    pay_time: Moment = None
    sku_order_list: tuple[SkuOrder, ...]


class Related(Wire):
    sku_order_id: Id
    aftersale_pay_amount: Fen


class AftersaleInfo(Wire):
    aftersale_id: Id
    aftersale_type: int
    refund_status: int
    update_time: Moment = None
    aftersale_status_to_final_time: Moment = None
    refund_amount: _Told = None
    refund_post_amount: _Told = None
    return_promotion_amount: Fen = 0

    @property
    def of_goods(self) -> int:
        """Fen refunded in all, freight apart, as far as that is told."""
        return (self.refund_amount or 0) - (self.refund_post_amount or 0)


class AftersaleOrder(Wire):
    shop_order_id: Id
    related_order_info: tuple[Related, ...]


class Aftersale(Wire):
    aftersale_info: AftersaleInfo
    order_info: AftersaleOrder


class BillLine(Wire):
    """A line of a settlement bill."""

    request_no: Id
    order_id: Id
    trade_type: int
    settle_time: str
    real_pay_amount: Fen
    platform_coupon: Fen = 0
    author_coupon: Fen = 0
    zt_pay_promotion: Fen = 0
    zr_pay_promotion: Fen = 0
    refund_before_settle: Fen = 0
    total_income: Fen
    settle_amount: Fen
    commission: Fen = 0
    platform_service_fee: Fen = 0


_KEPT = frozenset(
    name
    for model in (SkuOrder, ShopOrder, Related, AftersaleInfo, AftersaleOrder, Aftersale, BillLine)
    for name in model.model_fields
) | {"item_num", "goods_count", "shop_order_id", "parent_order_id"}  # fmt: skip


def kept(row: object) -> str:
    """A row as text, without anything that speaks of the buyer: what may be stored of it."""
    return json.dumps(_kept(row), ensure_ascii=False, sort_keys=True)


def _kept(row: object) -> object:
    if isinstance(row, Mapping):
        return {name: _kept(value) for name, value in row.items() if name in _KEPT}
    if isinstance(row, list):
        return [_kept(value) for value in row]
    return row
