"""Opening a ledger: new, older, newer, somebody else's, damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from bidctl.adapters.store import StoreError
from bidctl.adapters.store.engine import open_engine, transaction
from bidctl.adapters.store.schema import METADATA
from bidctl.adapters.store.versions import HEAD, known_revisions, upgrade
from bidctl.domain.quarantine import Fetched
from tests.adapters.store.builders import everything, fill, open_at, sqlite_url
from tests.contracts.ledger_contract import NOW, A


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def line(error: pytest.ExceptionInfo[StoreError]) -> str:
    assert "\n" not in str(error.value)
    return str(error.value)


def test_head_is_the_newest_migration() -> None:
    assert max(known_revisions()) == HEAD
    assert known_revisions() == {f"{n:04d}" for n in range(1, int(HEAD) + 1)}


def test_migrations_build_the_schema_that_the_program_uses(url: str) -> None:
    open_at(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def old_ledger(url: str) -> None:
    """A ledger as the first version made it: filled by today's program, then put back to the first schema's shape."""
    engine = open_engine(url)
    with transaction(engine, durable=True) as connection:
        upgrade(connection, "0001")
        found = {row[0] for row in connection.execute(text(LIST[connection.dialect.name]))}
        assert "hold_counts" not in found and "writes" in found
        for statement in FILL:
            connection.execute(text(statement))
    engine.dispose()


LIST = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}
DECIDED = (
    "INSERT INTO decisions (id, tick, account, campaign, at, mode, policy_id, settings_hash, code_version, field, old, new, "
    "reason, bound, alerts, waived, needs_approval, inputs, trace) VALUES ({}, 't', '{}', 'c{}', {}, 'live', 'p', 's', 'v', "
    "{}, '2.00', '2.20', {}, 0, 0, 0, {}, '{{}}', '[]')"
)
AT = 1_772_337_600_000_000  # NOW in microseconds
FILL = [
    f"INSERT INTO meta (id, since_at, copied, identity) VALUES (1, {AT}, false, NULL)",
    DECIDED.format("'a'", A, 1, AT, "NULL", 41, "false"),
    DECIDED.format("'b'", A, 1, AT + 1, "NULL", 42, "false"),
    DECIDED.format("'d'", A, 2, AT + 2, "NULL", 41, "false"),
    DECIDED.format("'e'", A, 2, AT + 3, "'roi_target'", 101, "true"),
    f"INSERT INTO edits (account, campaign, field, old, new, effective_at, ours, source, unresolved) "
    f"VALUES ('{A}', 'c1', 'roi_target', '2.00', '2.10', {AT}, false, 'log', false)",
    f"INSERT INTO lives (account, campaign, first_seen_at, started, paused_by_us_at, lowered_since_unknown) "
    f"VALUES ('{A}', 'c1', {AT}, true, {AT}, false), ('{A}', 'c2', {AT}, true, NULL, false)",
    f"INSERT INTO leases (name, owner, fence, until) VALUES ('controller', 'old', 7, {AT})",
]


def test_an_upgrade_keeps_everything(url: str, tmp_path: Path) -> None:
    old_ledger(url)
    ledger = open_at(url, NOW + timedelta(days=1))
    with ledger.begin() as t:
        assert [p.id for p in t.pending()] == ["e"]
        assert [e.new for e in t.edits(A, NOW)] == ["2.10"]
        assert t.hold_counts(A) == {41: 2, 42: 1}, "counting goes on from what was stored"
        assert t.gate_view(A, "c1", NOW).fence == 7  # type: ignore[arg-type]
        assert [(c, p.paused_at) for c, p in t.pauses(A).items()] == [("c1", NOW)], "a pause of ours stays ours"
    fill(ledger)
    assert ledger.acquire_lease("controller", "new", NOW, 60) == 8
    ledger.close()


def test_an_upgrade_of_a_file_keeps_the_old_file(tmp_path: Path) -> None:
    old_ledger(sqlite_url(tmp_path))
    open_at(sqlite_url(tmp_path)).close()
    (kept,) = [p for p in tmp_path.iterdir() if "before" in p.name]
    with sqlite3.connect(kept) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert old.execute("SELECT COUNT(*) FROM decisions").fetchone() == (4,)
    old.close()
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def test_a_fetch_of_before_its_begin_was_noted_goes_on(url: str) -> None:
    engine = open_engine(url)
    with transaction(engine, durable=True) as connection:
        upgrade(connection, "0008")
        connection.execute(text(FILL[0]))
        connection.execute(text(f"INSERT INTO syncs VALUES ('{A}', 'orders', {AT}, {AT - 1_000_000})"))
    engine.dispose()
    with closing(open_at(url)) as ledger, ledger.begin() as t:
        assert t.fetched(A, "orders") == Fetched(AT / 1e6, AT / 1e6 - 1, 0.0)


def test_a_ledger_that_is_opened_again_is_as_it_was(url: str) -> None:
    first = open_at(url)
    fill(first)
    before = everything(first)
    first.close()
    again = open_at(url, NOW + timedelta(days=3))
    assert everything(again) == before
    with again.begin() as t:
        assert t.ledger_since() == NOW
    again.close()


def test_a_ledger_from_the_future_is_refused_and_left_alone(url: str) -> None:
    open_at(url).close()
    engine = open_engine(url)
    with transaction(engine, durable=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9001'"))
    with pytest.raises(StoreError) as error:
        open_at(url)
    assert "9001" in line(error) and HEAD in line(error) and "newer" in line(error)
    assert ("ledger.db" in line(error)) == url.startswith("sqlite")
    with transaction(engine, durable=False) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9001"
    engine.dispose()


def test_somebody_elses_database_is_refused_and_left_alone(url: str) -> None:
    engine = open_engine(url)
    with transaction(engine, durable=True) as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))
    with pytest.raises(StoreError) as error:
        open_at(url)
    assert "orders" in line(error)
    with transaction(engine, durable=False) as connection:
        assert [row[0] for row in connection.execute(text(LIST[connection.dialect.name]))] == ["orders"]
    engine.dispose()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("计划ID,消耗\n" * 300, "utf-8")
    before = file.read_bytes()
    with pytest.raises(StoreError) as error:
        open_at(sqlite_url(tmp_path))
    assert str(file) in line(error) and "expected a ledger" in line(error)
    assert file.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        open_at(sqlite_url(tmp_path / "none"))
    assert "none" in line(error) and "folder" in line(error)
    assert not (tmp_path / "none").exists()


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as error:
        open_at(f"postgresql://u:hidden@/db?host={tmp_path}")
    assert "hidden" not in line(error) and "cannot be reached" in line(error)


@pytest.mark.parametrize("wrong", ["", "ledger.db", "mysql://u@h/d", "sqlite://", "sqlite:///:memory:", "oracle://x"])
def test_an_address_we_do_not_serve(wrong: str) -> None:
    with pytest.raises(StoreError) as error:
        open_at(wrong)
    assert "sqlite:///FILE" in line(error)
