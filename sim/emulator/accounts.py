"""Douyin accounts of an ad account, and its balance (qianchuan.md 4.6-4.8)."""

from __future__ import annotations

from sim.emulator import ids
from sim.emulator.call import Call, Data
from sim.emulator.service import Service

BALANCE_FEN = 100_000_000


def show_id(aweme: int) -> str:
    """The public 抖音号 of a numeric Douyin id: another text, as on the platform."""
    return f"dy{aweme}"


def name(aweme: int) -> str:
    return f"模拟抖音号 {aweme - ids.AWEME + 1}"


def _page(service: Service, call: Call) -> tuple[list[int], Data]:
    awemes = [ids.AWEME + one for one in service.awemes(service.account(call.number("advertiser_id")))]
    at, info = call.page(len(awemes), 100)
    return [awemes[p] for p in at], {**info, "total_number": len(awemes)}


def uni_authorized(service: Service, call: Call) -> Data:
    """GET uni_aweme/authorized/get/: with the total under both spellings."""
    found, info = _page(service, call)
    rows = [
        {
            "aweme_id": aweme,
            "aweme_show_id": show_id(aweme),
            "aweme_name": name(aweme),
            "aweme_avatar": "",
            "has_authorized": True,
            "can_control_uniprom": True,
            "can_apply_uniprom": True,
            "has_shop_permission": True,
            "has_live_permission": True,
            "anchor_forbidden": False,
            "is_live_uni_prom_disabled": False,
            "is_product_uni_prom_disabled": False,
            "live_disable_reasons": [],
            "product_disable_reasons": [],
            "auth_type": [],
        }
        for aweme in found
    ]
    return {"aweme_id_list": rows, "page_info": {**info, "totol_numer": info["total_number"]}}


def authorized(service: Service, call: Call) -> Data:
    """GET aweme/authorized/get/."""
    found, info = _page(service, call)
    rows = [
        {
            "aweme_id": aweme,
            "aweme_show_id": show_id(aweme),
            "aweme_name": name(aweme),
            "aweme_avatar": "",
            "aweme_status": "NORMAL",
            "bind_type": ["SELF"],
            "aweme_has_live_permission": True,
            "aweme_has_uni_prom": True,
        }
        for aweme in found
    ]
    return {"aweme_id_list": rows, "page_info": info}


def balance(service: Service, call: Call) -> Data:
    """GET account/balance/get/: int64 in fen here (the platform's unit is unconfirmed)."""
    number = call.number("advertiser_id")
    service.account(number)
    valid = dict.fromkeys(
        ("account_valid", "account_total", "account_general_valid", "account_general_total", "account_bidding_valid",
         "account_bidding_total"), BALANCE_FEN,
    )  # fmt: skip
    none = dict.fromkeys(
        ("account_frozen", "account_general_frozen", "account_bidding_frozen", "account_brand_valid", "account_brand_total",
         "account_brand_frozen", "share_grant_total", "share_wallet_total", "share_wallet_general_valid",
         "share_wallet_bidding_valid", "share_wallet_brand_valid"), 0,
    )  # fmt: skip
    return {"advertiser_id": number, **valid, **none, "share_wallet_id": "", "share_wallet_name": ""}
