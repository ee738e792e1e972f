"""What the store costs: the same statements and rows after many ticks as after the first; indexes where it matters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bidctl.adapters.store import SqlLedger, Tally, count_statements
from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId
from bidctl.engine.ports import Transaction
from tests.adapters.store.builders import open_at, sqlite_url, totals
from tests.contracts.ledger_contract import DAY, NOW, A, C, edit, hold, info

CAMPAIGNS = 60


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> object:
    postgres = request.param == "postgres"
    ledger = open_at(request.getfixturevalue("postgres_ledger_url") if postgres else sqlite_url(tmp_path))
    yield ledger
    ledger.close()


def tick(number: int) -> Callable[[Transaction], None]:
    """One tick of an account: everything read anew, a tenth of the holds change, one edit by somebody."""
    at = NOW + number * timedelta(minutes=10)
    campaigns = [CampaignId(f"179{n:016d}") for n in range(CAMPAIGNS)]
    reasons = [Reason.SPACING if (n + number) % 10 else Reason.QUOTA for n in range(CAMPAIGNS)]

    def work(t: Transaction) -> None:
        t.save_campaigns([info(campaign=c) for c in campaigns], at)
        t.add_facts(A, totals(CAMPAIGNS, at.timestamp(), number / 4))
        t.add_edits([edit(new=f"{number}.00", effective_at=at)])
        t.add_decisions(
            [hold(number * 1000 + n, reasons[n], campaign=c, at=at, tick=str(number)) for n, c in enumerate(campaigns)]
        )
        t.switches(A)
        t.open_writes(A)
        t.edits(A, at - timedelta(hours=1))
        t.gate_view(A, campaigns[0], at - timedelta(hours=12))
        t.beat(A, str(number), at, True)

    return work


def cost(ledger: SqlLedger, number: int) -> Tally:
    with count_statements(ledger.engine) as tally, ledger.begin() as t:
        tick(number)(t)
    return tally


def test_a_tick_costs_the_same_after_a_hundred(ledger: SqlLedger) -> None:
    for number in range(10):
        cost(ledger, number)
    early = cost(ledger, 10)
    for number in range(11, 110):
        cost(ledger, number)
    late = cost(ledger, 110)
    assert late == early
    assert early.statements < 40 and early.rows_read > CAMPAIGNS and early.rows_written > 2 * CAMPAIGNS


def test_statements_do_not_grow_with_campaigns(ledger: SqlLedger) -> None:
    counts = []
    for number, campaigns in enumerate((10, 1000)):
        with count_statements(ledger.engine) as tally, ledger.begin() as t:
            t.add_facts(A, totals(campaigns, NOW.timestamp() + number, float(number)))
            t.save_campaigns([info(campaign=str(n)) for n in range(campaigns)], NOW)
            t.add_decisions(
                [hold(number * 10**6 + n, Reason.SPACING, campaign=f"{number}/{n}") for n in range(campaigns)]
            )
        counts.append(tally.statements)
    assert counts[0] == counts[1]


def test_counting_stops_with_the_block(ledger: SqlLedger) -> None:
    with count_statements(ledger.engine) as tally:
        pass
    cost(ledger, 0)
    assert tally == Tally()


QUERIES = {
    "gate: last edit": "SELECT MAX(effective_at) FROM edits WHERE account = 'a' AND campaign = 'c'",
    "gate: absent": "SELECT MAX(settled_at) FROM writes WHERE account = 'a' AND campaign = 'c' AND state = 'absent'",
    "edits since": "SELECT * FROM edits WHERE account = 'a' AND effective_at >= 1",
    "open writes": "SELECT * FROM writes WHERE open_key > '' AND account = 'a'",
    "recent writes": "SELECT * FROM writes WHERE account = 'a' AND touched_at >= 1",
    "facts since": "SELECT * FROM facts WHERE account = 'a' AND happened_at >= 1",
    "newest facts": "SELECT * FROM newest_facts WHERE account = 'a' AND grain = 2 AND happened_at BETWEEN 1 AND 2",
    "explain": "SELECT * FROM decisions WHERE account = 'a' AND campaign = 'c' ORDER BY at DESC, id LIMIT 20",
    "pending": "SELECT * FROM decisions WHERE needs_approval IS 1 AND approved IS NULL ORDER BY at, id",
}


@pytest.mark.parametrize("name", QUERIES)
def test_hot_queries_use_an_index(tmp_path: Path, name: str) -> None:
    ledger = open_at(sqlite_url(tmp_path))
    with ledger.begin() as t:
        plan = [row[-1] for row in t.connection.execute(text("EXPLAIN QUERY PLAN " + QUERIES[name]))]
    ledger.close()
    assert any("SEARCH" in step for step in plan) and not any(step.startswith("SCAN") for step in plan), plan


def test_old_holds_are_compacted_and_nothing_else(ledger: SqlLedger) -> None:
    for number in range(6):
        reason = Reason.SPACING if number % 2 else Reason.QUOTA
        with ledger.begin() as t:
            t.add_decisions([hold(number, reason, at=NOW + timedelta(days=number))])
    acting = replace(hold(9, Reason.START, campaign="other"), field=edit().field, needs_approval=True)
    with ledger.begin() as t:
        t.add_decisions([acting])
        assert t.compact(NOW + timedelta(days=3)) == 3
        assert [int(d.id, 16) for d in t.decisions_of(A, C)] == [5, 4, 3]
        assert t.compact(NOW + timedelta(days=99)) == 2, "the newest of a campaign stays"
        assert [int(d.id, 16) for d in t.decisions_of(A, C)] == [5]
        assert t.decision(acting.id) == acting
        assert t.hold_counts() == {Reason.SPACING: 3, Reason.QUOTA: 3}
        t.add_decisions([hold(20, Reason.SPACING, at=NOW + timedelta(days=9))])
        assert len(t.decisions_of(A, C)) == 1, "still the same reason as the newest"
        assert t.edits(A, DAY) == ()
