"""The same gate on the real ledger: SQLite, durable, read back from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.domain.values import Mode
from bidctl.domain.writes import WriteState
from bidctl.engine.gate import Gate
from bidctl.engine.ports import CONTROLLER_LEASE
from tests.fakes.clock import START
from tests.fakes.memory_platform import ACCOUNT, Fault
from tests.fakes.rig import C1, Rig, enrolment


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.db", START - timedelta(days=1))
    yield ledger
    ledger.close()


def gate_over(rig: Rig, ledger: SqlLedger, owner: str) -> Gate:
    fence = ledger.acquire_lease(CONTROLLER_LEASE, owner, rig.clock.now(), 60)
    assert fence is not None
    with ledger.begin() as tx:
        tx.enrol(enrolment())
        tx.save_campaigns([rig.platform.campaigns_by_id[C1]], rig.clock.now())
    return Gate(ledger, rig.platform, rig.platform, rig.clock, rig.notices, Mode.LIVE, owner, fence)


async def test_edit_lost_reply_restart_and_stale_worker(ledger: SqlLedger) -> None:
    rig = Rig()
    rig.ledger = ledger  # type: ignore[assignment]
    rig.gate = first = gate_over(rig, ledger, "one")
    assert (await rig.write("2.20")).state is WriteState.CONFIRMED
    assert (await rig.write("2.40")).why.startswith("SPACING")
    rig.clock.advance(3700)
    rig.platform.faults = [Fault.LOST_NOT_APPLIED]
    assert (await rig.write("2.40")).state is WriteState.UNKNOWN

    rig.clock.advance(120)
    rig.gate = gate_over(rig, ledger, "two")
    record = rig.decide("2.40")
    assert (await first.write(rig.request(record), record)).state is WriteState.DROPPED
    for _ in range(3):
        open_writes = await rig.gate.recover()
        rig.clock.advance(30)
    assert open_writes == ()
    with ledger.begin() as tx:
        assert [e.new for e in tx.edits(ACCOUNT, START)] == ["2.20"]
        assert any(w.state is WriteState.ABSENT and w.unknown_at for w in tx.recent_writes(ACCOUNT, START))
    assert (await rig.write("2.40")).why.startswith("SPACING")
    rig.clock.advance(3700)
    assert (await rig.write("2.40")).state is WriteState.CONFIRMED
    assert [e.new for e in rig.platform.journal] == ["2.20", "2.40"]
