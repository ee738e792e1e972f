"""`backup` and `restore` as an operator uses them: during a run, into nothing but a free place, and quiet for an hour after."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.cli.office import Office, Terminal
from tests.cli.test_bad_input import files, refused


@pytest.fixture
def used(desk: Office) -> Office:
    """An office past the first hour of its ledger: its next live tick edits (the journey shows it)."""
    desk.enrol_all()
    desk.tick("dry")
    desk.advance(hours=2)
    return desk


def at_work(database: Path) -> None:
    """Another process holds the lease."""
    with sqlite3.connect(database) as base:
        base.execute(
            "INSERT OR REPLACE INTO leases (name, owner, fence, until) VALUES ('controller', 'other:1:x', 7, 9e18)"
        )
    base.close()


def kept(folder: Path) -> dict[str, bytes]:
    """Files without what SQLite keeps beside a database while it is open."""
    return {name: data for name, data in files(folder).items() if not name.endswith(("-wal", "-shm"))}


def remove(folder: Path) -> None:
    for left in folder.glob("bidctl.db*"):
        left.unlink()


@pytest.mark.parametrize("portable", [False, True])
def test_a_restored_ledger_is_the_same_and_edits_nothing_for_61_minutes(used: Office, portable: bool) -> None:
    at_work(used.run.folder / "bidctl.db")  # a backup needs no stopping
    made = used.run.done("backup", "copy.db", *(["--portable"] if portable else []), "--json").tree
    assert made["file"] == "copy.db" and made["bytes"] > 0
    before = [c["campaign"] for c in used.run.done("status", "--json").tree]
    remove(used.run.folder)
    assert "61" in used.run.done("restore", "copy.db").out
    with sqlite3.connect(used.run.folder / "bidctl.db") as base:
        base.execute("DELETE FROM leases")  # the copied lease of the process that is gone has run out
    base.close()
    assert [c["campaign"] for c in used.run.done("status", "--json").tree] == before
    for minutes in (1, 30, 29):
        used.advance(minutes=minutes)
        (report,) = used.tick("live")
        assert report["decided"] == len(before) and report["held"]["SPACING"] and not used.written(), report
    used.advance(minutes=2)
    used.tick("live")
    assert used.written()


def test_a_ledger_is_never_restored_over_another(used: Office) -> None:
    used.run.done("backup", "copy.db")
    before = kept(used.run.folder)
    refused(used.run, ["restore", "copy.db"], 3, "bidctl.db", "already there")
    assert kept(used.run.folder) == before
    at_work(used.run.folder / "bidctl.db")
    refused(used.run, ["restore", "copy.db"], 3, "another process", "bidctl.db")
    remove(used.run.folder)
    (used.run.folder / "bidctl.db-wal").write_bytes(b"what a crash left")
    refused(used.run, ["restore", "copy.db"], 3, "bidctl.db-wal", "already there")


def test_a_backup_is_never_written_over_a_file(used: Office) -> None:
    (used.run.folder / "mine").write_text("mine", "utf-8")
    for more in ([], ["--portable"]):
        refused(used.run, ["backup", "mine", *more], 1, "mine", "already there")
        refused(used.run, ["backup", "no/such/folder/copy.db", *more], 1, "no/such/folder")
    assert (used.run.folder / "mine").read_text("utf-8") == "mine"


def test_there_is_nothing_to_back_up(shell: Terminal) -> None:
    for more in ([], ["--portable"]):
        refused(shell, ["backup", "copy.db", *more], 1, "bidctl.db", "no such file")
    assert files(shell.folder) == {}


BACKUPS = {
    "missing": (None, "copy"),
    "a table": ("计划ID,消耗\n".encode(), "bidctl backup"),
    "nothing": (b"", "bidctl backup"),
    "a picture": (b"\x89PNG\r\n", "bidctl backup"),
    "half a database": (b"SQLite format 3\x00" + b"\0" * 50, "copy"),
}


@pytest.mark.parametrize("case", BACKUPS)
def test_what_is_no_backup_builds_nothing(shell: Terminal, case: str) -> None:
    data, word = BACKUPS[case]
    if data is not None:
        (shell.folder / "copy").write_bytes(data)
    before = files(shell.folder)
    refused(shell, ["restore", "copy"], 1, "copy", word)
    assert files(shell.folder) == before


def test_a_database_of_something_else_and_one_of_a_newer_program(used: Office, tmp_path: Path) -> None:
    elsewhere = Terminal(tmp_path / "else")
    elsewhere.folder.mkdir()
    with sqlite3.connect(elsewhere.folder / "other.db") as base:
        base.execute("CREATE TABLE songs (name TEXT)")
    base.close()
    refused(elsewhere, ["restore", "other.db"], 1, "other.db", "bidctl backup")
    used.run.done("backup", "copy.db")
    shutil.move(used.run.folder / "copy.db", elsewhere.folder / "copy.db")
    with sqlite3.connect(elsewhere.folder / "copy.db") as base:
        base.execute("UPDATE alembic_version SET version_num = '0999'")
    base.close()
    refused(elsewhere, ["restore", "copy.db"], 1, "0999", "newer")
    assert sorted(files(elsewhere.folder)) == ["copy.db", "other.db"], "nothing was built"
