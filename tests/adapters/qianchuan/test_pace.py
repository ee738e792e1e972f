"""Pace in the clock's time, and the platform's clock as its answers tell it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.adapters.openapi.clockoffset import ClockOffset
from bidctl.adapters.openapi.errors import EndpointStopped
from bidctl.adapters.openapi.limits import Limits, Quota
from tests.adapters.qianchuan.fakes import ACCOUNT, NOW, PLAN, FakeClock, FakePlatform, detail, envelope

WIDE = Quota(app=1000, advertiser=1000, endpoint=1000, endpoints={})


async def _times(limits: Limits, clock: FakeClock, calls: list[tuple[str, str | None]]) -> list[float]:
    found = []
    for path, advertiser in calls:
        await limits.acquire(path, advertiser)
        found.append(clock.monotonic())
    return found


@pytest.mark.parametrize(
    ("quota", "calls"),
    [
        (Quota(app=2, advertiser=1000, endpoint=1000, endpoints={}), [("a", "x"), ("b", "y"), ("c", None)] * 4),
        (Quota(app=1000, advertiser=2, endpoint=1000, endpoints={}), [("a", "x"), ("b", "x")] * 6),
        (Quota(app=1000, advertiser=1000, endpoint=1000, endpoints={"a": 2}), [("a", "x"), ("a", "y")] * 6),
    ],
)
async def test_no_second_holds_more_calls_than_allowed(quota: Quota, calls: list[tuple[str, str | None]]) -> None:
    clock = FakeClock()
    times = await _times(Limits(clock, quota), clock, calls)
    for t in times:
        assert sum(t <= other < t + 0.999 for other in times) <= 2
    assert times[-1] - times[0] < 8.0  # and not much slower than allowed


async def test_one_advertiser_does_not_slow_another() -> None:
    clock = FakeClock()
    quota = Quota(app=1000, advertiser=1, endpoint=1000, endpoints={})
    await _times(Limits(clock, quota), clock, [("a", str(i)) for i in range(50)])
    assert clock.slept == 0


async def test_a_write_does_not_wait_longer_than_it_may() -> None:
    clock = FakeClock()
    limits = Limits(clock, Quota(app=1000, advertiser=1000, endpoint=0.1, endpoints={}))
    await limits.acquire("a", "x")
    with pytest.raises(EndpointStopped):
        await limits.acquire("a", "x", max_wait_s=3.0)
    assert clock.slept == 0
    await limits.acquire("a", "x", max_wait_s=11.0)
    assert clock.slept >= 9.9


async def test_without_a_quota_nothing_waits() -> None:
    clock = FakeClock()
    await _times(Limits(clock, None), clock, [("a", "x")] * 1000)
    assert clock.slept == 0


def test_no_answer_no_offset() -> None:
    offset = ClockOffset()
    assert math.isnan(offset.seconds())
    for junk in (None, "", "yesterday", "2026-09-02"):
        offset.observe(junk, NOW, NOW)
    assert math.isnan(offset.seconds())


def _observe(offset: ClockOffset, true: float, sent: datetime, took: float, stamped_at: float) -> None:
    server = sent + timedelta(seconds=took * stamped_at + true)
    offset.observe(format_datetime(server.replace(microsecond=0), usegmt=True), sent, sent + timedelta(seconds=took))


@given(
    st.floats(-86400, 86400),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.001, 0.4), st.floats(0, 1)), min_size=40, max_size=60),
)
def test_the_estimate_is_within_a_second_and_never_ahead(
    true: float, answers: list[tuple[float, float, float]]
) -> None:
    offset, at = ClockOffset(), NOW
    for pause, took, share in answers:
        at += timedelta(seconds=1 + pause)
        _observe(offset, true, at, took, share)
        assert abs(offset.seconds() - true) <= 1.0 + took
        assert offset.seconds() <= max(true, 0.0) + 1e-6


def test_many_answers_are_finer_than_a_second() -> None:
    offset = ClockOffset()
    for i in range(30):
        _observe(offset, 12.34, NOW + timedelta(seconds=1.037 * i), 0.02, 0.5)
    assert abs(offset.seconds() - 12.34) < 0.1


@pytest.mark.parametrize("step", [-31.0, 31.0, 3600.0, -2.5])
def test_a_stepped_clock_is_seen_at_the_next_answer(step: float) -> None:
    offset = ClockOffset()
    for i in range(20):
        _observe(offset, 0.0, NOW + timedelta(seconds=i * 1.1), 0.02, 0.5)
    _observe(offset, step, NOW + timedelta(seconds=60), 0.02, 0.5)
    assert abs(offset.seconds() - step) < 0.6


async def test_every_answer_tells_the_platforms_clock_errors_included() -> None:
    late = format_datetime(datetime(2026, 9, 2, 4, 1, 0, tzinfo=UTC), usegmt=True)
    platform = FakePlatform().on("uni_promotion/ad/detail/", envelope(detail(), Date=late))
    reads = platform.reads()
    assert math.isnan(reads.clock_offset_s())
    await reads.campaign(ACCOUNT, PLAN)
    assert reads.clock_offset_s() == pytest.approx(60.0)
    assert (await reads.campaign(ACCOUNT, PLAN)).read_at == NOW + timedelta(seconds=60)
