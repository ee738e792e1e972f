"""The ledger's contract on SQLite, on PostgreSQL, and on the in-memory ledger of the gate's tests."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.engine.ports import Ledger
from tests.contracts.ledger_contract import NOW, LedgerContract


class TestSqlite(LedgerContract):
    @pytest.fixture
    def ledger(self, tmp_path: Path) -> Iterator[SqlLedger]:
        ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db", NOW)
        yield ledger
        ledger.close()


class TestPostgres(LedgerContract):
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
