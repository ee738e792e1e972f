"""Of everything that was ever told of one order, refund or bill, the telling that stands: the one known first.

The same facts in any order of arrival leave the same rows standing and the same rows put aside: what stands is the least of all
tellings by (known at, amount, the rest). A telling that agrees may add words that were not told before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table

from bidctl.adapters.store.schema import BILLS, ORDERS, REFUNDS
from bidctl.domain.orders import Doubt

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of fact: its table, `kind` in words, its doubt when told otherwise. Places in a row (the table's order): `known`,
    `fen` the amounts that must not be negative, the first of which must agree; `words` the texts that must."""

    table: Table
    kind: str
    differs: Doubt
    known: int
    fen: tuple[int, ...]
    words: tuple[int, ...]
    order: int
    """Place of the order's id."""


def _shape(table: Table, kind: str, differs: Doubt, fen: str, words: str) -> Shape:
    at = {name: i for i, name in enumerate(table.c.keys())}
    places = [tuple(at[n] for n in names.split()) for names in (fen, words)]
    return Shape(table, kind, differs, at["known_at"], places[0], places[1], at["order_id"])


ORDER = _shape(ORDERS, "order", Doubt.ORDER_DIFFERS, "paid buyer subsidy", "product live_account campaign creator")
REFUND = _shape(REFUNDS, "refund", Doubt.REFUND_DIFFERS, "fen", "order_id")
BILL = _shape(BILLS, "bill", Doubt.BILL_DIFFERS, "fen commission fee", "order_id")
KEY = 1
"""Place of a row's own id; the account stands before it."""


@dataclass(slots=True)
class Sifted:
    """`standing`: every touched key's row; `changed`: keys to be stored; `new` and `again`: how many rows; `aside`: rows put aside,
    each with its doubt and its number in the batch (-1 = it stood before); `replaced`: keys whose row gave way to another."""

    standing: dict[str, Row]
    changed: set[str] = field(default_factory=set)
    new: int = 0
    again: int = 0
    aside: list[tuple[Doubt, Row, int]] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)


def sift(shape: Shape, stored: dict[str, Row], told: Iterable[Row]) -> Sifted:
    """`told` rows of one account against the `stored` ones of the same keys."""
    found = Sifted(stored)
    standing, changed = found.standing, found.changed
    place: dict[str, int] = {}
    for i, row in enumerate(told):
        key = row[KEY]
        before = standing.get(key)
        if any(row[p] < 0 for p in shape.fen):
            found.aside.append((Doubt.NEGATIVE, row, i))
        elif before is None:
            standing[key], place[key] = row, i
            changed.add(key)
            found.new += 1
        elif before == row:
            found.again += 1
        elif not _agree(shape, before, row):
            first = min(before, row, key=lambda r: _rank(shape, r))
            loser, at = (row, i) if first is before else (before, place.get(key, -1))
            found.aside.append((shape.differs, loser, at))
            if first is row:
                standing[key], place[key] = row, i
                changed.add(key)
                found.replaced.add(key)
        else:
            found.again += 1
            both = _both(shape, before, row)
            if both != before:
                standing[key] = both
                changed.add(key)
    return found


def words_of(shape: Shape, row: Row) -> str:
    """What a row says, apart from when it was known."""
    return " ".join(str(row[p]) for p in (KEY, shape.fen[0], *shape.words))


def _rank(shape: Shape, row: Row) -> Row:
    return (row[shape.known], row[shape.fen[0]], *row)


def _agree(shape: Shape, one: Row, other: Row) -> bool:
    same = one[shape.fen[0]] == other[shape.fen[0]]
    return same and all(one[p] == other[p] or not one[p] or not other[p] for p in shape.words)


def _both(shape: Shape, one: Row, other: Row) -> Row:
    """The telling known first, with the words that only the other told."""
    first, second = sorted((one, other), key=lambda r: _rank(shape, r))
    both = list(first)
    for p in shape.words:
        both[p] = first[p] or second[p]
    return tuple(both)
