"""The draw of a day: always the same, even, and another one for each campaign and day."""

from __future__ import annotations

import numpy as np

from bidctl.engine.draw import draw, mark

NAMES = mark([str(7_000_000_000_000_000_000 + i) for i in range(4000)])


def test_it_is_even_and_inside() -> None:
    x = draw(NAMES, 739_000)
    assert ((x > 0) & (x < 1)).all()
    counts = np.histogram(x, 20, (0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 45  # chi-square with 19 degrees of freedom, 0.1 %


def test_days_and_campaigns_are_independent() -> None:
    today, tomorrow = draw(NAMES, 739_000), draw(NAMES, 739_001)
    assert abs(np.corrcoef(today, tomorrow)[0, 1]) < 0.06
    assert abs(np.corrcoef(today[1:], today[:-1])[0, 1]) < 0.06


def test_it_hangs_on_nothing_else() -> None:
    whole = draw(NAMES, 739_000)
    assert (draw(NAMES[5:8], 739_000) == whole[5:8]).all()
    assert (draw(NAMES[::-1], 739_000) == whole[::-1]).all()
