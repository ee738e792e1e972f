"""Paths of the platform that bidctl calls, and which of them a part may call (qianchuan.md 2, 4-7, 9)."""

from __future__ import annotations

from collections.abc import Mapping

from bidctl.adapters.openapi.guard import Calls

BASE_URL = "https://api.oceanengine.com"
_QC = "/open_api/v1.0/qianchuan/"

# authorisation
ACCESS_TOKEN = "/open_api/oauth2/access_token/"
REFRESH_TOKEN = "/open_api/oauth2/refresh_token/"

# reads
ADVERTISERS = "/open_api/oauth2/advertiser/get/"
PUBLIC_INFO = "/open_api/2/advertiser/public_info/"
SHOP_ADVERTISERS = _QC + "shop/advertiser/list/"
AWEMES = _QC + "uni_aweme/authorized/get/"
BALANCE = _QC + "account/balance/get/"
LIST = _QC + "uni_promotion/list/"
DETAIL = _QC + "uni_promotion/ad/detail/"
MATERIALS = _QC + "uni_promotion/ad/material/get/"
BOOSTS = _QC + "uni_promotion/ad/control_task/list/"
SUGGEST_UNI = _QC + "uni_aweme/suggest/roi/"
SUGGEST_OVERALL = _QC + "overall/suggest/roi/get/"
TOPIC = _QC + "report/uni_promotion/data/get/"
AUTHOR = _QC + "report/uni_promotion/dimension_data/author/get/"
ROOMS = _QC + "today_live/room/get/"
LOG = _QC + "tools/log_search/"

# writes
SET_TARGET = _QC + "uni_promotion/ad/roi2_goal/update/"
SET_BUDGET = _QC + "uni_promotion/ad/budget/update/"
SET_STATUS = _QC + "uni_promotion/ad/status/update/"
DELETE_MATERIAL = _QC + "uni_promotion/ad/material/delete/"
ADD_MATERIAL = _QC + "uni_promotion/ad/material/add/"

READ_CALLS: Calls = frozenset(
    ("GET", path)
    for path in (
        ADVERTISERS, PUBLIC_INFO, SHOP_ADVERTISERS, AWEMES, BALANCE, LIST, DETAIL, MATERIALS, BOOSTS, SUGGEST_UNI,
        SUGGEST_OVERALL, TOPIC, AUTHOR, ROOMS, LOG,
    )
)  # fmt: skip
"""All that a dry run may ask of the platform."""

WRITE_CALLS: Calls = frozenset(
    ("POST", path) for path in (SET_TARGET, SET_BUDGET, SET_STATUS, DELETE_MATERIAL, ADD_MATERIAL)
)
"""All that the write gate may send. The one-way upgrade to 乘方 is not among them, and never will be."""

OAUTH_CALLS: Calls = frozenset({("POST", ACCESS_TOKEN), ("POST", REFRESH_TOKEN)})
"""All that the token keeper may send."""

PACE: Mapping[str, float] = {
    ADVERTISERS: 1, SHOP_ADVERTISERS: 2, PUBLIC_INFO: 2, LIST: 15, DETAIL: 6, MATERIALS: 6,
    TOPIC: 20, BOOSTS: 4, LOG: 10, SET_TARGET: 1, SET_BUDGET: 1, SET_STATUS: 1,
    DELETE_MATERIAL: 1, ADD_MATERIAL: 1,
}  # fmt: skip
"""Calls per second of an endpoint: third-party figures less a margin (qianchuan.md 3.3)."""
