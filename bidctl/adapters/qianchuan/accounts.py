"""Which advertisers a token reaches, what they are called, which Douyin accounts they use, what is left on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import wire_id
from bidctl.adapters.qianchuan.wire.account import (
    Aweme,
    Awemes,
    Balance,
    Holders,
    PublicInfos,
    ShopAdvertisers,
)
from bidctl.domain.values import AccountId


@dataclass(frozen=True, slots=True)
class Advertiser:
    """An ad account that the token may reach. `through`: the shop that leads to it, None = granted itself."""

    account: AccountId
    name: str
    through: str | None


@dataclass(frozen=True, slots=True)
class LiveAccount:
    """A Douyin account an advertiser may promote: numeric id, public 抖音号, name."""

    live_account: str
    public_id: str | None
    name: str


async def discover(client: ReadClient) -> tuple[Advertiser, ...]:
    """Every ad account the token reaches: itself, or through its shops (a token holder is usually not the ad account).
    Raises ReadFailed."""
    token = await client.token()
    holders = (await client.get(ep.ADVERTISERS, {"access_token": token}, Holders)).data.rows
    found: dict[str, str | None] = {}
    for holder in holders:
        number = holder.account_id or holder.advertiser_id
        if number is None or holder.is_valid is False:
            continue
        if holder.account_type == "PLATFORM_ROLE_SHOP_ACCOUNT":
            found.update(dict.fromkeys(await _of_shop(client, number), number))
        elif holder.account_type in ("ADVERTISER", None):
            found[number] = None
    names = await public_names(client, list(found))
    return tuple(Advertiser(AccountId(a), names.get(a, ""), shop) for a, shop in found.items())


async def _of_shop(client: ReadClient, shop: str) -> list[str]:
    async def page(number: int) -> Page[str]:
        params = {"shop_id": wire_id(shop), "page": number, "page_size": 100}
        data = (await client.get(ep.SHOP_ADVERTISERS, params, ShopAdvertisers)).data
        return Page([row.adv_id for row in data.adv_id_list] or list(data.plain), data.total)

    pages = await read_all(page, str)
    if pages.trouble:
        raise BadEnvelope(ep.SHOP_ADVERTISERS, pages.trouble)
    return pages.rows


async def public_names(client: ReadClient, accounts: Sequence[str]) -> dict[str, str]:
    """Names of advertisers, 100 a call. Raises ReadFailed."""
    names: dict[str, str] = {}
    for start in range(0, len(accounts), 100):
        ids = [wire_id(account) for account in accounts[start : start + 100]]
        for row in (await client.get(ep.PUBLIC_INFO, {"advertiser_ids": ids}, PublicInfos)).data.root:
            number = row.advertiser_id or row.id
            if number:
                names[number] = row.advertiser_name or row.name or ""
    return names


async def live_accounts(client: ReadClient, account: AccountId) -> tuple[LiveAccount, ...]:
    """Douyin accounts usable for 全域推广. Raises ReadFailed."""

    async def page(number: int) -> Page[Aweme]:
        params = {"advertiser_id": wire_id(account), "page": number, "page_size": 100}
        data = (await client.get(ep.AWEMES, params, Awemes, account)).data
        return Page(list(data.aweme_id_list), data.total)

    pages = await read_all(page, lambda row: row.aweme_id)
    if pages.trouble:
        raise BadEnvelope(ep.AWEMES, pages.trouble)
    return tuple(LiveAccount(row.aweme_id, row.aweme_show_id, row.aweme_name) for row in pages.rows)


async def balance(client: ReadClient, account: AccountId) -> int | None:
    """Valid balance as the platform's integer: its unit is not documented, so it is for comparing with the platform's own
    page, not for rules. Raises ReadFailed."""
    return (await client.get(ep.BALANCE, {"advertiser_id": wire_id(account)}, Balance, account)).data.account_valid
