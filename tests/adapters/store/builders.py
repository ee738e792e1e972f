"""Ledgers and rows for the store's own tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.reasons import Reason
from bidctl.domain.writes import WriteState
from tests.contracts.ledger_contract import NOW, A, C, D, edit, enrolment, hold, info, record, run


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder}/ledger.db"


def open_at(url: str, now: object = NOW) -> SqlLedger:
    return open_ledger(url, now)  # type: ignore[arg-type]


def totals(campaigns: int, known_at: float, spend: float) -> Panel:
    """One cumulative row for each of some campaigns."""
    happened = np.full(campaigns, NOW.timestamp() - 4 * 3600)
    columns = {name: np.full(campaigns, spend) for name in METRICS}
    names = np.array([f"179{n:016d}" for n in range(campaigns)])
    grain = np.full(campaigns, Grain.CUMULATIVE, np.int8)
    return Panel(names, grain, happened, np.full(campaigns, known_at), np.zeros(campaigns, np.bool_), **columns)


def fill(ledger: SqlLedger) -> None:
    """A little of everything."""
    with ledger.begin(durable=True) as t:
        t.enrol(enrolment())
        t.save_campaigns([info(), info(campaign=D)], NOW)
        t.add_facts(A, totals(5, NOW.timestamp(), 1.25))
        t.add_decisions([record(1, needs_approval=True), hold(2, Reason.SPACING, campaign=D)])
        t.add_edits([edit(new="1.7", log_id="L1")])
        t.set_kill(A, True, "li", NOW)
        t.beat(A, "t", NOW, True)
    run(ledger, (WriteState.SENDING, NOW), (WriteState.CONFIRMED, NOW))
    run(ledger, campaign=D)


def everything(ledger: SqlLedger) -> list[object]:
    """All that a ledger tells, comparable."""
    since = NOW.replace(year=2020)
    with ledger.begin() as t:
        found = t.load_facts(A, since)
        columns = [getattr(found, f).tolist() for f in Panel.__dataclass_fields__]
        return [
            t.enrolments(), dict(t.load_campaigns(A)), sorted(zip(*columns, strict=True)), t.decisions_of(A, C),
            t.decisions_of(A, D), t.edits(A, since), t.switches(A), t.last_beat(A), t.recent_writes(A, since), t.pending(),
        ]  # fmt: skip
