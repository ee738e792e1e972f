"""Rows put aside as people see and settle them. What is said of a row is kept, and goes before whatever is told again."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from sqlalchemy import select, update

from bidctl.adapters.store.errors import Unsettled
from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.orders import RELATED, SECOND_US, OrderRows
from bidctl.adapters.store.schema import QUARANTINE, RULINGS
from bidctl.adapters.store.tellings import BILL, KEY, ORDER, REFUND, Row, Shape
from bidctl.adapters.store.words import Say
from bidctl.adapters.store.work import AnyRow
from bidctl.domain.orders import DOUBTS, Doubt, FactKind
from bidctl.domain.quarantine import Aside, Quarantined, Settle, Source

KINDS: dict[str, tuple[FactKind, Shape]] = {
    "order": (FactKind.ORDER, ORDER),
    "refund": (FactKind.REFUND, REFUND),
    "bill": (FactKind.BILL, BILL),
}
NOTHING = -1
"""A ruling's amount where the fact counts for nothing."""


class QuarantineRows(OrderRows):
    """The part of a transaction in which rows put aside are seen and settled."""

    def quarantine(self, account: str, *, resolved: bool = False) -> list[Quarantined]:
        """Rows put aside, oldest first: the open ones, or with `resolved` those that were settled."""
        wanted = (QUARANTINE.c.account == account) & (QUARANTINE.c.resolved == resolved)
        both = QUARANTINE.outerjoin(RULINGS, RULINGS.c.row == QUARANTINE.c.id)  # a row is settled once
        found = select(QUARANTINE, RULINGS.c.fen.label("counts")).select_from(both).where(wanted)
        return [_quarantined(r) for r in self.rows(found.order_by(QUARANTINE.c.id))]

    def resolve(
        self, account: str, number: int, by: str, now: datetime, how: Settle = Settle.KEEP, fen: int | None = None
    ) -> bool:
        """A person settles this row; False where there is no such open row. KEEP: what stands goes on standing. ACCEPT: its amount,
        or `fen`, counts in place of what stands. DROP: it counts for nothing, whatever else comes. Raises Unsettled where that
        cannot be: nothing is changed."""
        wanted = (QUARANTINE.c.account == account) & (QUARANTINE.c.id == number) & ~QUARANTINE.c.resolved
        row = self.row(select(QUARANTINE).where(wanted))
        if row is None:
            return False
        said = {"resolved": True, "resolved_by": by, "resolved_at": micros(now), "how": int(how)}
        self.change(update(QUARANTINE).where(wanted).values(**said))
        if how is Settle.ACCEPT:
            self._accept(account, row, by, now, fen)
        elif how is Settle.DROP and Doubt(row.doubt) in RELATED:  # others are no facts: they count for nothing anyway
            self._rule(account, row, NOTHING, by, now)
        return True

    def _accept(self, account: str, row: AnyRow, by: str, now: datetime, fen: int | None) -> None:
        number, standing = row.id, self._standing(account, row)
        amount = row.fen if fen is None else fen
        if standing is None or row.kind not in KINDS:
            raise Unsettled(Say.NOTHING_STANDS(number=number))
        if amount is None or amount < 0:
            raise Unsettled(Say.NAME_AMOUNT(number=number))
        shape = KINDS[row.kind][1]
        if standing[shape.order] != row.order_id or (
            fen is None and standing[shape.fen[0]] == amount and Doubt(row.doubt) not in RELATED
        ):
            raise Unsettled(Say.OTHER_WORDS(number=number))
        still = self._rule(account, row, amount, by, now)
        if still is Doubt.NO_ORDER:
            raise Unsettled(Say.ORDER_FIRST(number=number))
        if still is not None:
            raise Unsettled(Say.STILL_IN_DOUBT(number=number, amount=f"{amount / 100:.2f}", doubt=DOUBTS[still]))

    def _standing(self, account: str, row: AnyRow) -> Row | None:
        found = self._stored(account, KINDS[row.kind][1].table, KEY, [row.key]) if row.kind in KINDS else []
        return found[0] if found else None

    def _rule(self, account: str, row: AnyRow, fen: int, by: str, now: datetime) -> Doubt | None:
        """Keep the ruling and look at its order again; the doubt that remains of the row itself."""
        kind, _ = KINDS[row.kind]
        ruling = {"account": account, "kind": int(kind), "key": row.key, "order_id": row.order_id, "fen": fen,
                  "row": row.id, "by": by, "at": micros(now)}  # fmt: skip
        self.add(RULINGS, [ruling])
        none = np.zeros(0, np.int64)
        doubts = self.look_again(account, [row.order_id], Source("", none, none, none, raw=str, assumed=False))
        return next((doubt for doubt, shape, fact in doubts if (shape.kind, fact[KEY]) == (row.kind, row.key)), None)


def _quarantined(r: AnyRow) -> Quarantined:
    row = Aside(
        Doubt(r.doubt), r.kind, r.key, r.order_id, r.file, r.line, r.raw, r.known_at / SECOND_US, why=r.why, fen=r.fen
    )
    how = None if r.how is None else Settle(r.how)
    return Quarantined(r.id, row, r.resolved_by, instant(r.resolved_at), how, r.counts)
