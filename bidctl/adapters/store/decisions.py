"""Decisions as they were made: acting ones always, holds when their reason changes, every hold counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, and_, bindparam, delete, exists, func, select, update

from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import DECISIONS, HOLD_COUNTS, NEWEST_DECISIONS, WRITES
from bidctl.adapters.store.work import AnyRow, Work, insert_of
from bidctl.domain.values import AccountId, CampaignId, Field, Mode
from bidctl.engine.ports import WITHDRAWN, DecisionRecord

KEPT = [DECISIONS.c[name] for name in DecisionRecord.__dataclass_fields__]
_WAITING = DECISIONS.c.needs_approval.is_(True) & DECISIONS.c.approved.is_(None)
_TAKEN_UP = exists().where(WRITES.c.decision == DECISIONS.c.id)
_THEIRS = DECISIONS.c.account == bindparam("account")
_ONE = select(*KEPT).where(DECISIONS.c.id == bindparam("id"))
_PENDING = select(*KEPT).where(_WAITING).order_by(DECISIONS.c.at, DECISIONS.c.id)
_PENDING_OF = _PENDING.where(_THEIRS)
_APPROVED = (
    select(*KEPT)
    .where(_THEIRS, DECISIONS.c.needs_approval.is_(True), DECISIONS.c.approved.is_(True), ~_TAKEN_UP)
    .order_by(DECISIONS.c.at, DECISIONS.c.id)
)
_REFUSED = (
    select(*KEPT)
    .where(_THEIRS, DECISIONS.c.needs_approval.is_(True), DECISIONS.c.approved.is_(False))
    .where(DECISIONS.c.at >= bindparam("made"), DECISIONS.c.answered_at >= bindparam("since"))
    .where(DECISIONS.c.answered_by != WITHDRAWN)
    .order_by(DECISIONS.c.at, DECISIONS.c.id)
)
_SAID = [NEWEST_DECISIONS.c[name] for name in ("account", "campaign", "mode", "reason", "hold")]
_REASONS = select(*_SAID, DECISIONS.c.trace).join(DECISIONS, DECISIONS.c.id == NEWEST_DECISIONS.c.decision)
_NEWEST_REASONS = _REASONS.where(NEWEST_DECISIONS.c.account.in_(bindparam("accounts", expanding=True)))


Said = tuple[str, int, bool, str]
"""What tells a decision from the one before: (mode, reason, hold, trace)."""


class DecisionRows(Work):
    """The decision part of a transaction; see `engine.ports.Transaction`."""

    def add_decisions(self, records: Sequence[DecisionRecord]) -> None:
        if not records:
            return
        newest = self._newest_reasons({r.account for r in records})
        stored = [r for r in records if _is_news(r, newest)]
        self.add(DECISIONS, [_columns(r) for r in stored])
        self.upsert(
            NEWEST_DECISIONS, [_newest_columns(r) for r in {(r.account, r.campaign): r for r in stored}.values()]
        )
        self._count_holds([r for r in records if r.field is None])

    def decision(self, decision_id: str) -> DecisionRecord | None:
        row = self.row(_ONE, id=decision_id)
        return None if row is None else _record(row)

    def decisions_of(self, account: AccountId, campaign: CampaignId, limit: int = 20) -> tuple[DecisionRecord, ...]:
        theirs = (DECISIONS.c.account == account) & (DECISIONS.c.campaign == campaign)
        newest_first = select(*KEPT).where(theirs).order_by(DECISIONS.c.at.desc(), DECISIONS.c.id).limit(limit)
        return tuple(_record(row) for row in self.rows(newest_first))

    def hold_counts(self, account: AccountId | None = None) -> Mapping[int, int]:
        counts = select(HOLD_COUNTS.c.reason, func.sum(HOLD_COUNTS.c.count)).group_by(HOLD_COUNTS.c.reason)
        found = self.rows(counts if account is None else counts.where(HOLD_COUNTS.c.account == account))
        return {int(reason): int(count) for reason, count in found}

    def pending(self, account: AccountId | None = None) -> tuple[DecisionRecord, ...]:
        found = self.rows(_PENDING) if account is None else self.rows(_PENDING_OF, account=account)
        return tuple(_record(row) for row in found)

    def approved(self, account: AccountId) -> tuple[DecisionRecord, ...]:
        return tuple(_record(row) for row in self.rows(_APPROVED, account=account))

    def refused(self, account: AccountId, since: datetime) -> tuple[DecisionRecord, ...]:
        made = micros(since - timedelta(days=31))
        return tuple(_record(row) for row in self.rows(_REFUSED, account=account, made=made, since=micros(since)))

    def left_over(self, account: AccountId | None = None) -> tuple[DecisionRecord, ...]:
        acting = DECISIONS.c.field.is_not(None) & DECISIONS.c.needs_approval.is_(False)
        found = select(*KEPT).where(acting, DECISIONS.c.mode != Mode.DRY.value, ~_TAKEN_UP)
        if account is not None:
            found = found.where(DECISIONS.c.account == account)
        return tuple(_record(row) for row in self.rows(found.order_by(DECISIONS.c.at, DECISIONS.c.id)))

    def answer_proposal(self, decision_id: str, approved: bool, by: str, at: datetime) -> bool:
        answer = {"approved": approved, "answered_by": by, "answered_at": micros(at)}
        return self.change(update(DECISIONS).where(DECISIONS.c.id == decision_id, _WAITING).values(answer)) == 1

    def compact(self, before: datetime) -> int:
        """Forgets holds decided before then, save each campaign's newest decision; their counts stay. Rows forgotten."""
        is_newest = exists().where(NEWEST_DECISIONS.c.decision == DECISIONS.c.id, _same_campaign())
        return self.change(
            delete(DECISIONS).where(DECISIONS.c.field.is_(None), DECISIONS.c.at < micros(before), ~_WAITING, ~is_newest)
        )

    def _newest_reasons(self, accounts: set[AccountId]) -> dict[tuple[str, str], Said]:
        found = self.rows(_NEWEST_REASONS, accounts=list(accounts))
        return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in found}

    def count_holds(self, account: AccountId, mode: Mode, at: datetime, counts: Mapping[int, int]) -> None:
        self._add_counts({(account, mode.value, self._day(at), reason): n for reason, n in counts.items()})

    def _count_holds(self, holds: Sequence[DecisionRecord]) -> None:
        self._add_counts(Counter((r.account, r.mode.value, self._day(r.at), r.reason) for r in holds))

    def _add_counts(self, counts: Mapping[tuple[str, str, str, int], int]) -> None:
        if not counts:
            return
        keys = ("account", "mode", "day", "reason", "count")
        self.connection.execute(
            _more(self.connection.dialect.name), [dict(zip(keys, (*key, n), strict=True)) for key, n in counts.items()]
        )

    def _day(self, at: datetime) -> str:
        return at.astimezone(self.setting.zone).date().isoformat()


