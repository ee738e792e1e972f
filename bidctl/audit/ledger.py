"""The ledger as the audit reads it: the decisions by id, from the SQLite file itself or from an exported JSON Lines.

The database is opened read-only by plain SQL, never through the controller's own code. A PostgreSQL ledger is judged
from an export with one object a line, `{"id", "campaign", "field", "new", "at", "inputs"}`:

    psql -At -c "SELECT row_to_json(d) FROM (SELECT id, campaign, field, new, at, inputs FROM decisions) d" > decisions.jsonl

Instants are microseconds since 1970 UTC, as the store keeps them, or ISO 8601 texts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bidctl.audit.journal import AuditProblem
from bidctl.wording import told_by_system

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as stored: `stored_at` aware, None = unreadable; `new` exact text; `has_inputs`: its inputs are not empty."""

    id: str
    campaign: str
    field: str
    new: str
    stored_at: datetime | None
    has_inputs: bool


class LedgerView(Protocol):
    """Where decisions are looked up."""

    def decisions(self, decision_id: str) -> Sequence[StoredDecision]:
        """Every stored decision of that id (one, if all is well)."""
        ...


def open_ledger(path: Path) -> LedgerView:
    """A SQLite ledger, or the JSON Lines export of another. Raises AuditProblem."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        why = told_by_system(error)
        raise AuditProblem(f"{path}: 无法读取台账: {why.zh}", f"{path}: cannot read the ledger: {why.en}") from None
    return SqliteLedger(path) if head == b"SQLite format 3\x00" else ExportedLedger(path)


class SqliteLedger:
    """The `decisions` table of a SQLite file, read-only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._rows = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            known = {str(row[1]) for row in self._rows.execute("PRAGMA table_info(decisions)")}
        except sqlite3.Error as error:
            raise AuditProblem(f"{path}: 无法打开台账: {error}", f"{path}: cannot open the ledger: {error}") from None
        missing = {"id", "campaign", "field", "new", "inputs"} - known
        self._when = next((name for name in ("decided_at", "at") if name in known), "")
        if missing or not self._when:
            lacking = ", ".join(sorted(missing or {"at"}))
            raise AuditProblem(
                f"{path}: decisions 表缺少 {lacking}",
                f"{path}: table decisions lacks {lacking}; is it a bidctl ledger?",
            )

    def decisions(self, decision_id: str) -> Sequence[StoredDecision]:
        sql = f'SELECT id, campaign, field, "new", "{self._when}", inputs FROM decisions WHERE id = ? LIMIT 2'
        try:
            return [_stored(row) for row in self._rows.execute(sql, (decision_id,))]
        except sqlite3.Error as error:
            raise AuditProblem(
                f"{self._path}: 台账读取失败: {error}", f"{self._path}: reading the ledger failed: {error}"
            ) from None


class ExportedLedger:
    """Decisions of a JSON Lines export, held in memory without their inputs."""

    def __init__(self, path: Path) -> None:
        self._rows: dict[str, list[StoredDecision]] = {}
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, text in enumerate(file, 1):
                if text.strip():
                    self._add(path, number, text)

    def _add(self, path: Path, number: int, text: str) -> None:
        try:
            tree = json.loads(text)
            when = tree.get("decided_at", tree.get("at"))
            row = _stored((tree["id"], tree["campaign"], tree.get("field"), tree["new"], when, tree["inputs"]))
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
            keys = "id, campaign, field, new, at, inputs"
            raise AuditProblem(
                f"{path}:{number}: 不是台账; 应为 SQLite 文件, 或每行一个含 {keys} 的JSON对象",
                f"{path}:{number}: not a ledger; expected a SQLite file, or one JSON object a line with {keys}",
            ) from None
        self._rows.setdefault(row.id, []).append(row)

    def decisions(self, decision_id: str) -> Sequence[StoredDecision]:
        return self._rows.get(decision_id, [])


def _stored(row: Sequence[object]) -> StoredDecision:
    identity, campaign, field, new, when, inputs = row
    empty = inputs is None or str(inputs).strip() in {"", "{}", "[]", "null"}
    return StoredDecision(str(identity), str(campaign), str(field or ""), str(new), _when(when), not empty)


def _when(value: object) -> datetime | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return EPOCH + timedelta(microseconds=value) if abs(value) < 2**56 else None
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
