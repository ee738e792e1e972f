"""The exact POST of each kind of write, and how its answer is judged (qianchuan.md 6, 11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bidctl.adapters.openapi.envelope import Envelope
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.campaign import ACTIONS
from bidctl.adapters.qianchuan.encode import Value, wire_id, wire_number
from bidctl.adapters.qianchuan.wire.material import MaterialRow, Media
from bidctl.adapters.qianchuan.wire.writes import Nothing, ResultRow, Results
from bidctl.adapters.qianchuan.words import Say
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
        raise ValueError(Say.NOT_WRITABLE(field=request.field.value).both)
    return makers[request.field](request)


def _target(request: WriteRequest) -> Post:
    if request.objective is None:
        raise ValueError(Say.NO_OBJECTIVE().both)
    if not TARGET_MIN <= Decimal(request.value) <= TARGET_MAX:
        raise ValueError(Say.TARGET_RANGE(value=request.value, low=TARGET_MIN, high=TARGET_MAX).both)
    row: Value = {
        "ad_id": wire_id(request.campaign),
        "roi2_goal": wire_number(request.value),
        "deep_external_action": ACTIONS[request.objective],
    }
    return Post(ep.SET_TARGET, {"advertiser_id": wire_id(request.account), "update_roi2_infos": [row]}, _by_status)


def _budget(request: WriteRequest) -> Post:
    if not Decimal(request.value) > 0:
        raise ValueError(Say.BUDGET_RANGE(value=request.value).both)
    row: Value = {"ad_id": wire_id(request.campaign), "budget": wire_number(request.value)}
    return Post(ep.SET_BUDGET, {"advertiser_id": wire_id(request.account), "update_budget_infos": [row]}, _by_status)


def _status(request: WriteRequest) -> Post:
    if request.value not in ("ENABLE", "DISABLE"):
        raise ValueError(Say.STATUS_VALUE(value=request.value).both)
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
    raise ValueError(Say.CREATIVE_VALUE(value=request.value).both)


def _addition(kind: Kind, row: MaterialRow) -> dict[str, Value]:
    media = row.material_info.video_material
    if media is None:
        raise ValueError(Say.ONLY_VIDEOS().both)
    video: list[Value] = [_video(media)]
    if kind is Kind.LIVE:
        return {"programmatic_creative_media_list": {"video_material": video}}
    if not row.product_id_list:
        raise ValueError(Say.NO_PRODUCT().both)
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
        raise ValueError(Say.NO_VIDEO(creative=media.material_id).both)
    cover = media.cover_image
    video: dict[str, Value] = {"video_id": media.video_id}
    if cover and cover.width and cover.height:
        video["image_mode"] = "VIDEO_VERTICAL" if cover.height >= cover.width else "VIDEO_LARGE"
    return video | ({"video_cover_id": cover.id} if cover and cover.id else {})


def _row(envelope: Envelope, campaign: CampaignId) -> ResultRow | None:
    """Our row; None where it is missing or told twice."""
    rows = [row for row in envelope.read(Results).results if row.ad_id == campaign]
    return rows[0] if len(rows) == 1 else None


_MISSING = (AnswerKind.UNKNOWN, Say.NO_RESULT_ROW().both)


def _by_status(envelope: Envelope, campaign: CampaignId) -> tuple[AnswerKind, str]:
    row = _row(envelope, campaign)
    if row is None or row.status not in ("SUCCESS", "FAILED"):
        return _MISSING
    if row.status == "SUCCESS":
        return AnswerKind.ACCEPTED, ""
    return AnswerKind.REFUSED, Say.PLATFORM_REFUSED(why=row.error_message or "FAILED").both


def _by_flag(envelope: Envelope, campaign: CampaignId) -> tuple[AnswerKind, str]:
    row = _row(envelope, campaign)
    if row is None or row.flag is None:
        return _MISSING
    if row.flag:
        return AnswerKind.ACCEPTED, ""
    error = row.error
    told = f"{error.error_code} {error.error_message}" if error else row.error_message or "flag false"
    return AnswerKind.REFUSED, Say.PLATFORM_REFUSED(why=told).both


def _by_code(envelope: Envelope, campaign: CampaignId) -> tuple[AnswerKind, str]:
    """Creatives answer `{}`: code 0 is all there is; the gate reads the list back."""
    envelope.read(Nothing)
    return AnswerKind.ACCEPTED, ""
