"""The dynamic program against exhaustive search, and the rules that its paths must keep."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.feasible import MOVES, Stakes, best_path


def drawn(seed: int, stages: int, cells: int, n: int = 3, credit: bool = True) -> Stakes:
    """Random stakes that make every rule bind now and then."""
    rng = np.random.default_rng(seed)
    shape = (n, stages, cells)
    day = int(rng.integers(1, 4))
    return Stakes(
        gain=rng.normal(0, 10, shape),
        unsettled=rng.uniform(0, 20, shape),
        credit=rng.uniform(0, 8, shape) * credit,
        loss=rng.uniform(0, 0.5, (int(rng.integers(1, 3)), int(rng.integers(0, 4)))),
        within=int(rng.integers(0, 5)),
        last_of_day=np.arange(stages) % day == day - 1,
        may_move=rng.random((n, stages)) < 0.8,
        highest=rng.integers(cells // 2, cells + 2, (n, stages)),
        lowest=rng.integers(-2, cells // 2, (n, stages)),
        start=rng.integers(0, cells, n),
        spacing=int(rng.integers(1, 4)),
        lag=float(rng.uniform(0, 0.6)),
    )


def worth(x: Stakes, i: int, moves: tuple[int, ...]) -> float | None:
    """Profit of a list of moves (0 = stay), stage by stage; None if a rule forbids it."""
    at, since, soon, spoilt, total = int(x.start[i]), 10**6, 0, False, 0.0
    for s, move in enumerate(moves):
        before, at, since = at, at + move, since + 1
        if move:
            if not x.may_move[i, s] or since < x.spacing or not 0 <= at < x.gain.shape[2]:
                return None
            if (move > 0 and at > x.highest[i, s]) or (move < 0 and at < x.lowest[i, s]):
                return None
            soon = min(int(since < x.within), len(x.loss) - 1)
            since, spoilt = 0, True
        total += (1 - x.lag) * x.gain[i, s, at] + x.lag * x.gain[i, s, before]
        if since < x.loss.shape[1]:
            total -= x.loss[soon, since] * x.unsettled[i, s, at]
        if x.last_of_day[s]:
            total += 0.0 if spoilt else x.credit[i, s, at]
            spoilt = False
    return total


@settings(max_examples=100)
@given(seed=st.integers(0, 2**32 - 1), stages=st.integers(1, 4), cells=st.integers(3, 9), credit=st.booleans())
def test_it_equals_exhaustive_search(seed: int, stages: int, cells: int, credit: bool) -> None:
    stakes = drawn(seed, stages, cells, credit=credit)
    path = best_path(stakes)
    for i in range(len(stakes.start)):
        worths = [worth(stakes, i, moves) for moves in product((0, *MOVES), repeat=stages)]
        assert path.value[i] == pytest.approx(max(w for w in worths if w is not None))
        taken = np.diff(np.r_[stakes.start[i], path.cells[i]])
        assert worth(stakes, i, tuple(taken.tolist())) == pytest.approx(path.value[i])


def test_a_long_path_keeps_every_rule() -> None:
    stakes = drawn(3, 60, 30, n=20)
    path = best_path(stakes)
    for i in range(20):
        taken = np.diff(np.r_[stakes.start[i], path.cells[i]])
        assert worth(stakes, i, tuple(taken.tolist())) == pytest.approx(path.value[i])


def test_more_freedom_never_earns_less() -> None:
    stakes = drawn(7, 40, 30, n=20)
    free = np.broadcast_to(np.asarray(True), stakes.may_move.shape)
    wider = Stakes(**{n: getattr(stakes, n) for n in Stakes.__slots__} | {"may_move": free, "spacing": 1})
    assert (best_path(wider).value >= best_path(stakes).value - 1e-9).all()
