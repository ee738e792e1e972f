"""Token pairs: compare-and-set, kept across openings, one refresher at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bidctl.adapters.store import export, restore
from bidctl.adapters.tokens import StoredTokens, TokenStore
from tests.adapters.store.builders import open_at, sqlite_url
from tests.contracts.ledger_contract import NOW

PAIR = StoredTokens("app", b"\x00\xff sealed", NOW + timedelta(hours=24), NOW + timedelta(days=30), 1)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return sqlite_url(tmp_path) if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


def test_a_pair_is_replaced_only_by_its_successor(url: str) -> None:
    ledger = open_at(url)
    tokens: TokenStore = ledger.tokens
    assert tokens.load("app") is None
    assert tokens.save(PAIR, 0)
    assert not tokens.save(PAIR, 0), "somebody stored first"
    second = replace(PAIR, sealed=b"two", version=2)
    assert not tokens.save(replace(PAIR, sealed=b"x", version=3), 2)
    assert tokens.save(second, 1)
    assert not tokens.save(second, 1)
    with pytest.raises(ValueError):
        tokens.save(PAIR, 5)
    assert tokens.save(replace(PAIR, app_id="other"), 0)
    ledger.close()
    again = open_at(url)
    assert again.tokens.load("app") == second
    again.close()


def test_one_of_many_saves_wins(url: str) -> None:
    ledger = open_at(url)
    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(lambda n: ledger.tokens.save(replace(PAIR, sealed=b"%d" % n), 0), range(10))) == 1
    ledger.close()


def test_one_refresher_at_a_time(url: str) -> None:
    ledger = open_at(url)
    tokens = ledger.tokens
    assert tokens.acquire_refresh("app", "one", NOW, 30)
    assert tokens.acquire_refresh("app", "one", NOW, 30)
    assert not tokens.acquire_refresh("app", "two", NOW + timedelta(seconds=29), 30)
    assert tokens.acquire_refresh("other", "two", NOW, 30)
    tokens.release_refresh("app", "two")
    assert not tokens.acquire_refresh("app", "two", NOW, 30)
    tokens.release_refresh("app", "one")
    assert tokens.acquire_refresh("app", "two", NOW, 30)
    assert tokens.acquire_refresh("app", "three", NOW + timedelta(seconds=30), 30)
    ledger.close()


def test_sealed_bytes_survive_an_export(url: str, tmp_path: Path) -> None:
    ledger = open_at(url)
    ledger.tokens.save(PAIR, 0)
    export(url, tmp_path / "e.jsonl")
    ledger.close()
    restore(tmp_path / "e.jsonl", f"sqlite:///{tmp_path}/restored.db", NOW)
    restored = open_at(f"sqlite:///{tmp_path}/restored.db")
    assert restored.tokens.load("app") == PAIR
    restored.close()
