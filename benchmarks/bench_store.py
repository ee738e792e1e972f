"""What the store takes in on SQLite: one account's tick of 200 campaigns, new totals of each, and the gate's transactions."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.adapters.store import SqlLedger, count_statements, open_ledger
from bidctl.domain.values import CampaignId
from tests.adapters.store.builders import totals
from tests.contracts.ledger_contract import NOW, A, info

CAMPAIGNS, TICKS, GATES = 200, 30, 200


def tick(ledger: SqlLedger, number: int) -> None:
    """A listing whose totals all moved."""
    at = NOW + number * timedelta(minutes=10)
    with ledger.begin(durable=True) as t:
        t.save_campaigns([info(campaign=CampaignId(f"179{n:016d}")) for n in range(CAMPAIGNS)], at)
        t.add_facts(A, totals(CAMPAIGNS, at.timestamp(), float(number)))
        t.beat(A, str(number), at, True)


def gate(ledger: SqlLedger) -> None:
    """A durable transaction that looks at one campaign."""
    with ledger.begin(durable=True) as t:
        t.gate_view(A, CampaignId(f"179{0:016d}"), NOW)
        t.load_campaign(A, CampaignId(f"179{0:016d}"))
        t.beat(A, "gate", NOW, True)


def main() -> None:
    """Print facts and gate transactions a second, and the statements of each."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(f"sqlite:///{folder}/bench.db", NOW)
        spans = []
        for number in range(TICKS):
            with count_statements(ledger.engine) as tally:
                began = time.perf_counter()
                tick(ledger, number)
                spans.append(time.perf_counter() - began)
        began = time.perf_counter()
        for _ in range(GATES):
            gate(ledger)
        each = (time.perf_counter() - began) / GATES
        ledger.close()
    median = statistics.median(spans[1:])
    print(
        f"a tick's facts and campaigns: {CAMPAIGNS / median:,.0f} campaigns/s, {tally.statements} statements for {CAMPAIGNS}"
    )
    print(f"durable gate transactions (synchronous=FULL, one thread): {1 / each:,.0f} a second")


if __name__ == "__main__":
    main()
