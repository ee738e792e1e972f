"""The protection ledger against the platform's rule spelt out for one campaign at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bidctl.engine.days import NaturalDays
from bidctl.engine.edit_book import Changes
from bidctl.engine.protection_ledger import COVERS, LOST, Cover, ProtectedDays, ProtectionLedger, protection_ledger

ZONE = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 20, tzinfo=ZONE)
LAST = MIDNIGHT.date().toordinal()
NOW = MIDNIGHT + timedelta(hours=20)
SPAN = 3


@dataclass(frozen=True)
class Move:
    minute: int  # since the midnight two days before today
    value: bool = True


def at(minute: float) -> float:
    return (MIDNIGHT - timedelta(days=2) + timedelta(minutes=minute)).timestamp()


def changes(rows: list[list[Move]]) -> Changes:
    flat = sorted(((at(m.minute), row, m.value) for row, moves in enumerate(rows) for m in moves))
    n = len(flat)
    return Changes(
        np.array([f[1] for f in flat], np.int64), np.array([f[0] for f in flat]), np.array([f[2] for f in flat], np.bool_),
        np.full(n, 200), np.full(n, 210), np.zeros(n, np.bool_), np.full(n, -1),
    )  # fmt: skip


def ledger(rows: list[list[Move]], live: bool = False, **changed: object) -> ProtectionLedger:
    n = len(rows)
    full = {
        name: np.full((n, SPAN), value)
        for name, value in (("spend", 500.0), ("gmv", 600.0), ("due", 300.0), ("orders", 12.0))
    }
    told = (
        full
        | {"live": np.full(n, live), "ruled": np.ones(n, np.bool_), "invalid_today": np.zeros(n, np.bool_)}
        | changed
    )
    return protection_ledger(ProtectedDays(**told), changes(rows), LAST, NaturalDays("Asia/Shanghai"), NOW.timestamp())


def lost(moves: list[Move], live: bool) -> list[bool]:
    """By day, the rule of the fact sheet in plain words."""
    out = [False] * SPAN
    kinds = [[m for m in moves if m.value], [m for m in moves if not m.value]] if live else [moves]
    for kind, least in zip(kinds, (15, 60) if live else (60,), strict=True):
        ordered = sorted(kind, key=lambda m: m.minute)
        for one, other in pairwise(ordered):
            if other.minute - one.minute < least:
                for m in (one, other):
                    if 0 <= m.minute < SPAN * 1440:
                        out[m.minute // 1440] = True
    for d in range(SPAN):
        if live and sum(m.value and d * 1440 <= m.minute < (d + 1) * 1440 for m in moves) > 24:
            out[d] = True
    return out


moves = st.lists(st.builds(Move, st.integers(-200, SPAN * 1440 - 300), st.booleans()), max_size=12)


@settings(max_examples=150)
@given(st.lists(moves, min_size=1, max_size=3), st.booleans())
@example([[Move(100), Move(160)], [Move(100), Move(159)]], False)
@example([[Move(1430), Move(1450)]], False)
@example([[Move(100 + 15 * i) for i in range(25)]], True)
@example([[Move(100 + 15 * i) for i in range(24)]], True)
@example([[Move(100, False), Move(150, False)], [Move(100), Move(101, False)]], True)
def test_discipline_is_the_platforms_rule(rows: list[list[Move]], live: bool) -> None:
    found = np.isin(ledger(rows, live).cover, LOST)
    assert found.tolist() == [lost(row, live) for row in rows]


def test_it_pays_spend_less_t_where_nothing_is_lost() -> None:
    found = ledger([[Move(100)]])
    assert (found.cover == Cover.PAYS).all() and (found.expected == 200.0).all()
    assert found.target[0, 0] == pytest.approx(2.0) and found.roi[0, 0] == pytest.approx(1.2)
    gone = ledger([[Move(100), Move(130)]])
    assert gone.cover[0].tolist() == [Cover.TOO_CLOSE, Cover.PAYS, Cover.PAYS] and gone.expected[0, 0] == 0.0


@pytest.mark.parametrize(
    ("changed", "cover", "expected"),
    [
        ({"orders": 9.0}, Cover.FEW_ORDERS, 0.0),
        ({"orders": 10.0}, Cover.PAYS, 200.0),
        ({"due": 400.0}, Cover.ROI_HOLDS, 0.0),  # 80 % exactly is not below
        ({"due": 399.9}, Cover.PAYS, 100.1),
        ({"spend": np.nan}, Cover.UNKNOWN, np.nan),
        ({"due": np.nan}, Cover.UNKNOWN, np.nan),
        ({"orders": np.nan}, Cover.UNKNOWN, np.nan),
        ({"gmv": 0.0, "due": 0.0}, Cover.PAYS, 500.0),
    ],
)
def test_each_condition(changed: dict[str, float], cover: Cover, expected: float) -> None:
    found = ledger([[]], **{name: np.full((1, SPAN), value) for name, value in changed.items()})
    assert found.cover[0, 1] == cover
    assert found.expected[0, 1] == pytest.approx(expected, nan_ok=True)


def test_what_the_platform_says_and_what_has_no_rule() -> None:
    said = ledger([[]], invalid_today=np.array([True]))
    assert said.cover[0].tolist() == [Cover.PAYS, Cover.PAYS, Cover.SAID_LOST] and said.pause_forfeits[0] == 0.0
    assert (ledger([[]], ruled=np.array([False])).cover == Cover.NO_RULE).all()


def test_the_next_safe_edit_and_what_is_at_stake() -> None:
    twenty = 2 * 1440 + 20 * 60
    late = ledger([[Move(twenty - 30)], [Move(twenty - 61)], []])
    assert late.safe_from[:2].tolist() == [at(twenty + 30), at(twenty - 1)] and late.safe_from[2] == -np.inf
    assert late.pause_forfeits.tolist() == [200.0] * 3 and late.edit_forfeits.tolist() == [200.0, 0.0, 0.0]
    on_air = ledger([[Move(twenty - 10)], [Move(twenty - 16)], [Move(twenty - 5, False)]], live=True)
    assert on_air.edit_forfeits.tolist() == [200.0, 0.0, 0.0]
    spent = ledger([[Move(2 * 1440 + 20 * i) for i in range(24)]], live=True)
    assert spent.edit_forfeits[0] == 200.0


def test_every_verdict_has_its_words() -> None:
    assert set(COVERS) == set(Cover)
