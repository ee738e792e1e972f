"""Writes: the exact request, sent once, and the outcome of every kind of answer."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.adapters.http import httpx
from bidctl.adapters.openapi.errors import NeedsAuthorisation
from bidctl.adapters.qianchuan.encode import dump, wire_number
from bidctl.domain.values import Field, Objective
from bidctl.domain.writes import AnswerKind, WriteRequest
from bidctl.wording import Wording
from tests.adapters.qianchuan.fakes import ACCOUNT, PLAN, FakeClock, FakePlatform, FakeTokens, detail, envelope

TARGET = "uni_promotion/ad/roi2_goal/update/"
BUDGET = "uni_promotion/ad/budget/update/"
STATUS = "uni_promotion/ad/status/update/"
DELETE = "uni_promotion/ad/material/delete/"
ADD = "uni_promotion/ad/material/add/"
MATERIALS = "uni_promotion/ad/material/get/"
DECISION = "0123456789abcdef" * 2
AD = int(PLAN)


def request(field: Field, value: str, objective: Objective | None = None) -> WriteRequest:
    return WriteRequest(ACCOUNT, PLAN, field, "old", value, DECISION, objective)


def target(value: str = "2.15", objective: Objective | None = Objective.NET_ROI) -> WriteRequest:
    return request(Field.ROI_TARGET, value, objective)


def rows(*found: dict[str, object]) -> httpx.Response:
    return envelope({"results": list(found)})


async def test_the_target_goes_with_its_own_objective_and_the_decision_id() -> None:
    platform = FakePlatform().on(TARGET, rows({"ad_id": AD, "status": "SUCCESS", "error_message": ""}))
    answer = await platform.writer().write(target(objective=Objective.PAY_ROI))
    assert answer.kind is AnswerKind.ACCEPTED and answer.request_id == "20260902rid" and answer.at is not None
    (sent,) = platform.requests
    assert json.loads(sent.content) == {
        "advertiser_id": int(ACCOUNT),
        "update_roi2_infos": [{"ad_id": AD, "roi2_goal": 2.15, "deep_external_action": "AD_CONVERT_TYPE_LIVE_PAY_ROI"}],
    }
    assert b'"roi2_goal":2.15,' in sent.content  # exact on the wire
    assert sent.headers["X-Request-Id"] == DECISION and sent.headers["Access-Token"] == "token-0"
    assert sent.headers["Content-Type"] == "application/json"


SUCCESS = {"ad_id": AD, "status": "SUCCESS", "error_message": ""}
OUTCOMES = [
    (rows(SUCCESS), AnswerKind.ACCEPTED),
    (rows({"ad_id": AD, "status": "FAILED", "error_message": "no"}), AnswerKind.REFUSED),
    (rows({"ad_id": AD + 1, "status": "SUCCESS"}), AnswerKind.UNKNOWN),  # ours is missing
    (rows(), AnswerKind.UNKNOWN),
    (rows({"ad_id": AD, "status": "PERHAPS"}), AnswerKind.UNKNOWN),
    (rows({"ad_id": AD, "flag": True}), AnswerKind.UNKNOWN),  # another endpoint's form
    (rows(SUCCESS, {"ad_id": AD, "status": "FAILED"}), AnswerKind.UNKNOWN),
    (envelope(None), AnswerKind.UNKNOWN),
    (envelope([]), AnswerKind.UNKNOWN),
    (httpx.Response(200, content=b'{"code":0,"da'), AnswerKind.UNKNOWN),
    (httpx.Response(200, content=b""), AnswerKind.UNKNOWN),
    (httpx.Response(500, content=b"oops"), AnswerKind.UNKNOWN),
    (httpx.Response(503, json={"code": 40001, "message": "gateway"}), AnswerKind.UNKNOWN),
    (httpx.Response(302, headers={"Location": "/elsewhere"}), AnswerKind.UNKNOWN),
    (httpx.Response(429, json={"code": 40110, "message": "slow", "request_id": "r"}), AnswerKind.PUT_OFF),
    (httpx.ConnectError("refused"), AnswerKind.NOT_SENT),
    (httpx.ConnectTimeout("slow"), AnswerKind.NOT_SENT),
    (httpx.PoolTimeout("busy"), AnswerKind.NOT_SENT),
    (httpx.ReadTimeout("slow"), AnswerKind.UNKNOWN),
    (httpx.WriteTimeout("slow"), AnswerKind.UNKNOWN),
    (httpx.ReadError("reset"), AnswerKind.UNKNOWN),
    (httpx.WriteError("reset"), AnswerKind.UNKNOWN),
    (httpx.RemoteProtocolError("closed"), AnswerKind.UNKNOWN),
    (RuntimeError("a bug somewhere below"), AnswerKind.UNKNOWN),
]


@pytest.mark.parametrize(("answered", "kind"), OUTCOMES)
async def test_the_outcome_of_each_answer_sent_once(answered: object, kind: AnswerKind) -> None:
    platform = FakePlatform().on(TARGET, answered)
    answer = await platform.writer().write(target())
    assert answer.kind is kind
    assert len(platform.requests) == 1
    assert "\n" not in answer.why and (answer.why or kind is AnswerKind.ACCEPTED)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"ad_id": AD, "flag": True}, AnswerKind.ACCEPTED),
        ({"ad_id": AD, "flag": False, "error": {"error_code": 40001, "error_message": "no"}}, AnswerKind.REFUSED),
        ({"ad_id": AD, "flag": False}, AnswerKind.REFUSED),
        ({"ad_id": AD, "status": "SUCCESS"}, AnswerKind.UNKNOWN),
        ({"ad_id": 1, "flag": True}, AnswerKind.UNKNOWN),
    ],
)
async def test_the_status_answers_in_flags(row: dict[str, object], kind: AnswerKind) -> None:
    platform = FakePlatform().on(STATUS, rows(row))
    assert (await platform.writer().write(request(Field.STATUS, "DISABLE"))).kind is kind
    assert json.loads(platform.requests[0].content) == {
        "advertiser_id": int(ACCOUNT), "ad_ids": [AD], "opt_status": "DISABLE"
    }  # fmt: skip


async def test_the_budget_is_yuan() -> None:
    platform = FakePlatform().on(BUDGET, rows(SUCCESS))
    assert (await platform.writer().write(request(Field.BUDGET, "1200.00"))).kind is AnswerKind.ACCEPTED
    assert b'{"ad_id":1861000000000001,"budget":1200}' in platform.requests[0].content


async def test_an_expired_token_puts_it_off_and_the_next_write_takes_a_new_one() -> None:
    platform = FakePlatform().on(TARGET, envelope(None, 40102, "expired"), rows(SUCCESS))
    writer = platform.writer()
    first = await writer.write(target())
    assert first.kind is AnswerKind.PUT_OFF and "40102" in first.why and len(platform.requests) == 1
    assert (await writer.write(target())).kind is AnswerKind.ACCEPTED
    assert platform.requests[1].headers["Access-Token"] == "token-1"


async def test_after_40110_nothing_is_sent_until_the_time_is_over() -> None:
    platform = FakePlatform().on(TARGET, envelope(None, 40110, "slow"), rows(SUCCESS))
    writer = platform.writer()
    for _ in range(2):
        assert (await writer.write(target())).kind is AnswerKind.PUT_OFF
    assert len(platform.requests) == 1
    await platform.clock.sleep(301)
    assert (await writer.write(target())).kind is AnswerKind.ACCEPTED
    assert len(platform.requests) == 2


@pytest.mark.parametrize(
    "bad",
    [
        target("2.155"), target("nan"), target("0.00"), target("100.01"), target("-2"), target("two"),
        target(objective=None), request(Field.BUDGET, "0"), request(Field.STATUS, "DELETE"),
        request(Field.OBJECTIVE, "net_roi"), request(Field.CREATIVE, "drop:5"), request(Field.CREATIVE, "delete:x"),
    ],
)  # fmt: skip
async def test_what_may_not_be_sent_is_not_sent(bad: WriteRequest) -> None:
    platform = FakePlatform()
    answer = await platform.writer().write(bad)
    assert answer.kind is AnswerKind.NOT_SENT and answer.why and not platform.requests


async def test_without_a_token_nothing_is_sent() -> None:
    platform = FakePlatform()

    async def none() -> str:
        raise NeedsAuthorisation(Wording("无", "none"))

    platform.tokens.access_token = none  # type: ignore[method-assign]
    answer = await platform.writer().write(target())
    assert answer.kind is AnswerKind.NOT_SENT and "bidctl connect" in answer.why


async def test_the_upgrade_to_overall_can_never_be_sent() -> None:
    from bidctl.adapters.openapi.guard import CallForbidden

    platform = FakePlatform()
    writer = platform.writer()
    with pytest.raises(CallForbidden):
        await writer._http.request("POST", "/open_api/v1.0/qianchuan/ad/overall_marketing/update/", content=b"{}")


def material(number: int, **changes: object) -> dict[str, object]:
    video = {
        "material_id": number, "video_id": "v0200fg10000", "title": "t", "cover_image": {"id": "c1", "width": 720, "height": 1280}
    }  # fmt: skip
    return {
        "material_info": {"material_type": "VIDEO", "video_material": video}, "material_status": "DELIVERY_OK",
        "material_select_type": "CUSTOM", "is_delete": False, "product_id_list": [3600000000000000001],
        "aweme_id_list": [90000000001], "stats_info": {"stat_cost_for_roi2": 12.5},
    } | changes  # fmt: skip


def materials(*found: dict[str, object]) -> object:
    def answer(asked: httpx.Request) -> httpx.Response:
        mine = found if '"VIDEO"' in asked.url.params["filtering"] else ()
        return envelope({"ad_material_infos": list(mine), "page_info": {"total_number": len(mine)}})

    return answer


async def test_a_creative_is_deleted_by_its_19_digit_id() -> None:
    platform = FakePlatform().on(DELETE, envelope({}))
    answer = await platform.writer().write(request(Field.CREATIVE, "delete:7400000000000000001"))
    assert answer.kind is AnswerKind.ACCEPTED
    assert b'"material_ids":[7400000000000000001]' in platform.requests[0].content


@pytest.mark.parametrize("goal", ["VIDEO_PROM_GOODS", "LIVE_PROM_GOODS"])
async def test_a_creative_is_added_again_as_it_was(goal: str) -> None:
    platform = FakePlatform().on(ADD, envelope({})).on(MATERIALS, materials(material(7400000000000000001)))
    platform.on("uni_promotion/ad/detail/", envelope(detail(marketing_goal=goal)))
    answer = await platform.writer().write(request(Field.CREATIVE, "add:7400000000000000001"))
    assert answer.kind is AnswerKind.ACCEPTED
    posts = [r for r in platform.requests if r.method == "POST"]
    video = {"video_id": "v0200fg10000", "image_mode": "VIDEO_VERTICAL", "video_cover_id": "c1"}
    expected = (
        {"programmatic_creative_media_list": {"video_material": [video]}}
        if goal == "LIVE_PROM_GOODS"
        else {"multi_product_creative_list": [{"product_id": 3600000000000000001, "video_material": [video]}]}
    )
    assert [json.loads(p.content) for p in posts] == [{"advertiser_id": int(ACCOUNT), "ad_id": AD} | expected]


@pytest.mark.parametrize(("products", "kind"), [([3600], AnswerKind.ACCEPTED), ([3600, 3601], AnswerKind.NOT_SENT)])
async def test_a_deleted_creative_whose_product_is_not_listed_any_more_belongs_to_the_only_one(
    products: list[int], kind: AnswerKind
) -> None:
    gone = material(7400000000000000001, product_id_list=[], material_status="DELETED")
    platform = FakePlatform().on(ADD, envelope({})).on(MATERIALS, materials(gone))
    listed = [{"product_id": number} for number in products]
    platform.on("uni_promotion/ad/detail/", envelope(detail(marketing_goal="VIDEO_PROM_GOODS", product_infos=listed)))
    assert (await platform.writer().write(request(Field.CREATIVE, "add:7400000000000000001"))).kind is kind


async def test_nothing_is_added_where_the_campaign_cannot_be_read() -> None:
    platform = FakePlatform().on(MATERIALS, materials())
    answer = await platform.writer().write(request(Field.CREATIVE, "add:7400000000000000001"))
    assert answer.kind is AnswerKind.NOT_SENT and all(r.method == "GET" for r in platform.requests)


@given(st.decimals(min_value="0.01", max_value="999999999.99", places=2))
def test_every_decimal_of_two_places_is_exact_on_the_wire(value: Decimal) -> None:
    text = dump(wire_number(str(value)))
    assert Decimal(text) == value and len(text.partition(".")[2]) <= 2


class SlowTokens(FakeTokens):
    """A token that must be refreshed first, which takes as long as it takes."""

    def __init__(self, clock: FakeClock, seconds: float) -> None:
        super().__init__()
        self._clock, self._seconds = clock, seconds

    async def access_token(self) -> str:
        await self._clock.sleep(self._seconds)
        return await super().access_token()


@pytest.mark.parametrize(("seconds", "kind"), [(3.0, AnswerKind.ACCEPTED), (5.0, AnswerKind.NOT_SENT)])
async def test_nothing_is_sent_past_the_latest_moment_however_long_the_token_took(
    seconds: float, kind: AnswerKind
) -> None:
    platform = FakePlatform().on(TARGET, rows(SUCCESS))
    platform.tokens = SlowTokens(platform.clock, seconds)
    latest = platform.clock.monotonic() + 4.0
    answer = await platform.writer().write(replace(target(), latest=latest))
    assert answer.kind is kind and len(platform.requests) == (kind is AnswerKind.ACCEPTED)
