"""Calls under way at the same time: their results in order, and none left behind when one fails."""

from __future__ import annotations

import asyncio

import pytest

from bidctl.engine.together import together


async def test_results_come_in_order() -> None:
    async def later(turns: int) -> int:
        for _ in range(turns):
            await asyncio.sleep(0)
        return turns

    assert await together(later(turns) for turns in (3, 0, 2)) == [3, 0, 2]


async def test_a_failure_waits_for_the_others_and_cuts_none_off() -> None:
    ended: list[str] = []

    async def fails(name: str) -> None:
        raise RuntimeError(name)

    async def writes() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("written")

    with pytest.raises(RuntimeError, match="first"):
        await together([writes(), fails("first"), fails("second")])
    assert ended == ["written"]


async def test_who_waits_may_be_stopped() -> None:
    cut = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cut.set()

    waiting = asyncio.ensure_future(together([forever()]))
    for _ in range(3):  # until it waits
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert cut.is_set()
