"""The campaigns of one account by row, as last listed, in columns."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import CampaignId, Kind, Objective, Protection

Float = NDArray[np.float64]
Int = NDArray[np.int64]

_COLUMNS: dict[str, object] = {
    "kind": np.int8(0), "cost_controlled": False, "hosted": False, "target": np.int64(0), "has_target": False,
    "net": False, "has_objective": False, "on": False, "off_air": False, "stopped": False, "odd": False, "budget": np.inf,
    "created": np.nan, "modified": np.nan, "protection": np.int8(0), "seen": -np.inf, "first_seen": np.inf,
    "listed": False, "unit": np.int64(-1), "same": np.int64(-1), "whole": np.int64(-1), "live_key": np.int64(-1),
}  # fmt: skip


class Roster:
    """Row numbers and the listed facts of each campaign; `column` gives an (n,) array by name.

    `unit` life unit, `same` and `whole` groups of R-START's rungs, `live_key` dense number of the live account, -1 = none.
    """

    def __init__(self) -> None:
        self.index: dict[CampaignId, int] = {}
        self.infos: list[CampaignInfo | None] = []
        self.names: list[CampaignId] = []
        self._c: dict[str, NDArray[np.generic]] = {
            k: np.array([], dtype=np.asarray(v).dtype) for k, v in _COLUMNS.items()
        }
        self.keys: dict[Hashable, int] = {}
        self._order = np.zeros(0, np.int64)

    def __len__(self) -> int:
        return len(self.names)

    def column(self, name: str) -> NDArray[np.generic]:
        return self._c[name]

    def floats(self, name: str) -> Float:
        return self._c[name].astype(np.float64, copy=False)

    def ints(self, name: str) -> Int:
        return self._c[name].astype(np.int64, copy=False)

    def flags(self, name: str) -> NDArray[np.bool_]:
        return self._c[name].astype(np.bool_, copy=False)

    def rows(self, campaigns: Sequence[CampaignId]) -> Int:
        """Row of each campaign; unknown ones get a new row."""
        fresh = [c for c in dict.fromkeys(campaigns) if c not in self.index]
        for c in fresh:
            self.index[c] = len(self.names)
            self.names.append(c)
            self.infos.append(None)
        if fresh:
            self._c = {k: np.concatenate([a, np.full(len(fresh), _COLUMNS[k], a.dtype)]) for k, a in self._c.items()}
        return np.array([self.index[c] for c in campaigns], np.int64)

    def update(self, infos: Sequence[CampaignInfo], at: float) -> Int:
        """Take over what a listing says of these campaigns; their rows."""
        rows = self.rows([i.campaign for i in infos])
        newer = at >= self.floats("seen")[rows]
        c = self._c
        c["first_seen"][rows] = np.minimum(c["first_seen"][rows], at)
        infos = [i for i, ok in zip(infos, newer.tolist(), strict=True) if ok]
        r = rows[newer]
        for row, info in zip(r.tolist(), infos, strict=True):
            self.infos[row] = info
        c["seen"][r] = at
        c["kind"][r] = [int(i.kind) for i in infos]
        c["cost_controlled"][r] = [i.cost_controlled for i in infos]
        c["hosted"][r] = [i.hosted for i in infos]
        c["target"][r] = [i.target_units or 0 for i in infos]
        c["has_target"][r] = [bool(i.target_units) for i in infos]
        c["net"][r] = [i.objective is Objective.NET_ROI for i in infos]
        c["has_objective"][r] = [i.objective is not None for i in infos]
        c["on"][r] = [i.delivering and i.enabled and not i.off_air and not i.ended for i in infos]
        c["off_air"][r] = [i.off_air for i in infos]
        c["stopped"][r] = [i.ended or not i.enabled for i in infos]
        c["odd"][r] = [i.odd is not None for i in infos]
        c["budget"][r] = [np.inf if i.budget is None else float(i.budget) for i in infos]
        c["created"][r] = [np.nan if i.created_at is None else i.created_at.timestamp() for i in infos]
        c["modified"][r] = [np.nan if i.modified_at is None else i.modified_at.timestamp() for i in infos]
        c["protection"][r] = [int(i.protection or Protection.UNKNOWN) for i in infos]
        c["unit"][r] = [self._key(_unit(i)) for i in infos]
        c["same"][r] = [self._key(k) for k in map(_same, infos)]
        c["whole"][r] = [self._key(("whole", *_side(i))) for i in infos]
        c["live_key"][r] = [self._key(("live account", i.live_account) if i.live_account else None) for i in infos]
        return rows

    def absent(self, rows: Int, at: float) -> None:
        """A complete listing did not have these rows any more."""
        self._c["listed"][rows] = False

    def by_name(self) -> Int:
        """Rows in the order of their campaigns' ids, which does not depend on who was heard of first."""
        if len(self._order) != len(self.names):
            self._order = np.argsort(np.array(self.names, np.str_), kind="stable").astype(np.int64)
        return self._order

    def take(self, rows: Int) -> dict[int, int]:
        """Keep these rows, in this order; old row -> new row."""
        kept = rows.tolist()
        self.names = [self.names[r] for r in kept]
        self.infos = [self.infos[r] for r in kept]
        self.index = {c: i for i, c in enumerate(self.names)}
        self._order = np.zeros(0, np.int64)
        self._c = {k: a[rows] for k, a in self._c.items()}
        return {old: new for new, old in enumerate(kept)}

    def live_keys(self, accounts: Iterable[str]) -> list[int]:
        """`live_key` of these live accounts."""
        return [self._key(("live account", one)) for one in accounts]

    def _key(self, key: Hashable | None) -> int:
        return -1 if key is None else self.keys.setdefault(key, len(self.keys))


def _unit(i: CampaignInfo) -> Hashable:
    """Life of live belongs to (live account, objective) (R-OBSERVE); of goods to the campaign."""
    if i.kind is Kind.LIVE and i.live_account:
        return ("unit", i.live_account, i.objective)
    return ("unit", i.campaign)


def _side(i: CampaignInfo) -> tuple[Hashable, ...]:
    """What every rung of R-START's average stays within: goal, objective, cost side, bidding type."""
    return (i.kind, i.objective, i.hosted, i.cost_controlled)


def _same(i: CampaignInfo) -> Hashable | None:
    if i.kind is Kind.LIVE:
        return ("same", i.live_account, *_side(i)) if i.live_account else None
    return ("same", tuple(sorted(i.products)), *_side(i)) if i.products else None
