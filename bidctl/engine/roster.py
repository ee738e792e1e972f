"""The campaigns observed together by row, as last listed, in columns."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import AccountId, CampaignId, Kind
from bidctl.engine.draw import mark
from bidctl.engine.groups import Groups
from bidctl.engine.listing_columns import NET, NO_OBJECTIVE, ListingColumns

Float = NDArray[np.float64]
Int = NDArray[np.int64]
T = TypeVar("T", bool, int, float)

_COLUMNS: dict[str, object] = {
    "account": np.int64(0), "kind": np.int8(0), "cost_controlled": False, "hosted": False, "target": np.int64(0),
    "has_target": False, "objective": np.int8(NO_OBJECTIVE), "net": False, "has_objective": False, "on": False,
    "off_air": False, "stopped": False, "odd": False, "budget": np.inf,
    "created": np.nan, "modified": np.nan, "protection": np.int8(0), "seen": -np.inf, "first_seen": np.inf,
    "listed": False, "unit": np.int64(-1), "same": np.int64(-1), "whole": np.int64(-1), "live_key": np.int64(-1),
}  # fmt: skip
_TAKEN = ("kind", "cost_controlled", "hosted", "target", "objective", "off_air", "odd", "budget", "created", "modified",
          "protection")  # fmt: skip
_WHO = ("kind", "cost_controlled", "hosted", "objective")
"""Of these, account, live account and products follow the groups that a campaign belongs to."""


class Roster:
    """Row numbers and the listed facts of each campaign; `column` gives an (n,) array by name.

    `account` dense number of its account; `unit` life unit, `same` and `whole` groups of R-START's rungs, `live_key` dense
    number of the live account, -1 = none. A row that was never listed counts to the first account.
    """

    def __init__(self, account: AccountId) -> None:
        self.accounts: dict[str, int] = {account: 0}
        self.index: dict[CampaignId, int] = {}
        self.infos: list[CampaignInfo | None] = []
        self.names: list[CampaignId] = []
        self._c: dict[str, NDArray[np.generic]] = {
            k: np.array([], dtype=np.asarray(v).dtype) for k, v in _COLUMNS.items()
        }
        self._live_account = np.zeros(0, "U1")
        self._products = np.zeros(0, "U1")
        self.keys: dict[Hashable, int] = {}
        self._order = np.zeros(0, np.int64)
        self._text: NDArray[np.str_] = np.zeros(0, "U1")
        self._marks = mark([])
        self._groups: dict[str, Groups] = {}  # kept while no row and no group changes

    def __len__(self) -> int:
        return len(self.names)

    @property
    def by_account(self) -> Groups:
        """The rows by their account."""
        if "account" not in self._groups:
            self._groups["account"] = self.grouped(self.ints("account"), len(self.accounts))
        return self._groups["account"]

    def by_kin(self, name: str) -> Groups:
        """The rows by their group of one of R-START's rungs, `same` or `whole`; group 0 is of those that belong to none."""
        if name not in self._groups:
            of = self.ints(name) + 1
            self._groups[name] = self.grouped(of, int(of.max(initial=0)) + 1)
        return self._groups[name]

    def grouped(self, of: Int, size: int) -> Groups:
        """Groups that add up the same whoever was heard of first."""
        rows = self.by_name()
        return Groups(of, size, None if (rows == np.arange(len(rows))).all() else rows)

    def column(self, name: str) -> NDArray[np.generic]:
        return self._c[name]

    def floats(self, name: str) -> Float:
        return self._c[name].astype(np.float64, copy=False)

    def ints(self, name: str) -> Int:
        return self._c[name].astype(np.int64, copy=False)

    def flags(self, name: str) -> NDArray[np.bool_]:
        return self._c[name].astype(np.bool_, copy=False)

    def texts(self) -> NDArray[np.str_]:
        """(n,) ids."""
        if len(self._text) != len(self.names):
            self._text = np.array(self.names, np.str_)
        return self._text

    def marks(self) -> NDArray[np.uint64]:
        """(n,) for `draw`."""
        if len(self._marks) != len(self.names):
            self._marks = mark(self.names)
        return self._marks

    def among(self, some: Collection[CampaignId]) -> NDArray[np.bool_]:
        """(n,) which are among these."""
        return self.spread(dict.fromkeys(some, True), False)

    def spread(self, values: Mapping[CampaignId, T], blank: T) -> NDArray[Any]:
        """(n,) values of some campaigns, `blank` for the others."""
        out = np.full(len(self), blank)
        for campaign, value in values.items():
            if campaign in self.index:
                out[self.index[campaign]] = value
        return out

    def rows(self, campaigns: Sequence[CampaignId]) -> Int:
        """Row of each campaign; unknown ones get a new row."""
        index = self.index
        try:
            return np.array([index[c] for c in campaigns], np.int64)
        except KeyError:
            self._add([c for c in dict.fromkeys(campaigns) if c not in index])
            return np.array([index[c] for c in campaigns], np.int64)

    def rows_of(self, campaigns: NDArray[np.str_]) -> Int:
        """The same of ids in an array; all that are known in the order of their rows cost no look at each."""
        if np.array_equal(campaigns, self.texts()):
            return np.arange(len(self))
        return self.rows(campaigns.tolist())

    def _add(self, fresh: Sequence[CampaignId]) -> None:
        self._groups.clear()
        for c in fresh:
            self.index[c] = len(self.names)
            self.names.append(c)
            self.infos.append(None)
        self._c = {k: np.concatenate([a, np.full(len(fresh), _COLUMNS[k], a.dtype)]) for k, a in self._c.items()}
        blank = np.zeros(len(fresh), "U1")
        self._live_account = np.concatenate([self._live_account, blank])
        self._products = np.concatenate([self._products, blank])

    def update(self, listing: ListingColumns, infos: Sequence[CampaignInfo] = ()) -> Int:
        """Take over what a listing says of its campaigns; their rows. `infos`: the same campaigns as values, to have them
        again from `infos`."""
        at = listing.read_at
        rows = self.rows_of(listing.campaign)
        c = self._c
        pick = np.flatnonzero(at >= self.floats("seen")[rows])
        r = rows[pick]
        for i, row in zip(pick.tolist(), r.tolist(), strict=True) if infos else ():
            self.infos[row] = infos[i]
        c["first_seen"][rows] = np.minimum(c["first_seen"][rows], at)
        changed = self._regrouped(listing, pick, r)
        for name in _TAKEN:
            c[name][r] = getattr(listing, name)[pick]
        c["seen"][r] = at
        c["has_target"][r] = listing.target[pick] > 0
        c["net"][r] = listing.objective[pick] == NET
        c["has_objective"][r] = listing.objective[pick] != NO_OBJECTIVE
        c["on"][r] = listing.on[pick]
        c["stopped"][r] = (listing.ended | ~listing.enabled)[pick]
        self._group(listing, pick[changed])
        return rows

    def _regrouped(self, listing: ListingColumns, pick: Int, r: Int) -> NDArray[np.bool_]:
        """Rows whose groups have to be named anew."""
        changed = self.ints("unit")[r] < 0
        for name in _WHO:
            changed |= self._c[name][r] != getattr(listing, name)[pick]
        changed |= self._live_account[r] != listing.live_account[pick]
        changed |= self._products[r] != listing.products[pick]
        return changed

    def _group(self, listing: ListingColumns, which: Int) -> None:
        if not len(which):
            return
        self._groups.clear()
        self._live_account = _widened(self._live_account, listing.live_account)
        self._products = _widened(self._products, listing.products)
        rows = self.rows(listing.campaign[which].tolist())
        self._live_account[rows], self._products[rows] = listing.live_account[which], listing.products[which]
        c = self._c
        for row, i in zip(rows.tolist(), which.tolist(), strict=True):
            account = self.accounts.setdefault(str(listing.account[i]), len(self.accounts))
            live = str(listing.live_account[i])
            goods = str(listing.products[i])
            objective = int(listing.objective[i])
            # what every rung of R-START's average stays within: goal, objective, cost side, bidding type
            side = (int(listing.kind[i]), objective, bool(listing.hosted[i]), bool(listing.cost_controlled[i]))
            is_live = side[0] == Kind.LIVE
            c["account"][row] = account
            # life of live belongs to (live account, objective) (R-OBSERVE); of goods to the campaign
            c["unit"][row] = self.key(
                ("unit", account, live, objective) if is_live and live else ("unit", self.names[row])
            )
            kin = live if is_live else goods
            c["same"][row] = self.key(("same", account, kin, *side)) if kin else -1
            c["whole"][row] = self.key(("whole", account, *side))
            c["live_key"][row] = self.key(("live account", live)) if live else -1

    def absent(self, rows: Int, at: float) -> None:
        """A complete listing did not have these rows any more."""
        self._c["listed"][rows] = False

    def by_name(self) -> Int:
        """Rows in the order of their campaigns' ids, which does not depend on who was heard of first."""
        if len(self._order) != len(self.names):
            self._order = np.argsort(self.texts(), kind="stable").astype(np.int64)
        return self._order

    def take(self, rows: Int) -> None:
        """Keep these rows, in this order."""
        self._groups.clear()
        kept = rows.tolist()
        self.names = [self.names[r] for r in kept]
        self.infos = [self.infos[r] for r in kept]
        self.index = {c: i for i, c in enumerate(self.names)}
        self._order, self._text, self._marks = np.zeros(0, np.int64), np.zeros(0, "U1"), mark([])
        self._live_account, self._products = self._live_account[rows], self._products[rows]
        self._c = {k: a[rows] for k, a in self._c.items()}

    @property
    def live_accounts(self) -> NDArray[np.str_]:
        """(n,) live account of each, "" = none."""
        return self._live_account

    @property
    def products(self) -> NDArray[np.str_]:
        """(n,) ids of the products that each promotes, joined by commas, "" = none."""
        return self._products

    def live_keys(self, accounts: Iterable[str]) -> list[int]:
        """`live_key` of these live accounts."""
        return [self.key(("live account", one)) for one in accounts]

    def key(self, key: Hashable) -> int:
        """Dense number of a group."""
        return self.keys.setdefault(key, len(self.keys))


def _widened(held: NDArray[np.str_], given: NDArray[np.str_]) -> NDArray[np.str_]:
    """Room for texts as long as those given."""
    return held.astype(np.promote_types(held.dtype, given.dtype), copy=False)
