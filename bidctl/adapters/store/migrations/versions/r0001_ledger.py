"""The ledger: decisions, writes, edits, switches, enrolments, facts, campaigns, leases, tokens.

Frozen: it describes the tables as they were then, so it shares nothing with `schema.py`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TEXT, BIG, INT, SMALL, REAL, BOOL = sa.Text, sa.BigInteger, sa.Integer, sa.SmallInteger, sa.Double, sa.Boolean


def columns(spec: str, kind: type[sa.types.TypeEngine[Any]], *, key: bool = False) -> list[sa.Column[Any]]:
    """Columns of one type; a name that ends in `?` may be null."""
    return [
        sa.Column(name.rstrip("?"), kind, nullable=name.endswith("?"), primary_key=key, autoincrement=False)
        for name in spec.split()
    ]


def upgrade() -> None:
    op.create_table(
        "meta",
        *columns("id", SMALL, key=True), *columns("since_at", BIG), *columns("copied", BOOL), *columns("identity?", TEXT),
    )  # fmt: skip
    op.create_table("leases", *columns("name", TEXT, key=True), *columns("owner", TEXT), *columns("fence until", BIG))
    _decisions()
    _writes()
    _edits()
    _switches()
    _facts()
    _campaigns()
    op.create_table(
        "tokens",
        *columns("app_id", TEXT, key=True), *columns("sealed", sa.LargeBinary),
        *columns("access_expires_at refresh_expires_at", BIG), *columns("version", INT),
    )  # fmt: skip


def _decisions() -> None:
    op.create_table(
        "decisions",
        *columns("id", TEXT, key=True), *columns("tick account campaign", TEXT), *columns("at", BIG),
        *columns("mode policy_id settings_hash code_version field? old new", TEXT), *columns("wish?", REAL),
        *columns("reason", INT), *columns("bound alerts", BIG), *columns("waived", INT),
        *columns("needs_approval", BOOL), *columns("inputs trace", TEXT), *columns("approved?", BOOL),
        *columns("answered_by?", TEXT), *columns("answered_at?", BIG),
    )  # fmt: skip
    op.create_index("decisions_campaign", "decisions", ["account", "campaign", "at"])
    op.create_index("decisions_waiting", "decisions", ["needs_approval", "approved", "at"])
    op.create_table(
        "newest_decisions",
        *columns("account campaign", TEXT, key=True), *columns("decision mode", TEXT), *columns("reason", INT),
        *columns("hold", BOOL),
    )  # fmt: skip


def _writes() -> None:
    op.create_table(
        "writes",
        sa.Column("id", ID, primary_key=True),
        *columns("account campaign field old value decision objective? mode app_id state owner", TEXT),
        *columns("fence deadline taken_at read_at? sent_at? settled_at?", BIG), *columns("read_value?", TEXT),
        *columns("suggestion?", REAL), *columns("suggestion_state?", SMALL),
        *columns("why platform_request_id?", TEXT), *columns("absent_reads", INT),
        *columns("absent_first_at? unknown_at? touched_at", BIG), *columns("open_key?", TEXT),
    )  # fmt: skip
    op.create_index("writes_open_key", "writes", ["open_key"], unique=True)
    op.create_index("writes_campaign", "writes", ["account", "campaign", "settled_at"])
    op.create_index("writes_touched", "writes", ["account", "touched_at"])
    op.create_index("writes_decision", "writes", ["decision"])


def _edits() -> None:
    op.create_table(
        "edits",
        sa.Column("id", ID, primary_key=True),
        *columns("account campaign field old? new?", TEXT), *columns("effective_at", BIG), *columns("ours", BOOL),
        *columns("source", TEXT), *columns("write_id?", BIG), *columns("log_id?", TEXT),
        *columns("reason?", INT), *columns("unresolved", BOOL),
    )  # fmt: skip
    op.create_index("edits_campaign", "edits", ["account", "campaign", "effective_at"])
    op.create_index("edits_since", "edits", ["account", "effective_at"])
    op.create_index("edits_write", "edits", ["write_id"], unique=True)
    op.create_index("edits_log", "edits", ["account", "log_id"], unique=True)


def _switches() -> None:
    op.create_table(
        "switches",
        *columns("account campaign kind", TEXT, key=True), *columns("value", BIG), *columns("by", TEXT),
        *columns("at", BIG),
    )  # fmt: skip
    op.create_table(
        "switch_log",
        sa.Column("id", ID, primary_key=True),
        *columns("account campaign kind", TEXT), *columns("value", BIG), *columns("by", TEXT), *columns("at", BIG),
    )  # fmt: skip
    op.create_table(
        "enrolments",
        *columns("account campaign", TEXT, key=True), *columns("terms", TEXT), *columns("unenrolled_at?", BIG),
    )  # fmt: skip


def _facts() -> None:
    money, counts = "spend? gmv? gmv_1h? gmv_7d? gmv_14d? gmv_30d? gmv_90d?", "orders? orders_1h?"
    for name, known in (("facts", True), ("newest_facts", False)):
        op.create_table(
            name,
            *columns("account", TEXT, key=True), *columns("happened_at", BIG, key=True),
            *columns("grain", SMALL, key=True), *columns("campaign", TEXT, key=True),
            *columns("known_at", BIG, key=known), *(columns("assumed", BOOL) if known else columns("seen_at", BIG)),
            *columns(money, BIG), *columns(counts, REAL),
            sqlite_with_rowid=False,
        )  # fmt: skip


def _campaigns() -> None:
    op.create_table(
        "campaigns", *columns("account campaign", TEXT, key=True), *columns("info", TEXT), *columns("seen_at", BIG)
    )
    op.create_table(
        "lives",
        *columns("account campaign", TEXT, key=True),
        *columns("first_seen_at first_spend_at? fed_at? observe_from?", BIG), *columns("started", BOOL),
        *columns("paused_by_us_at? suggestion_unknown_since?", BIG), *columns("lowered_since_unknown", BOOL),
    )  # fmt: skip
    op.create_table(
        "beats",
        *columns("account", TEXT, key=True), *columns("tick", TEXT), *columns("at good_read_at?", BIG),
    )  # fmt: skip
