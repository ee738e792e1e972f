"""The same deaths with the ledger in PostgreSQL: at every tenth place, and at each place around the first request of a write."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.postgres import Server
from tests.long.nursery import MINUTE, POST_TARGET, Stage, places, prepared, recover

pytestmark = [pytest.mark.long, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def stage(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with postgres.database() as origin:

        @contextlib.contextmanager
        def copies(folder: Path) -> Iterator[str]:
            template = origin.partition("?")[0].rpartition("/")[2]
            with postgres.database(template) as url:
                _same_ledger(url)
                yield url

        with prepared(tmp_path_factory.mktemp("kill-pg"), origin, copies) as found:
            yield found


def _same_ledger(url: str) -> None:
    """A copied database counts as restored, which stops all edits for an hour; ours stands for the origin."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute(
            "UPDATE meta SET identity = (SELECT system_identifier FROM pg_control_system())::text || '/' || "
            "(SELECT oid FROM pg_database WHERE datname = current_database()) || '/' || 'meta'::regclass::oid"
        )


def test_death_on_postgres(stage: Stage) -> None:
    before, _, writing = places(stage.steps)
    at = writing.index(f"{POST_TARGET} 1 before")
    chosen = sorted({*writing[::10], *writing[at - 2 : at + 5]}, key=writing.index)
    with stage.case() as case:
        for step in before[::4]:
            assert case.run({step: "kill"}).code == -9, step
        recover(case)
    for step in chosen:
        with stage.case() as case:
            assert case.run({step: "kill"}).code == -9, step
            case.advance(MINUTE)
            recover(case)
    print(f"killed at {len(before[::4])} + {len(chosen)} places on PostgreSQL")
