"""The tables, one schema for SQLite and PostgreSQL. `migrations/` builds them; a test compares the two.

Instants: microseconds since 1970 UTC (`*_at`, `until`). Money of facts: fen. Targets: exact text as it is sent.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
)

METADATA = MetaData()
Id = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, Text, nullable=null)


def _big(name: str, *, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=null)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


META = Table(
    "meta",
    METADATA,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),  # always 1
    _big("since_at"),
    Column("copied", Boolean, nullable=False),  # set in every copy: whoever opens it finds a restored ledger
    _text("identity", null=True),  # where these tables were when last opened
)

LEASES = Table("leases", METADATA, _key("name"), _text("owner"), _big("fence"), _big("until"))

DECISIONS = Table(
    "decisions",
    METADATA,
    _key("id"),
    _text("tick"),
    _text("account"),
    _text("campaign"),
    _big("at"),
    _text("mode"),
    _text("policy_id"),
    _text("settings_hash"),
    _text("code_version"),
    _text("field", null=True),  # null = hold
    _text("old"),
    _text("new"),
    Column("wish", Double),
    Column("reason", Integer, nullable=False),
    _big("bound"),
    _big("alerts"),
    Column("waived", Integer, nullable=False),
    Column("needs_approval", Boolean, nullable=False),
    _text("inputs"),
    _text("trace"),
    Column("approved", Boolean),  # a person's answer; null = none yet
    _text("answered_by", null=True),
    _big("answered_at", null=True),
    Index("decisions_campaign", "account", "campaign", "at"),
    Index("decisions_waiting", "needs_approval", "approved", "at"),
)

NEWEST_DECISIONS = Table(
    "newest_decisions",
    METADATA,
    _key("account"),
    _key("campaign"),
    _text("decision"),
    _text("mode"),
    Column("reason", Integer, nullable=False),
    Column("hold", Boolean, nullable=False),
)

HOLD_COUNTS = Table(
    "hold_counts",
    METADATA,
    _key("account"),
    _key("mode"),
    _key("day"),
    Column("reason", Integer, primary_key=True, autoincrement=False),
    _big("count"),
)

WRITES = Table(
    "writes",
    METADATA,
    Column("id", Id, primary_key=True),
    _text("account"),
    _text("campaign"),
    _text("field"),
    _text("old"),
    _text("value"),
    _text("decision"),
    _text("objective", null=True),
    _text("mode"),
    _text("app_id"),
    _text("state"),
    _text("owner"),
    _big("fence"),
    _big("deadline"),
    _big("taken_at"),
    _big("read_at", null=True),
    _big("sent_at", null=True),
    _big("settled_at", null=True),
    _text("read_value", null=True),
    Column("suggestion", Double),
    Column("suggestion_state", SmallInteger),
    _text("why"),
    _text("platform_request_id", null=True),
    Column("absent_reads", Integer, nullable=False),
    _big("absent_first_at", null=True),
    _big("unknown_at", null=True),
    _big("touched_at"),  # the latest instant in the row, for "attempts since"
    _text("open_key", null=True),  # account/campaign while open, else null: one open write per campaign
    Index("writes_open_key", "open_key", unique=True),
    Index("writes_campaign", "account", "campaign", "settled_at"),
    Index("writes_touched", "account", "touched_at"),
    Index("writes_decision", "decision"),
)

EDITS = Table(
    "edits",
    METADATA,
    Column("id", Id, primary_key=True),
    _text("account"),
    _text("campaign"),
    _text("field"),
    _text("old", null=True),
    _text("new", null=True),
    _big("effective_at"),
    Column("ours", Boolean, nullable=False),
    _text("source"),
    _big("write_id", null=True),
    _text("log_id", null=True),
    Column("reason", Integer),  # of our decision behind it
    Column("unresolved", Boolean, nullable=False),  # a write of ours whose outcome is not known yet
    Index("edits_campaign", "account", "campaign", "effective_at"),
    Index("edits_since", "account", "effective_at"),
    Index("edits_write", "write_id", unique=True),
    Index("edits_log", "account", "log_id", unique=True),
)

SWITCHES = Table(
    "switches",
    METADATA,
    _key("account"),  # empty = all accounts
    _key("campaign"),  # empty = the whole account
    _key("kind"),
    _big("value"),  # 0 = released
    _text("by"),
    _big("at"),
)

SWITCH_LOG = Table(
    "switch_log",
    METADATA,
    Column("id", Id, primary_key=True),
    _text("account"),
    _text("campaign"),
    _text("kind"),
    _big("value"),
    _text("by"),
    _big("at"),
)

ENROLMENTS = Table(
    "enrolments",
    METADATA,
    _key("account"),
    _key("campaign"),
    _text("terms"),
    _big("unenrolled_at", null=True),
)


def _values() -> tuple[Column[Any], ...]:
    money = ("spend", "gmv", "gmv_1h", "gmv_7d", "gmv_14d", "gmv_30d", "gmv_90d")
    return (*(_big(name, null=True) for name in money), *(Column(name, Double) for name in ("orders", "orders_1h")))


def _fact_keys() -> tuple[Column[Any], ...]:
    return (
        _key("account"),
        Column("happened_at", BigInteger, primary_key=True, autoincrement=False),
        Column("grain", SmallInteger, primary_key=True, autoincrement=False),
        _key("campaign"),
    )


FACTS = Table(
    "facts",
    METADATA,
    *_fact_keys(),
    Column("known_at", BigInteger, primary_key=True, autoincrement=False),
    Column("assumed", Boolean, nullable=False),
    *_values(),
    sqlite_with_rowid=False,
)

NEWEST_FACTS = Table(
    "newest_facts",
    METADATA,
    *_fact_keys(),
    _big("known_at"),
    _big("seen_at"),  # the last reading that said the same
    *_values(),
    sqlite_with_rowid=False,
)

CREATIVE_FACTS = Table(
    "creative_facts",
    METADATA,
    _key("account"),
    _key("campaign"),
    Column("day", BigInteger, primary_key=True, autoincrement=False),  # its beginning
    _key("creative"),  # empty = what the platform lists together; told with every reading of a day
    Column("known_at", BigInteger, primary_key=True, autoincrement=False),
    *(_big(name, null=True) for name in ("spend", "gmv", "gmv_1h")),
    *(Column(name, Double) for name in ("orders", "orders_1h")),
    sqlite_with_rowid=False,
)

RESERVE = Table(
    "reserve", METADATA, _key("account"), _key("campaign"), _key("name"), _text("added_by"), _big("added_at")
)

CAMPAIGNS = Table("campaigns", METADATA, _key("account"), _key("campaign"), _text("info"), _big("seen_at"))

LIVES = Table(
    "lives",
    METADATA,
    _key("account"),
    _key("campaign"),
    _big("first_seen_at"),
    _big("first_spend_at", null=True),
    _big("fed_at", null=True),
    _big("observe_from", null=True),
    Column("started", Boolean, nullable=False),
    _big("suggestion_unknown_since", null=True),
    Column("lowered_since_unknown", Boolean, nullable=False),
    _big("base_settled_at", null=True),
)

PAUSES = Table(
    "pauses",
    METADATA,
    _key("account"),
    _key("campaign"),
    _big("paused_at", null=True),
    _big("enabled_at", null=True),
    *(Column(name, Double, nullable=False) for name in ("spend", "gmv", "orders")),
)

BEATS = Table("beats", METADATA, _key("account"), _text("tick"), _big("at"), _big("good_read_at", null=True))

TOKENS = Table(
    "tokens",
    METADATA,
    _key("app_id"),
    Column("sealed", LargeBinary, nullable=False),
    _big("access_expires_at"),
    _big("refresh_expires_at"),
    Column("version", Integer, nullable=False),
)


def _order_times(happened: str) -> tuple[Column[Any], ...]:
    """When, when known, and whether the latter was modelled (an export tells only the first)."""
    return _big(happened), _big("known_at"), Column("assumed", Boolean, nullable=False)


ORDERS = Table(
    "orders",
    METADATA,
    _key("account"),
    _key("order_id"),
    *(_text(name) for name in ("product", "live_account", "campaign", "creator")),  # empty = not told
    *_order_times("paid_at"),
    *(_big(name) for name in ("paid", "buyer", "subsidy")),
    sqlite_with_rowid=False,
)

REFUNDS = Table(
    "refunds",
    METADATA,
    _key("account"),
    _key("refund_id"),
    _text("order_id"),
    *_order_times("happened_at"),
    _big("fen"),
    Column("stage", SmallInteger, nullable=False),
    Index("refunds_order", "account", "order_id"),
    sqlite_with_rowid=False,
)

BILLS = Table(
    "bills",
    METADATA,
    _key("account"),
    _key("bill_id"),
    _text("order_id"),
    *_order_times("happened_at"),
    Column("kind", SmallInteger, nullable=False),
    *(_big(name) for name in ("fen", "received", "commission", "fee")),
    Index("bills_order", "account", "order_id"),
    sqlite_with_rowid=False,
)

QUARANTINE = Table(
    "quarantine",
    METADATA,
    Column("id", Id, primary_key=True),
    _text("account"),
    _text("told"),  # fingerprint of the row and its doubt: the same row told again is the same line here
    Column("doubt", SmallInteger, nullable=False),
    *(_text(name) for name in ("kind", "key", "order_id", "file")),
    _big("line"),
    _text("raw"),
    _text("why"),
    _big("known_at"),
    Column("resolved", Boolean, nullable=False),
    _text("resolved_by", null=True),
    _big("resolved_at", null=True),
    _big("fen", null=True),  # what the row says; null = it could not be read
    Column("how", SmallInteger, nullable=True),
    Index("quarantine_told", "account", "told", unique=True),
    Index("quarantine_order", "account", "order_id"),
)

SYNCS = Table(
    "syncs",
    METADATA,
    _key("account"),
    _key("source"),  # what of a shop: orders, refunds, bills
    _big("until"),  # everything that happened by then was asked for
    _big("begun_at"),  # first look: what was there before became known at a time that is modelled
    _big("since"),  # where the first fetch began: nothing before it is asked for; 0 = not noted
)

RULINGS = Table(
    "rulings",  # what people said of single facts; the newest of a fact stands, and none is ever changed
    METADATA,
    Column("id", Id, primary_key=True),
    _text("account"),
    Column("kind", SmallInteger, nullable=False),
    _text("key"),
    _text("order_id"),
    _big("fen"),
    _big("row"),
    _text("by"),
    _big("at"),
    Index("rulings_account", "account"),
)
