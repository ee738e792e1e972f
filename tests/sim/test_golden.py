"""The golden ledger: any change of the market, of observing or of deciding shows as lines to review."""

from __future__ import annotations

import difflib

from tests.sim.golden.ledger import PLACE, ledger


def test_the_ledger_is_the_one_that_was_reviewed() -> None:
    known, told = PLACE.read_text("utf-8"), ledger()
    changed = list(difflib.unified_diff(known.splitlines(), told.splitlines(), "reviewed", "now", lineterm="", n=0))
    assert not changed, "\n".join(
        [*changed, "if all of that is meant: `python -m tests.sim.golden`, then review `git diff`"]
    )
