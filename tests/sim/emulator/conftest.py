"""An emulator over the exact world, and a plain client of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sim.emulator import Running, running
from tests.sim.emulator.client import Client
from tests.sim.emulator.fake_world import GOODS, LIVE, START, FakeWorld, session


@pytest.fixture
def world() -> FakeWorld:
    """One goods plan on net ROI, one live plan on air for an hour, one volume plan, one 乘方 plan."""
    volume, overall = replace(GOODS, name="volume", cost_controlled=False), replace(GOODS, name="overall", overall=True)
    made = FakeWorld([GOODS, LIVE, volume, overall])
    made.sessions_of = {1: [session(1, START - 3600, START + 7200)]}
    return made


@pytest.fixture
def emulator(world: FakeWorld, tmp_path: Path) -> Iterator[Running]:
    with running(world, journal_path=tmp_path / "journal.jsonl") as found:
        yield found


@pytest.fixture
def client(emulator: Running) -> Client:
    return Client(emulator.port)
