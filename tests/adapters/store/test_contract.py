"""The ledger's contract on SQLite, on PostgreSQL, and on the in-memory ledger of the gate's tests."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.domain.panel import Grain
from bidctl.engine.ports import Ledger
from tests.contracts.ledger_contract import DAY, NOW, A, B, C, LedgerContract, enrolment, info, panel


class SqlContract(LedgerContract):
    """What the SQL ledger keeps beyond the port."""

    def test_totals_of_the_day_keep_a_reading_an_hour_and_the_last(self, ledger: Ledger) -> None:
        s = DAY.timestamp()
        seen = [(60 * m, 5.0) for m in (10, 20, 50, 70, 80, 140, 150)]
        with ledger.begin() as t:
            for after, spend in seen:
                t.add_facts(A, panel([(C, Grain.CUMULATIVE, s, s + after, {"spend": spend})]))
        with ledger.begin() as t:
            found = t.load_facts(A, DAY)
            assert sorted(((found.known_at - s) / 60).tolist()) == [10, 70, 140, 150]
            assert set(found.spend.tolist()) == {5.0}
            t.add_facts(A, panel([(C, Grain.CUMULATIVE, s, s + 9000, {"spend": 6.0})]))
            assert sorted(t.load_facts(A, DAY).spend.tolist())[-1] == 6.0

    def test_accounts_are_those_that_ticked_or_are_enrolled_or_seen(self, ledger: Ledger) -> None:
        with ledger.begin() as t:
            t.beat(A, "t1", NOW, True)
            t.enrol(enrolment(account=B))
            t.unenrol(B, C, NOW)
            assert t.accounts() == (A,)
            t.save_campaigns([info(account=B)], NOW)
            assert t.accounts() == (A, B)


class TestSqlite(SqlContract):
    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[SqlLedger]:
        ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db", NOW)
        yield ledger
        ledger.close()


class TestPostgres(SqlContract):
    @pytest.fixture
    def ledger(self, postgres_ledger_url: str) -> Iterator[SqlLedger]:
        ledger = open_ledger(postgres_ledger_url, NOW)
        yield ledger
        ledger.close()


class TestMemory(LedgerContract):
    @pytest.fixture
    def ledger(self) -> Ledger:
        try:
            fake = importlib.import_module("tests.fakes.memory_ledger")
        except ModuleNotFoundError:
            pytest.skip("there is no in-memory ledger yet")
        ledger: Ledger = fake.MemoryLedger(NOW)
        return ledger
