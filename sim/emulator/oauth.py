"""Authorisation and who the token holder is (qianchuan.md 2.2, 4.1-4.4)."""

from __future__ import annotations

from sim.emulator import ids
from sim.emulator.call import Call, Data, missing, whole
from sim.emulator.errors import ApiError
from sim.emulator.service import Service
from sim.emulator.tokens import Pair


def _app(call: Call) -> str:
    if not call.body.get("secret"):
        raise missing("secret")
    return str(call.body_id("app_id"))


def _pair(service: Service, pair: Pair) -> Data:
    return {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "expires_in": int(pair.access_until - service.now),
        "refresh_token_expires_in": int(pair.refresh_until - service.now),
    }


def access_token(service: Service, call: Call) -> Data:
    """POST oauth2/access_token/: JSON or form, with or without grant_type."""
    app, code = _app(call), call.body.get("auth_code")
    if not code:
        raise missing("auth_code")
    if call.body.get("grant_type", "auth_code") not in ("auth_code", "authorization_code"):
        raise ApiError(40108, "invalid grant type")
    return {**_pair(service, service.tokens.authorise(app, str(code), service.now)), "advertiser_ids": [ids.SHOP]}


def refresh_token(service: Service, call: Call) -> Data:
    """POST oauth2/refresh_token/: a new pair; the old refresh token is dead from then on."""
    app, token = _app(call), call.body.get("refresh_token")
    if not token:
        raise missing("refresh_token")
    if call.meets("refresh_token_reused"):
        call.acted()
        service.tokens.burn(str(token))
    return _pair(service, service.tokens.refresh(app, str(token), service.now))


def advertisers(service: Service, call: Call) -> Data:
    """GET oauth2/advertiser/get/: the holder is a shop, not an ad account; token in the query or in the header."""
    name = "模拟店铺"
    return {
        "list": [
            {
                "account_id": ids.SHOP,
                "account_string_id": str(ids.SHOP),
                "account_name": name,
                "account_type": "PLATFORM_ROLE_SHOP_ACCOUNT",
                "account_role": "PLATFORM_ROLE_SHOP_ACCOUNT",
                "advertiser_id": ids.SHOP,
                "advertiser_name": name,
                "advertiser_role": 1,
                "is_valid": True,
                "company_list": [],
            }
        ]
    }


def user(service: Service, call: Call) -> Data:
    """GET 2/user/info/."""
    app = call.app_id
    return {
        "id": 1234500002,
        "display_name": f"模拟用户 {app}",
        "email": "e***@example.com",
        "app_id": int(app) if app.isdigit() else 0,
        "material_auth_status": 1,
        "token_scope_list": [],
        "token_api_list": [],
    }


def shop_advertisers(service: Service, call: Call) -> Data:
    """GET shop/advertiser/list/: every account belongs to the one shop."""
    accounts = sorted(service.of_account) if call.number("shop_id") == ids.SHOP else []
    at, info = call.page(len(accounts), 100)
    found = [ids.ACCOUNT + accounts[p] for p in at]
    return {
        "list": found,
        "adv_id_list": [{"adv_id": number, "extra_permission": []} for number in found],
        "page_info": {**info, "total_number": len(accounts)},
    }


def public_info(service: Service, call: Call) -> list[Data]:
    """GET 2/advertiser/public_info/: here `data` is an array."""
    numbers = [whole("advertiser_ids", value) for value in call.array("advertiser_ids")]
    if len(numbers) > 100:
        raise ApiError(40000, f"advertiser_ids: at most 100, found {len(numbers)}")
    return [
        {"id": n, "name": account_name(n), "company": "模拟公司"}
        for n in numbers
        if n - ids.ACCOUNT in service.of_account
    ]


def account_name(number: int) -> str:
    return f"模拟账户 {number - ids.ACCOUNT + 1}"
