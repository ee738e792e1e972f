"""Accounts, shops, live accounts, balance, boosts, rooms, the operation log (qianchuan.md 4, 5.4, 9.3)."""

from __future__ import annotations

from pydantic import Field, RootModel

from bidctl.adapters.openapi.wire import Id, Items, OptionalId, Wire
from bidctl.adapters.qianchuan.wire.common import Paged


class Holder(Wire):
    """An account the token was granted for: an advertiser, a shop, an agent.. (older fields advertiser_* deprecated)."""

    account_id: OptionalId = None
    account_name: str | None = None
    account_type: str | None = None
    advertiser_id: OptionalId = None
    advertiser_name: str | None = None
    is_valid: bool | None = None


class Holders(Wire):
    rows: Items[Holder] = Field((), validation_alias="list")


class ShopAdvertiser(Wire):
    adv_id: Id


class ShopAdvertisers(Paged):
    adv_id_list: Items[ShopAdvertiser] = ()
    plain: Items[Id] = Field((), validation_alias="list")


class PublicInfo(Wire):
    """Older answers say id and name."""

    advertiser_id: OptionalId = None
    id: OptionalId = None
    advertiser_name: str | None = None
    name: str | None = None


class PublicInfos(RootModel[list[PublicInfo]]):
    """Here `data` is an array."""


class Aweme(Wire):
    """A Douyin account: `aweme_id` numeric, `aweme_show_id` the public 抖音号."""

    aweme_id: Id
    aweme_show_id: OptionalId = None
    aweme_name: str = ""


class Awemes(Paged):
    aweme_id_list: Items[Aweme] = ()


class Balance(Wire):
    """Integers whose unit the documents leave open."""

    account_valid: int | None = None
    account_total: int | None = None


class Boost(Wire):
    id: Id
    task_status: str | None = None
    create_time: str | None = None
    duration: float | None = None  # hours


class Boosts(Paged):
    task_list: Items[Boost] = ()


class Room(Wire):
    room_id: Id
    room_status: str | None = None  # LIVING, FINISH
    start_time: str
    end_time: str | None = None


class Rooms(Paged):
    room_list: Items[Room] = ()


class LogRow(Wire):
    """An entry of the operation log; `sub_logs` have the same shape."""

    log_id: OptionalId = None
    object_id: OptionalId = None
    operator_id: OptionalId = None
    operator_name: str | None = None
    create_time: str | None = None
    content_title: str | None = None
    content_log: Items[str] = ()
    sub_logs: Items[LogRow] = ()


class Logs(Paged):
    logs: Items[LogRow] = ()
