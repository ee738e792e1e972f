"""The exact POST of each kind of write, and how its answer is judged (qianchuan.md 6, 11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.campaign import ACTIONS
from bidctl.adapters.qianchuan.encode import Value, wire_id, wire_number
from bidctl.adapters.qianchuan.envelope import Envelope
from bidctl.adapters.qianchuan.wire.material import MaterialRow, Media
from bidctl.adapters.qianchuan.wire.writes import Nothing, ResultRow, Results
from bidctl.domain.values import CampaignId, Field, Kind
from bidctl.domain.writes import AnswerKind, WriteRequest

Verdict = Callable[[Envelope, CampaignId], tuple[AnswerKind, str]]
TARGET_MIN, TARGET_MAX = Decimal("0.01"), Decimal(100)


@dataclass(frozen=True, slots=True)
class Post:
    """One POST: where, what, and how an answer with code 0 is judged (raises ReadFailed where it does not parse)."""

    path: str
    body: dict[str, Value]
    verdict: Verdict


def build(request: WriteRequest, material: tuple[Kind, MaterialRow] | None) -> Post:
    """The POST of a write. `material` only for `add:<id>`. Raises ValueError where the request cannot be sent as it is."""
    makers = {Field.ROI_TARGET: _target, Field.BUDGET: _budget, Field.STATUS: _status}
    if request.field is Field.CREATIVE:
        return _creative(request, material)
    if request.field not in makers:
        raise ValueError(f"{request.field.value}: 不支持写入 / is not written by bidctl")
    return makers[request.field](request)


def _target(request: WriteRequest) -> Post:
    if request.objective is None:
        raise ValueError("优化目标未知, 不发送 / the plan's objective is not known, and another value would switch it")
    if not TARGET_MIN <= Decimal(request.value) <= TARGET_MAX:
        raise ValueError(f"ROI目标 {request.value}: 应在 {TARGET_MIN}-{TARGET_MAX} / target out of range")
    row: Value = {
        "ad_id": wire_id(request.campaign),
        "roi2_goal": wire_number(request.value),
        "deep_external_action": ACTIONS[request.objective],
    }
    return Post(ep.SET_TARGET, {"advertiser_id": wire_id(request.account), "update_roi2_infos": [row]}, _by_status)


def _budget(request: WriteRequest) -> Post:
    if not Decimal(request.value) > 0:
        raise ValueError(f"预算 {request.value}: 应大于 0 / the budget must be above 0")
    row: Value = {"ad_id": wire_id(request.campaign), "budget": wire_number(request.value)}
    return Post(ep.SET_BUDGET, {"advertiser_id": wire_id(request.account), "update_budget_infos": [row]}, _by_status)


def _status(request: WriteRequest) -> Post:
    if request.value not in ("ENABLE", "DISABLE"):
        raise ValueError(f"状态 {request.value!r}: 应为 ENABLE 或 DISABLE / expected ENABLE or DISABLE")
    body: dict[str, Value] = {
        "advertiser_id": wire_id(request.account),
        "ad_ids": [wire_id(request.campaign)],
        "opt_status": request.value,
    }
    return Post(ep.SET_STATUS, body, _by_flag)


def _creative(request: WriteRequest, material: tuple[Kind, MaterialRow] | None) -> Post:
    verb, _, number = request.value.partition(":")
    body: dict[str, Value] = {"advertiser_id": wire_id(request.account), "ad_id": wire_id(request.campaign)}
    if verb == "delete":
        return Post(ep.DELETE_MATERIAL, body | {"material_ids": [wire_id(number)]}, _by_code)
    if verb == "add" and material is not None:
        return Post(ep.ADD_MATERIAL, body | _addition(*material), _by_code)
    raise ValueError(f"{request.value!r}: 应为 delete:<id> 或 add:<id> / expected delete:<id> or add:<id>")


def _addition(kind: Kind, row: MaterialRow) -> dict[str, Value]:
    media = row.material_info.video_material
    if media is None:
        raise ValueError("只支持重新添加视频素材 / only videos can be added again")
    video: list[Value] = [_video(media)]
    if kind is Kind.LIVE:
        return {"programmatic_creative_media_list": {"video_material": video}}
    if not row.product_id_list:
        raise ValueError("素材没有关联商品 / the creative names no product")
    return {
        "multi_product_creative_list": [
            {"product_id": wire_id(number), "video_material": video} for number in row.product_id_list
        ]
    }


def _video(media: Media) -> dict[str, Value]:
    """A video of the account's home page by its item id, an uploaded one by video id, shape and cover."""
    if media.aweme_item_id:
        return {"aweme_item_id": wire_id(media.aweme_item_id)}
    if not media.video_id:
        raise ValueError(f"素材 {media.material_id} 没有视频 id / the creative names no video")
    cover = media.cover_image
    video: dict[str, Value] = {"video_id": media.video_id}
    if cover and cover.width and cover.height:
        video["image_mode"] = "VIDEO_VERTICAL" if cover.height >= cover.width else "VIDEO_LARGE"
    return video | ({"video_cover_id": cover.id} if cover and cover.id else {})


def _row(envelope: Envelope, campaign: CampaignId) -> ResultRow | None:
    """Our row; None where it is missing or told twice."""
    rows = [row for row in envelope.read(Results).results if row.ad_id == campaign]
    return rows[0] if len(rows) == 1 else None


_MISSING = (AnswerKind.UNKNOWN, "结果未明: 返回中没有本计划的结果 / outcome unknown: no result row for this plan")


def _by_status(envelope: Envelope, campaign: CampaignId) -> tuple[AnswerKind, str]:
    row = _row(envelope, campaign)
    if row is None or row.status not in ("SUCCESS", "FAILED"):
        return _MISSING
    if row.status == "SUCCESS":
        return AnswerKind.ACCEPTED, ""
    return AnswerKind.REFUSED, f"平台拒绝 / refused: {row.error_message or 'FAILED'}"


def _by_flag(envelope: Envelope, campaign: CampaignId) -> tuple[AnswerKind, str]:
    row = _row(envelope, campaign)
    if row is None or row.flag is None:
        return _MISSING
    if row.flag:
        return AnswerKind.ACCEPTED, ""
    error = row.error
    told = f"{error.error_code} {error.error_message}" if error else row.error_message or "flag false"
    return AnswerKind.REFUSED, f"平台拒绝 / refused: {told}"


def _by_code(envelope: Envelope, campaign: CampaignId) -> tuple[AnswerKind, str]:
    """Creatives answer `{}`: code 0 is all there is; the gate reads the list back."""
    envelope.read(Nothing)
    return AnswerKind.ACCEPTED, ""