@cache
def _more(dialect: str) -> Executable:
    insert = insert_of(HOLD_COUNTS, dialect)
    return insert.on_conflict_do_update(
        index_elements=list(HOLD_COUNTS.primary_key), set_={"count": HOLD_COUNTS.c.count + insert.excluded.count}
    )


def _same_campaign() -> Any:
    same = NEWEST_DECISIONS.c.account == DECISIONS.c.account
    return and_(same, NEWEST_DECISIONS.c.campaign == DECISIONS.c.campaign)


def _is_news(record: DecisionRecord, newest: dict[tuple[str, str], Said]) -> bool:
    """Whether it is stored; holds of one batch are compared with each other as well."""
    key, said = (
        (record.account, record.campaign),
        (record.mode.value, record.reason, record.field is None, record.trace),
    )
    news = record.field is not None or newest.get(key) != said
    newest[key] = said
    return news


def _columns(record: DecisionRecord) -> dict[str, Any]:
    field = record.field and record.field.value
    return {**asdict(record), "at": micros(record.at), "mode": record.mode.value, "field": field}


def _newest_columns(record: DecisionRecord) -> dict[str, Any]:
    return {
        "account": record.account, "campaign": record.campaign, "decision": record.id, "mode": record.mode.value,
        "reason": record.reason, "hold": record.field is None,
    }  # fmt: skip


def _record(row: AnyRow) -> DecisionRecord:
    found = dict(row._mapping)
    found |= {"at": instant(row.at), "mode": Mode(row.mode), "field": row.field and Field(row.field)}
    return DecisionRecord(**found)
