"""RULEBOOK 5.5 and "changed after its decision" in full, with a ledger of either form."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bidctl.audit import AuditProblem, audit, open_ledger

CAMPAIGN = "1861000000000000001"


def _at(minute: int, second: float = 0) -> str:
    return f"2026-09-10T10:{minute:02d}:{second:06.3f}+08:00"


def _micro(minute: int, second: int = 0) -> int:
    return int(datetime(2026, 9, 10, 2, minute, second, tzinfo=UTC).timestamp()) * 1_000_000


def _write(seq: int, minute: int, decision: str | None, **changes: Any) -> str:
    entry = {
        "seq": seq, "at": _at(minute, 2), "platform": "qianchuan", "account": "11", "campaign": CAMPAIGN, "goal": "goods",
        "field": "roi_target", "old": 2.00, "new": 2.10, "actor": "api", "app_id": "100", "decision": decision,
        "last_read_at": _at(minute), "received_at": _at(minute, 1), "outcome": "applied", "why": "", "suggestion": 3.0,
        "created_at": _at(0), "first_spend_at": _at(0), "fed_at": _at(0), "observing_until": _at(0),
        "protection": "IN_EFFECT", "request_id": "r",
    }  # fmt: skip
    return json.dumps(entry | changes)


def _journal(*writes: str) -> list[str]:
    run = {"mark": "run", "at": _at(0), "data": {"app_id": "100", "mode": "live"}}
    return [json.dumps(run), *writes]


def _row(identity: str, minute: int, **changes: Any) -> dict[str, Any]:
    row = {
        "id": identity,
        "campaign": CAMPAIGN,
        "field": "roi_target",
        "new": "2.1",
        "at": _micro(minute),
        "inputs": "{1}",
    }
    return row | changes


def _sqlite(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    base.execute('CREATE TABLE decisions (id TEXT, campaign TEXT, field TEXT, "new" TEXT, at BIGINT, inputs TEXT)')
    base.executemany("INSERT INTO decisions VALUES (:id, :campaign, :field, :new, :at, :inputs)", rows)
    base.commit()
    base.close()
    return path


def _export(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def _clauses(lines: list[str], path: Path) -> list[tuple[int, str]]:
    return [(v.line, v.clause.value) for v in audit(lines, open_ledger(path)).violations]


@pytest.fixture(params=[_sqlite, _export], ids=["sqlite", "export"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    return lambda rows: request.param(tmp_path / "ledger", rows)


def test_a_write_with_its_decision_is_clean(ledger: Any) -> None:
    report = audit(_journal(_write(1, 10, "a")), open_ledger(ledger([_row("a", 9)])))
    assert report.clean and "5.5" not in {n.clause.value for n in report.not_judged}


def test_a_switch_of_objective_between_read_and_write_is_a_race_that_one_request_of_ours_undoes(ledger: Any) -> None:
    """The request names the objective that was read, so that its one decision shows as two lines of the journal."""
    switch = {"field": "objective", "old": "pay_roi", "new": "net_roi"}
    back = {"field": "objective", "old": "net_roi", "new": "pay_roi"}

    def lines(read: int) -> list[str]:
        human = _write(1, 10, None, actor="human", app_id=None, received_at=None, **switch)
        mine: dict[str, Any] = {"received_at": _at(10, 4), "last_read_at": _at(10, read)}
        sets = _write(3, 10, "a", at=_at(10, 5), **mine)
        return _journal(human, _write(2, 10, "a", at=_at(10, 5), **mine, **back), sets)

    path = ledger([_row("a", 9)])
    report = audit(lines(1), open_ledger(path))
    assert report.violations == () and [(r.line, r.other_line) for r in report.races] == [(3, 2), (4, 2)]
    assert set(_clauses(lines(3), path)) >= {(3, "5.4-OBJECTIVE"), (3, "5.5"), (4, "5.5")}, (
        "nobody switched it after this read"
    )


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [_row("a", 9), _row("a", 9)],
        [_row("a", 11)],
        [_row("a", 9, campaign="7")],
        [_row("a", 9, new="2.20")],
        [_row("a", 9, field=None)],
        [_row("a", 9, inputs="{}")],
        [_row("b", 9)],
    ],
    ids=["missing", "twice", "stored later", "campaign", "value", "a hold", "no inputs", "another id"],
)
def test_a_write_without_exactly_one_earlier_decision(ledger: Any, rows: list[dict[str, Any]]) -> None:
    assert set(_clauses(_journal(_write(1, 10, "a")), ledger(rows))) == {(2, "5.5")}


def test_a_write_without_an_id(ledger: Any) -> None:
    assert _clauses(_journal(_write(1, 10, None)), ledger([])) == [(2, "5.5")]


def test_a_decision_is_used_once_but_a_pause_may_be_sent_again(ledger: Any) -> None:
    path = ledger([_row("a", 9), _row("p", 9, field="status", new="DISABLE")])
    twice = _journal(_write(1, 10, "a", outcome="rejected"), _write(2, 11, "a"))
    assert _clauses(twice, path) == [(3, "5.5")]
    pause = {"field": "status", "old": "ENABLE", "new": "DISABLE"}
    assert _clauses(_journal(_write(1, 10, "p", **pause), _write(2, 11, "p", **pause)), path) == []


def test_a_change_between_decision_and_read_is_a_violation_only_the_ledger_shows(ledger: Any) -> None:
    human = {"actor": "human", "app_id": None, "field": "budget", "old": 500, "new": 600, "received_at": None}
    lines = _journal(_write(1, 10, None, **human), _write(2, 11, "a"))
    assert audit(lines).clean
    assert _clauses(lines, ledger([_row("a", 9)])) == [(3, "5.4-CHANGED")]
    assert _clauses(lines, ledger([_row("a", 10, at=_micro(10, 30))])) == []
    changed = _micro(10, 2)  # platform time; a decision's stamp may lag by less than a second
    assert _clauses(lines, ledger([_row("a", 10, at=changed - 999_999)])) == []
    assert _clauses(lines, ledger([_row("a", 10, at=changed - 1_000_000)])) == [(3, "5.4-CHANGED")]


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00 not really", b"hello\n", b'{"id": 1}\n', b"[]\n"])
def test_what_is_no_ledger_is_one_line_or_holds_no_decision(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(content)
    if content:
        with pytest.raises(AuditProblem, match="ledger"):
            open_ledger(path)
    else:
        assert _clauses(_journal(_write(1, 10, "a")), path) == [(2, "5.5")]


def test_a_missing_ledger_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AuditProblem, match="cannot read the ledger"):
        open_ledger(tmp_path / "none.db")
