"""Work that is under way at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TypeVar

Result = TypeVar("Result")


async def together(calls: Iterable[Coroutine[object, object, Result]]) -> list[Result]:
    """Calls that do not need each other's answers: their results in order. The first failure, in order, is raised when all have
    come to an end: none is cut off in the middle of a request (a write whose answer nobody waits for is an unknown outcome), and
    none goes on behind its caller's back."""
    done: list[Result] = []
    for result in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done
