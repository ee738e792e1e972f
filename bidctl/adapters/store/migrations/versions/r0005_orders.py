"""Orders, their refunds and bills, and the rows put aside until a person looks at them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    _facts(
        "orders",
        "order_id",
        _texts("product", "live_account", "campaign", "creator"),
        "paid_at",
        _bigs("paid", "buyer", "subsidy"),
    )
    _facts("refunds", "refund_id", _texts("order_id"), "happened_at", [*_bigs("fen"), _small("stage")])
    money = [_small("kind"), *_bigs("fen", "received", "commission", "fee")]
    _facts("bills", "bill_id", _texts("order_id"), "happened_at", money)
    for table in ("refunds", "bills"):
        op.create_index(f"{table}_order", table, ["account", "order_id"])
    op.create_table(
        "quarantine",
        sa.Column("id", ID, primary_key=True),
        *_texts("account", "told"),
        _small("doubt"),
        *_texts("kind", "key", "order_id", "file"),
        *_bigs("line"),
        *_texts("raw", "why"),
        *_bigs("known_at"),
        sa.Column("resolved", sa.Boolean, nullable=False),
        sa.Column("resolved_by", sa.Text, nullable=True),
        sa.Column("resolved_at", sa.BigInteger, nullable=True),
    )
    op.create_index("quarantine_told", "quarantine", ["account", "told"], unique=True)
    op.create_index("quarantine_order", "quarantine", ["account", "order_id"])


def _facts(name: str, key: str, texts: list[sa.Column[Any]], happened: str, rest: list[sa.Column[Any]]) -> None:
    op.create_table(
        name,
        *(sa.Column(column, sa.Text, primary_key=True) for column in ("account", key)),
        *texts,
        *_bigs(happened, "known_at"),
        sa.Column("assumed", sa.Boolean, nullable=False),
        *rest,
        sqlite_with_rowid=False,
    )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _bigs(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _small(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.SmallInteger, nullable=False)
