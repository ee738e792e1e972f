"""Rows of orders, refunds and bills that were put aside, and where told facts come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.orders import Doubt
from bidctl.wording import Wording


class Doubtful(Exception):
    """A row that is put aside: nothing of it counts."""

    def __init__(self, doubt: Doubt, why: Wording) -> None:
        super().__init__(why.both)
        self.doubt, self.why = doubt, why


class Settle(IntEnum):
    """How a person settles a row put aside. Numbers are stored: never reuse one."""

    KEEP = 0
    ACCEPT = 1
    DROP = 2


SETTLED: dict[Settle, Wording] = {
    Settle.KEEP: Wording("保留现状", "what stands is kept"),
    Settle.ACCEPT: Wording("采用这一行的金额", "its amount counts"),
    Settle.DROP: Wording("作废, 不再计入", "counts for nothing"),
}


@dataclass(frozen=True, slots=True)
class Aside:
    """One row put aside. `kind`: order, refund, bill, or row where not even that could be read; `key` its own id; `order` the order
    it speaks of ("" = not told); `file` and `line` where it stood; `raw` its text; `known_at` epoch second; `words` what
    makes it the same row when it is told again ("" = its text); `why` what is wrong with it beyond the doubt's own words; `fen`
    the amount it says on the paid basis, None = it could not be read."""

    doubt: Doubt
    kind: str
    key: str
    order: str
    file: str
    line: int
    raw: str
    known_at: float
    words: str = ""
    why: str = ""
    fen: int | None = None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A row put aside as it is stored: its number, who settled it when (None = open) and how; `counts`: the amount in fen that
    counts since then, where that was said."""

    id: int
    row: Aside
    resolved_by: str | None
    resolved_at: datetime | None
    how: Settle | None = None
    counts: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a batch of facts comes from. `file`: its name, or the shop's interface; `orders`, `refunds`, `bills`: line of each row;
    `raw`: the text of a line; `assumed`: `known_at` was modelled, not seen."""

    file: str
    orders: NDArray[np.int64]
    refunds: NDArray[np.int64]
    bills: NDArray[np.int64]
    raw: Callable[[int], str]
    assumed: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch brought: new `orders`, `refunds`, `bills`; rows told `again`; rows newly put `aside`."""

    orders: int = 0
    refunds: int = 0
    bills: int = 0
    again: int = 0
    aside: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.orders + other.orders,
            self.refunds + other.refunds,
            self.bills + other.bills,
            self.again + other.again,
            self.aside + other.aside,
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """How far one kind of a shop's facts has been fetched, epoch seconds: all of it from `since` up to `until`; `begun_at`: the first
    look, before which nobody saw when things became known."""

    until: float
    begun_at: float
    since: float
