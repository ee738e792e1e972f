"""Random histories: the store against plain models that share nothing with it."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.domain.panel import Grain, Panel
from bidctl.domain.writes import WriteState
from tests.adapters.store.builders import open_at, sqlite_url
from tests.contracts.ledger_contract import DAY, NOW, A, edit, panel, take

S = NOW.timestamp()
facts = st.tuples(
    st.sampled_from(["c1", "c2"]),
    st.sampled_from([Grain.HOUR, Grain.DAY]),
    st.integers(0, 2).map(lambda n: S + 3600 * n),
    st.integers(0, 8).map(lambda n: S + 60 * n),
    st.fixed_dictionaries({"spend": st.sampled_from([1.0, 2.55, float("nan")]), "orders": st.sampled_from([0.0, 3.0])}),
)
batches = st.lists(st.lists(facts, max_size=6), max_size=5)


def newest(rows: list[tuple[object, ...]], until: float) -> dict[object, object]:
    """What was known at `until`, by walking through the readings in the order in which they were known."""
    known: dict[object, object] = {}
    for campaign, grain, happened, at, values in sorted(rows, key=lambda row: row[3]):  # type: ignore[arg-type,return-value]
        if at <= until:  # type: ignore[operator]
            known[(campaign, int(grain), happened)] = repr((values["spend"], values["orders"]))  # type: ignore[call-overload,index]
    return known


def shown(found: Panel, until: float) -> dict[object, object]:
    p = found.as_of(until)
    keys = zip(p.campaign.tolist(), p.grain.tolist(), p.happened_at.tolist(), strict=True)
    values = [repr(pair) for pair in zip(p.spend.tolist(), p.orders.tolist(), strict=True)]
    return dict(zip(keys, values, strict=True))


@settings(max_examples=25)
@given(batches)
def test_what_was_known_when_can_be_told_for_ever(history: list[list[tuple[object, ...]]]) -> None:
    """Readings arrive in the order in which they were made, as they do in life; each instant shows what it knew."""
    clock, told = 0, []
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_at(sqlite_url(Path(folder)))
        for batch in history:
            once = {(row[0], row[1], row[2], row[3]): row for row in batch}.values()
            later = [(*row[:3], row[3] + 600 * clock, row[4]) for row in once]  # type: ignore[operator]
            clock += 1
            told += later
            with ledger.begin() as t:
                assert t.add_facts(A, panel(later)) <= len(later)
                assert t.add_facts(A, panel(later)) == 0 or len({r[:3] for r in later}) < len(later)
        with ledger.begin() as t:
            found = t.load_facts(A, NOW)
        ledger.close()
    for until in np.arange(S, S + 600 * (clock + 1), 60).tolist():
        assert shown(found, until) == newest(told, until)


edits = st.tuples(
    st.sampled_from(["c1", "c2"]),
    st.sampled_from(["2.00", "2.2", "2.20"]),
    st.integers(0, 300),
    st.sampled_from([None, "L1", "L2"]),
)


@settings(max_examples=25)
@given(st.lists(edits, max_size=12), st.integers(1, 4))
def test_an_edit_told_again_is_not_counted_again(told: list[tuple[str, str, int, str | None]], size: int) -> None:
    made = [edit(campaign=c, new=n, effective_at=NOW + timedelta(seconds=s), log_id=i) for c, n, s, i in told]
    distinct: list[tuple[str, str, int, str | None]] = []
    for campaign, new, second, log in told:
        again = any(
            (log is not None and log == other[3])
            or (campaign == other[0] and float(new) == float(other[1]) and second // 60 == other[2] // 60)
            for other in distinct
        )
        if not again:
            distinct.append((campaign, new, second, log))
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_at(sqlite_url(Path(folder)))
        counted = 0
        for start in range(0, len(made), size):
            with ledger.begin() as t:
                counted += t.add_edits(made[start : start + size])
        with ledger.begin() as t:
            assert t.add_edits(made) == 0
            assert len(t.edits(A, DAY)) == counted == len(distinct)
        ledger.close()


moves = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(list(WriteState))), min_size=1, max_size=12)


@settings(max_examples=15)
@given(moves)
def test_workers_that_race_never_share_a_turn_and_edits_follow(steps: list[tuple[int, WriteState]]) -> None:
    """Four workers take turns and move what they hold at once: at most one open write, each move won once."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_at(sqlite_url(Path(folder)))

        def work(step: tuple[int, WriteState]) -> int:
            worker, to = step
            with ledger.begin(durable=True) as t:
                take(t, decision=f"{worker:032x}")
                held = t.open_writes(A)
                assert len(held) == 1
            with ledger.begin(durable=True) as t:
                return int(t.move(held[0], to, settled_at=NOW) is not None)

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(work, steps)) >= 1
        with ledger.begin() as t:
            all_writes = t.recent_writes(A, DAY)
            assert sum(w.state in ("taken", "sending", "unknown") for w in all_writes) <= 1
            counting = {w.id for w in all_writes if w.state in ("sending", "unknown", "confirmed")}
            assert {e.write_id for e in t.edits(A, DAY)} == counting
        ledger.close()
