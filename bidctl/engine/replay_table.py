"""Replay over an exported table: at every day's end the advice that the table up to there would have given.

An export tells what was known when it was made, so every row counts as ASSUMED known at its day's end, and a settled column
when its days had passed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bidctl.domain.reasons import Reason
from bidctl.domain.values import Capabilities
from bidctl.engine.advise import Given, advise
from bidctl.engine.episodes import Verdict
from bidctl.engine.replay import Step, unwatched
from bidctl.engine.report_rows import ReportRow
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.wording import Wording

WINDOW = timedelta(days=40)
"""What the windows reach back to: older rows cannot matter, so each day costs the same."""
SETTLES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class DayAdvice:
    """What the policy would have advised for a campaign at the end of `day`, and the target that stood on the day after.
    `new` None = hold; `then` None = the table does not tell."""

    day: date
    campaign: str
    old: Decimal | None
    new: Decimal | None
    reason: Reason
    line: Wording
    then: Decimal | None


def replay_table(
    rows: Sequence[ReportRow], given: Given, policy: Policy, capabilities: Capabilities, rules: RuleSettings,
    since: date | None = None, until: date | None = None, step: Step = unwatched,
) -> list[DayAdvice]:  # fmt: skip
    """Every campaign at the end of every day of the table in [since, until]."""
    days = sorted({r.day for r in rows})
    asked = [d for d in days if (since is None or d >= since) and (until is None or d <= until)]
    by_day: dict[date, list[ReportRow]] = {d: [] for d in days}
    for r in rows:
        by_day[r.day].append(r)
    targets = {(r.campaign, r.day): r.target for r in rows if r.target is not None}
    following = dict(pairwise(days))
    out = []
    for i, day in enumerate(asked, 1):
        known = [_as_known(r, day) for d in days if day - WINDOW <= d <= day for r in by_day[d]]
        for a in advise(known, given, policy, capabilities, rules).lines:
            then = targets.get((a.campaign, following[day])) if day in following else None
            out.append(DayAdvice(day, a.campaign, a.old, a.new, a.reason, a.line, then))
        step(i / len(asked))
    return out


def beside(a: DayAdvice) -> Verdict | None:
    """How a day's advice compares with the target of the day after; None = neither moved, or the table does not tell."""
    moved = a.then is not None and a.old is not None and a.then != a.old
    if a.new is None:
        return Verdict.ONLY_DONE if moved else None
    if not moved or a.old is None or a.then is None:
        return Verdict.ONLY_REPLAY
    return Verdict.SAME if (a.then > a.old) == (a.new > a.old) else Verdict.OPPOSITE


def _as_known(r: ReportRow, day: date) -> ReportRow:
    """A row as it would have read at the end of `day`."""
    return r if r.gmv_7d is None or r.day + SETTLES <= day else replace(r, gmv_7d=None)
