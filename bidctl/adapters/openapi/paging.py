"""Reading a whole page set, and noticing when it does not add up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bidctl.adapters.openapi.words import Say

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page: its rows, and the total the platform says the whole set has (None = it did not say)."""

    rows: list[Row]
    total: int | None


@dataclass(frozen=True, slots=True)
class PageSet(Generic[Row]):
    """All rows in order, each key once. `trouble`: one line on what did not add up, None = whole."""

    rows: list[Row]
    trouble: str | None


async def read_all(
    fetch: Callable[[int], Awaitable[Page[Row]]], key: Callable[[Row], Hashable], *, first_page_again: bool = False
) -> PageSet[Row]:
    """Read pages 1, 2, .. until the stated total is reached. A set that does not add up is read once more, because rows
    shift while pages are read. `first_page_again`: re-read page 1 at the end, for an order that moves."""
    found = await _walk(fetch, key, first_page_again)
    return found if found.trouble is None else await _walk(fetch, key, first_page_again)


async def _walk(
    fetch: Callable[[int], Awaitable[Page[Row]]], key: Callable[[Row], Hashable], first_page_again: bool
) -> PageSet[Row]:
    first = page = await fetch(1)
    pages = [first]
    while page.rows and page.total is not None and sum(len(p.rows) for p in pages) < page.total:
        page = await fetch(len(pages) + 1)
        pages.append(page)
    rows = {key(row): row for p in pages for row in p.rows}
    trouble = _trouble(pages, len(rows))
    if trouble is None and first_page_again and len(pages) > 1:
        again = await fetch(1)
        if [key(row) for row in again.rows] != [key(row) for row in first.rows]:
            trouble = Say.PAGE_MOVED().both
    return PageSet(list(rows.values()), trouble)


def _trouble(pages: list[Page[Row]], distinct: int) -> str | None:
    totals = {page.total for page in pages}
    count = sum(len(page.rows) for page in pages)
    if None in totals:
        return Say.NO_TOTAL().both
    if len(totals) > 1:
        return Say.TOTAL_MOVED(totals=sorted(t or 0 for t in totals)).both
    if distinct < count:
        return Say.ROWS_TWICE(count=count - distinct).both
    (total,) = totals
    return None if count == total else Say.ROWS_SHORT(count=count, total=total).both
