"""Every code of the platform's table, walked: what a read does with it, what a write makes of it."""

from __future__ import annotations

import pytest

from bidctl.adapters.http import httpx
from bidctl.adapters.openapi.errors import EndpointStopped, NeedsAuthorisation
from bidctl.adapters.openapi.exchange import Retries
from bidctl.adapters.qianchuan.errors import CODES, Action, rule_for
from bidctl.domain.values import CampaignId, Field, Objective
from bidctl.domain.writes import AnswerKind, WriteRequest
from bidctl.engine.ports import ReadFailed
from tests.adapters.qianchuan.fakes import ACCOUNT, AT_ONCE, PLAN, FakePlatform, detail, envelope

DETAIL = "uni_promotion/ad/detail/"
TARGET = "uni_promotion/ad/roi2_goal/update/"

# written from the fact sheet's table 3.2, not from the code: code -> (requests of one read, needs a person, stops account)
REPEATED, ONCE, REFRESHED = 4, 1, 2
TABLE = {
    **dict.fromkeys(
        (40000, 40001, 40002, 40003, 40101, 40104, 40106, 40108, 40113, 40115, 40118, 40119), (ONCE, False, False)
    ),
    **dict.fromkeys((40200, 40201, 40900, 40110, 40130), (ONCE, False, False)),
    **dict.fromkeys((40300, 40301), (ONCE, False, True)),
    **dict.fromkeys((40102, 40105), (REFRESHED, False, False)),
    **dict.fromkeys((40103, 40107), (ONCE, True, False)),
    **dict.fromkeys((40100, 50000, 50001, 50002, 50003, 50004, 50005, 51010), (REPEATED, False, False)),
}


def test_the_table_is_the_fact_sheets() -> None:
    assert set(CODES) == {0, *TABLE}
    assert all(rule.zh and rule.en for rule in CODES.values())


@pytest.mark.parametrize(("code", "expected"), [*TABLE.items(), (59999, (4, False, False)), (41234, (1, False, False))])
async def test_a_read_with_each_code(code: int, expected: tuple[int, bool, bool]) -> None:
    requests, person, stops = expected
    platform = FakePlatform().on(DETAIL, envelope(None, code, "some\ntext"))
    with pytest.raises(ReadFailed) as error:
        await platform.reads().campaign(ACCOUNT, PLAN)
    assert len(platform.requests) == requests
    assert isinstance(error.value, NeedsAuthorisation) is person
    assert error.value.stops_account is stops
    assert "\n" not in error.value.why
    assert len(platform.tokens.rejected) == (1 if requests == REFRESHED else 0)


@pytest.mark.parametrize("code", [c for c in TABLE if c])
async def test_a_write_with_each_code_is_sent_once(code: int) -> None:
    platform = FakePlatform().on(TARGET, envelope(None, code, "text"))
    answer = await platform.writer().write(_write())
    assert len(platform.requests) == 1
    passing = code in (40100, 40102, 40105, 40110, 40130)
    told = AnswerKind.PUT_OFF if passing else AnswerKind.REFUSED
    assert answer.kind is (told if code < 50000 else AnswerKind.UNKNOWN)
    assert str(code) in answer.why and answer.request_id == "20260902rid"


async def test_a_write_with_a_code_nobody_has_described_is_unknown() -> None:
    platform = FakePlatform().on(TARGET, envelope(None, 60001, "text"))
    assert (await platform.writer().write(_write())).kind is AnswerKind.UNKNOWN


async def test_a_read_that_succeeds_at_the_last_try() -> None:
    bad = envelope(None, 40100, "busy")
    platform = FakePlatform().on(DETAIL, bad, httpx.ReadTimeout("slow"), httpx.Response(502), envelope(detail()))
    assert (await platform.reads().campaign(ACCOUNT, PLAN)).info.target_units == 250
    assert len(platform.requests) == 4


async def test_a_refreshed_token_is_used_for_the_repeat() -> None:
    platform = FakePlatform().on(DETAIL, envelope(None, 40102, "expired"), envelope(detail()))
    await platform.reads().campaign(ACCOUNT, PLAN)
    assert [r.headers["Access-Token"] for r in platform.requests] == ["token-0", "token-1"]


async def test_network_errors_are_repeated_a_bounded_number_of_times() -> None:
    platform = FakePlatform().on(DETAIL, httpx.ConnectError("refused"))
    with pytest.raises(ReadFailed):
        await platform.reads().campaign(ACCOUNT, PLAN)
    assert len(platform.requests) == AT_ONCE.attempts


async def test_tries_end_with_the_time_allowed() -> None:
    platform = FakePlatform().on(DETAIL, httpx.ConnectError("refused"))
    with pytest.raises(ReadFailed):
        await _ask(platform, Retries(attempts=1000, total_s=0.2, first_wait_s=0.05, longest_wait_s=0.05, jitter_s=0.0))
    assert len(platform.requests) < 10


async def _ask(platform: FakePlatform, retries: Retries) -> None:
    from bidctl.adapters.qianchuan.reads import QianchuanReads

    await QianchuanReads(platform.client(retries)).campaign(ACCOUNT, PLAN)


@pytest.mark.parametrize(("header", "seconds"), [("17", 17), (None, 300), ("soon", 300), ("-1", 300)])
async def test_40110_stops_that_endpoint_alone_for_the_time_named(header: str | None, seconds: int) -> None:
    headers = {"X-RateLimit-RetryIn": header} if header else {}
    platform = FakePlatform().on(DETAIL, envelope(None, 40110, "slow down", **headers), envelope(detail()))
    platform.on("uni_aweme/suggest/roi/", envelope({"ecp_roi2_goal": 2.6}))
    reads = platform.reads()
    with pytest.raises(ReadFailed):
        await reads.campaign(ACCOUNT, PLAN)
    await platform.clock.sleep(seconds - 1)
    with pytest.raises(EndpointStopped):
        await reads.campaign(ACCOUNT, CampaignId("2"))
    assert len(platform.requests) == 1  # nothing was sent
    await platform.clock.sleep(1)
    await reads.campaign(ACCOUNT, PLAN)


async def test_40130_stops_the_endpoint_for_that_advertiser_alone() -> None:
    from bidctl.domain.values import AccountId

    platform = FakePlatform().on(DETAIL, envelope(None, 40130, "inactive"), envelope(detail()))
    reads = platform.reads()
    with pytest.raises(ReadFailed):
        await reads.campaign(ACCOUNT, PLAN)
    with pytest.raises(EndpointStopped):
        await reads.campaign(ACCOUNT, PLAN)
    await reads.campaign(AccountId("1700000000000012"), PLAN)


def test_unknown_codes_have_a_rule() -> None:
    assert rule_for(55555).action is Action.BACK_OFF and rule_for(12345).action is Action.ALERT


def _write() -> WriteRequest:
    return WriteRequest(ACCOUNT, PLAN, Field.ROI_TARGET, "2.50", "2.63", "d" * 32, Objective.NET_ROI)
