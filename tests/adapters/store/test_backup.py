"""Backups: consistent while others write, checked, restored as a ledger that begins anew."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from bidctl.adapters.store import SqlLedger, StoreError, backup, export, restore
from bidctl.adapters.store.versions import HEAD
from bidctl.domain.writes import WriteState
from tests.adapters.store.builders import everything, fill, open_at, sqlite_url
from tests.contracts.ledger_contract import DAY, NOW, A, record, run, take

LATER = NOW + timedelta(days=2)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def since(ledger: SqlLedger) -> object:
    with ledger.begin() as t:
        return t.gate_view(A, record(1).campaign, DAY).ledger_since


def test_a_backup_restores_to_the_same_ledger_that_begins_now(url: str, tmp_path: Path) -> None:
    ledger = open_at(url)
    fill(ledger)
    before = everything(ledger)
    backup(url, tmp_path / "copy")
    ledger.close()
    target = sqlite_url(tmp_path / "new")
    (tmp_path / "new").mkdir()
    restore(tmp_path / "copy", target, LATER)
    again = open_at(target, LATER + timedelta(minutes=1))
    assert everything(again) == before
    assert since(again) == LATER, "no edits for 61 min from the restoration on"
    again.close()


def test_an_export_moves_a_ledger_to_another_kind_of_database(tmp_path: Path, postgres_url: str) -> None:
    ledger = open_at(sqlite_url(tmp_path))
    fill(ledger)
    before = everything(ledger)
    export(sqlite_url(tmp_path), tmp_path / "ledger.jsonl")
    restore(tmp_path / "ledger.jsonl", postgres_url, LATER)
    moved = open_at(postgres_url, LATER)
    assert everything(moved) == before
    run(moved, (WriteState.SENDING, LATER), (WriteState.CONFIRMED, LATER))  # numbers go on after the restored ones
    with moved.begin() as t:
        assert len({w.id for w in t.recent_writes(A, DAY)}) == 3
    moved.close()
    ledger.close()


def test_a_copy_that_is_simply_opened_begins_now_too(tmp_path: Path) -> None:
    ledger = open_at(sqlite_url(tmp_path))
    fill(ledger)
    backup(sqlite_url(tmp_path), tmp_path / "copy.db")
    ledger.close()
    shutil.copy(tmp_path / "copy.db", tmp_path / "ledger.db")
    for leftover in ("ledger.db-wal", "ledger.db-shm"):
        (tmp_path / leftover).unlink(missing_ok=True)
    copied = open_at(sqlite_url(tmp_path), LATER)
    assert since(copied) == LATER
    copied.close()
    again = open_at(sqlite_url(tmp_path), LATER + timedelta(days=1))
    assert since(again) == LATER, "only the first opening of a copy counts"
    again.close()


def test_a_copied_postgres_database_begins_now(postgres_url: str, postgres: object) -> None:
    open_at(postgres_url).close()
    template = postgres_url.split("@/")[1].split("?")[0]
    with postgres.database(template) as copy:  # type: ignore[attr-defined]
        copied = open_at(copy, LATER)
        assert since(copied) == LATER
        copied.close()


def test_a_backup_during_writes_is_consistent(tmp_path: Path) -> None:
    """Every transaction stores one decision and one write: no copy may show one without the other."""
    ledger = open_at(sqlite_url(tmp_path))
    stop = threading.Event()

    def work() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with ledger.begin() as t:
                t.add_decisions([record(number, campaign=f"c{number}")])
                take(t, campaign=f"c{number}", decision=f"{number:032x}")

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for turn in range(4):
            backup(sqlite_url(tmp_path), tmp_path / f"copy{turn}.db")
            export(sqlite_url(tmp_path), tmp_path / f"copy{turn}.jsonl")
    finally:
        stop.set()
        worker.join()
        ledger.close()
    counts = []
    for turn in range(4):
        restore(tmp_path / f"copy{turn}.jsonl", f"sqlite:///{tmp_path}/from{turn}.db", LATER)
        for name in (f"copy{turn}.db", f"from{turn}.db"):
            raw = sqlite3.connect(tmp_path / name)
            counted = ("decisions", "writes", "decisions d JOIN writes w ON w.decision = d.id")
            decisions, writes, paired = (raw.execute(f"SELECT COUNT(*) FROM {c}").fetchone()[0] for c in counted)
            raw.close()
            assert decisions == writes == paired
            counts.append(decisions)
    assert counts == sorted(counts) and counts[-1] > counts[0], "there was writing in between"


@pytest.mark.parametrize("damage", ["cut", "changed", "future", "foreign", "garbage"])
def test_a_damaged_export_is_refused_and_nothing_is_built(tmp_path: Path, damage: str) -> None:
    ledger = open_at(sqlite_url(tmp_path))
    fill(ledger)
    ledger.close()
    source, target = tmp_path / "e.jsonl", tmp_path / "target.db"
    export(sqlite_url(tmp_path), source)
    lines = source.read_text("utf-8").splitlines(keepends=True)
    if damage == "cut":
        lines = lines[:-3]
    elif damage == "changed":
        lines = [line.replace("2.20", "9.20") for line in lines]
    elif damage == "future":
        lines[0] = lines[0].replace(HEAD, "0999")
    elif damage == "foreign":
        lines = ['{"hello": 1}\n']
    else:
        lines = ["计划ID,消耗\n"]
    source.write_text("".join(lines), "utf-8")
    with pytest.raises(StoreError) as error:
        restore(source, f"sqlite:///{target}", LATER)
    assert str(source) in str(error.value) and "\n" not in str(error.value)
    assert not target.exists()


def test_nothing_is_overwritten(tmp_path: Path, postgres_ledger_url: str) -> None:
    open_at(sqlite_url(tmp_path)).close()
    (tmp_path / "taken").write_text("mine")
    for write in (backup, export):
        with pytest.raises(StoreError, match="already there"):
            write(sqlite_url(tmp_path), tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"
    export(sqlite_url(tmp_path), tmp_path / "e.jsonl")
    with pytest.raises(StoreError, match="already there"):
        restore(tmp_path / "e.jsonl", sqlite_url(tmp_path), LATER)
    with pytest.raises(StoreError, match="already holds a ledger"):
        restore(tmp_path / "e.jsonl", postgres_ledger_url, LATER)


def test_a_backup_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        backup(sqlite_url(tmp_path), tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="cannot be read"):
        restore(tmp_path / "none", sqlite_url(tmp_path), LATER)


def test_a_backup_to_a_folder_that_is_not_there(tmp_path: Path) -> None:
    open_at(sqlite_url(tmp_path)).close()
    with pytest.raises(StoreError):
        backup(sqlite_url(tmp_path), tmp_path / "none" / "copy.db")
    with pytest.raises(StoreError):
        export(sqlite_url(tmp_path), tmp_path / "none" / "copy.jsonl")
