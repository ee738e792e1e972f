"""Which of the intervals told are not to be trusted, and why."""

from __future__ import annotations

from bidctl.cli.sim.findings import Findings
from bidctl.cli.sim.words import Say
from bidctl.wording import Wording


def doubts(f: Findings) -> list[Wording]:
    """One line for each comparison whose difference rests on few campaigns."""
    return [
        Say.FEW_CARRY(
            first=c.first,
            second=c.second,
            campaigns=f"{c.campaigns:,}",
            few=f"{c.carried_by:,.0f}",
            side=(Say.LARGER if c.lopsided > 0 else Say.SMALLER)(),
        )
        for c in (*f.against_hold.values(), *f.pairs)
        if not c.trusted
    ]
