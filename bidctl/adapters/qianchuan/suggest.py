"""The system's suggested target of a plan, for its own objective and products (qianchuan.md 7)."""

from __future__ import annotations

from collections.abc import Mapping

from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.campaign import ACTIONS, GOALS
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.uni import SuggestedRoi
from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import AccountId, Objective, Suggestion, SuggestionState

UNKNOWN = Suggestion(SuggestionState.UNKNOWN)


async def read_suggestion(
    client: ReadClient, account: AccountId, info: CampaignInfo, live_account: str | None
) -> Suggestion:
    """Ask. Absent, null, 0 = NONE. UNKNOWN without asking where the objective is not known, or for a 乘方 plan on pay
    ROI, which its endpoint does not serve. Raises ReadFailed."""
    if info.objective is None or (info.hosted and info.objective is not Objective.NET_ROI):
        return UNKNOWN
    path = ep.SUGGEST_OVERALL if info.hosted else ep.SUGGEST_UNI
    params: dict[str, Value] = {
        "advertiser_id": wire_id(account), "marketing_goal": GOALS[info.kind], "ad_id": wire_id(info.campaign),
        "deep_external_action": ACTIONS[info.objective], "aweme_id": wire_id(live_account) if live_account else None,
    }  # fmt: skip
    answer = (await client.get(path, {**params, **_products(info)}, SuggestedRoi, account)).data.ecp_roi2_goal
    if answer is None or answer <= 0:
        return Suggestion(SuggestionState.NONE)
    return Suggestion(SuggestionState.NUMBER, answer)


def _products(info: CampaignInfo) -> Mapping[str, Value]:
    """The uni endpoint takes the plan's products; 乘方 knows them from the plan."""
    return {} if info.hosted or not info.products else {"product_ids": [wire_id(p) for p in info.products]}
