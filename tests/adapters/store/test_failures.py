"""What a database does when it fails: one typed line, nothing half-written; what makes a transaction durable."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from bidctl.adapters.store import SqlLedger, StoreError
from bidctl.problem import Problem
from tests.adapters.store.builders import everything, fill, open_at, sqlite_url, totals
from tests.contracts.ledger_contract import NOW, A, enrolment, record, take


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    ledger = open_at(sqlite_url(tmp_path))
    fill(ledger)
    yield ledger
    ledger.close()


def on_every_connection(ledger: SqlLedger, pragma: str) -> None:
    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", lambda connection, _: connection.execute(pragma).fetchall())


def test_a_full_disk_stores_nothing_of_the_transaction(ledger: SqlLedger) -> None:
    before = everything(ledger)
    with sqlite3.connect(ledger.place) as raw:
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
    raw.close()
    on_every_connection(ledger, f"PRAGMA max_page_count={pages + 1}")
    with pytest.raises(StoreError) as error, ledger.begin(durable=True) as t:
        t.add_decisions([record(50)])
        t.add_facts(A, totals(5000, NOW.timestamp() + 60, 2.0))
    assert "full" in str(error.value) and ledger.place in str(error.value) and "\n" not in str(error.value)
    assert isinstance(error.value, Problem)
    assert everything(ledger) == before


def test_a_read_only_ledger_says_so(ledger: SqlLedger) -> None:
    before = everything(ledger)
    on_every_connection(ledger, "PRAGMA query_only=1")
    with pytest.raises(StoreError) as error, ledger.begin(durable=True) as t:
        t.enrol(enrolment(goal=9.0))
    assert "may not be written" in str(error.value)
    again = open_at(str(ledger.engine.url))
    assert everything(again) == before
    again.close()


def test_a_locked_ledger_says_so(ledger: SqlLedger) -> None:
    ledger.engine.dispose()
    event.listen(
        ledger.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50").fetchall()
    )
    other = sqlite3.connect(ledger.place, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError) as error, ledger.begin():
        pass
    other.close()
    assert "locked" in str(error.value)


def test_sqlite_is_write_ahead_and_durable_when_asked(ledger: SqlLedger) -> None:
    with ledger.begin(durable=True) as t:
        assert t.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert t.connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    with ledger.begin() as t:
        assert t.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1


def test_a_driver_that_ignores_full_is_refused(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidctl.adapters.store.engine.FULL", 3)
    with pytest.raises(StoreError, match="synchronous=FULL"), ledger.begin(durable=True):
        raise AssertionError("the block must not run")


def test_postgres_commits_synchronously_when_asked(postgres_ledger_url: str) -> None:
    ledger = open_at(postgres_ledger_url)
    for durable, expected in ((True, "on"), (False, "off"), (True, "on")):
        with ledger.begin(durable=durable) as t:
            assert t.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == expected
            assert t.connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
    ledger.close()


def test_a_closed_block_releases_the_lock(ledger: SqlLedger) -> None:
    for _ in range(30):
        with pytest.raises(ValueError), ledger.begin(durable=True) as t:
            take(t, account=A)
            raise ValueError
    with ledger.begin() as t:
        assert len(t.open_writes()) == 1


@pytest.mark.parametrize("kind", ["file", "folder", "broken link", "unreadable"])
def test_the_kill_file_stops_and_so_does_not_knowing(tmp_path: Path, kind: str) -> None:
    from bidctl.adapters.store import open_ledger

    kill = tmp_path / "stop"
    ledger = open_ledger(sqlite_url(tmp_path), NOW, kill_file=kill)
    with ledger.begin() as t:
        t.enrol(enrolment())
        assert not t.gate_view(A, enrolment().campaign, NOW).switches.killed
    if kind == "file":
        kill.touch()
    elif kind == "folder":
        kill.mkdir()
    elif kind == "broken link":
        kill.symlink_to(tmp_path / "nowhere")
    else:
        ledger.close()
        (tmp_path / "plain").touch()
        ledger = open_ledger(sqlite_url(tmp_path), NOW, kill_file=tmp_path / "plain" / "stop")
    with ledger.begin() as t:
        assert t.gate_view(A, enrolment().campaign, NOW).switches.killed
        assert all(s.killed for s in t.switches(A).values())
    ledger.close()
