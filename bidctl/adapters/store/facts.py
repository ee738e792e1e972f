"""Facts with two times: a new row only when a value changed, so that what was known when can be told for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, literal, select

from bidctl.adapters.store.instants import micros
from bidctl.adapters.store.schema import FACTS, NEWEST_FACTS
from bidctl.adapters.store.work import Work
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import AccountId

MEASURES = tuple(c.name for c in FACTS.c if c.name in METRICS)
"""The metrics in the order of the tables' columns."""
COUNTS = frozenset({"orders", "orders_1h"})
FEN = 100
SECOND_US = 1e6
HOUR_US = 3_600_000_000

Key = tuple[int, int, str]
"""(happened_at, grain, campaign)."""
Version = tuple[int, tuple[float | None, ...]]
"""(known_at, values in the order of `MEASURES`; fen and counts, None = not reported)."""


_NEWEST = select(*(NEWEST_FACTS.c[name] for name in ("happened_at", "grain", "campaign", "known_at", *MEASURES))).where(
    NEWEST_FACTS.c.account == bindparam("account"),
    NEWEST_FACTS.c.grain == bindparam("grain"),
    NEWEST_FACTS.c.happened_at.between(bindparam("first"), bindparam("last")),
)


class FactRows(Work):
    """The fact part of a transaction; see `engine.ports.Transaction`."""

    def add_facts(self, account: AccountId, panel: Panel) -> int:
        if len(panel) == 0:
            return 0
        newest = self._newest_facts(account, panel)
        changed: list[tuple[Any, ...]] = []
        heads: dict[Key, tuple[Any, ...]] = {}
        for key, (known, values), assumed in _versions(panel):
            before = newest.get(key)
            if before is None or before[1] != values or _opens_an_hour(key, before[0], known):
                changed.append((account, *key, known, assumed, *values))
            elif key[1] == Grain.CUMULATIVE and known > before[0]:
                heads[key] = (account, *key, before[0], known, *values)
                continue
            else:
                continue
            if before is None or known >= before[0]:
                newest[key], heads[key] = (known, values), (account, *key, known, known, *values)
        self.pour(FACTS, changed)
        self.pour(NEWEST_FACTS, list(heads.values()))
        return len(changed)

    def load_facts(self, account: AccountId, since: datetime) -> Panel:
        """Every stored version of the facts whose span began at `since` or later, and of each day's totals the last
        reading, though it repeated the one before."""
        stored, last, key = FACTS.c, NEWEST_FACTS.c, ("campaign", "grain", "happened_at")
        late = (stored.account == account) & (stored.happened_at >= micros(since))
        found = self.rows(select(*(stored[n] for n in (*key, "known_at", "assumed", *MEASURES))).where(late))
        again = (last.account == account) & (last.happened_at >= micros(since)) & (last.seen_at > last.known_at)
        repeated = [*(last[n] for n in key), last.seen_at, literal(False), *(last[n] for n in MEASURES)]
        return _panel([*found, *self.rows(select(*repeated).where(again))])

    def _newest_facts(self, account: AccountId, panel: Panel) -> dict[Key, Version]:
        """The newest version of every fact in the spans that the panel touches."""
        newest: dict[Key, Version] = {}
        for grain in np.unique(panel.grain).tolist():
            us = _micros(panel.happened_at[panel.grain == grain])
            rows = self.rows(_NEWEST, account=account, grain=grain, first=min(us), last=max(us))
            newest |= {(r[0], r[1], r[2]): (r[3], tuple(r[4:])) for r in rows}
        return newest


def _opens_an_hour(key: Key, before: int, known: int) -> bool:
    """Totals of a day are readings of their own: the first of each hour is kept, so that a flat hour is known to be flat."""
    return key[1] == Grain.CUMULATIVE and (known - 1) // HOUR_US > (before - 1) // HOUR_US


def _versions(panel: Panel) -> Iterator[tuple[Key, Version, bool]]:
    """The panel's facts, oldest knowledge first."""
    p = panel.take(np.argsort(panel.known_at, kind="stable"))
    keys = zip(_micros(p.happened_at), p.grain.tolist(), p.campaign.tolist(), strict=True)
    values = zip(*(_stored(name, getattr(p, name)) for name in MEASURES), strict=True)
    for key, known, value, assumed in zip(keys, _micros(p.known_at), values, p.assumed.tolist(), strict=True):
        yield key, (known, value), assumed


def _micros(seconds: NDArray[np.float64]) -> list[int]:
    found: list[int] = np.rint(seconds * SECOND_US).astype(np.int64).tolist()
    return found


def _stored(name: str, column: NDArray[np.float64]) -> list[float | None]:
    if name in COUNTS:
        return [None if v != v else v for v in column.tolist()]
    return [None if v != v else int(v) for v in np.rint(column * FEN).tolist()]


def _panel(rows: Sequence[Any]) -> Panel:
    if not rows:
        return Panel.empty()
    campaign, grain, happened, known, assumed, *values = zip(*rows, strict=True)
    return Panel(
        campaign=np.array(campaign, dtype=np.str_),
        grain=np.array(grain, dtype=np.int8),
        happened_at=np.array(happened, dtype=np.float64) / SECOND_US,
        known_at=np.array(known, dtype=np.float64) / SECOND_US,
        assumed=np.array(assumed, dtype=np.bool_),
        **{name: _told(name, column) for name, column in zip(MEASURES, values, strict=True)},
    )


def _told(name: str, column: Sequence[Any]) -> NDArray[np.float64]:
    found = np.array(column, dtype=np.float64)  # None becomes NaN
    return found if name in COUNTS else found / FEN
