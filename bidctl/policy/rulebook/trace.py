"""The trace of one row for `explain`: the same rules, watched while they run."""

from __future__ import annotations

import numpy as np

from bidctl.domain.decision import Decisions, TraceStep
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason, Rule
from bidctl.policy.rulebook.blast import blast
from bidctl.policy.rulebook.budget import budget
from bidctl.policy.rulebook.precedence import BLAST_READS, BUDGET_READS, ROW_RULES
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Sheet, blank, close_sheet, open_sheet
from bidctl.policy.rules import Policy, Wishes, resolve

Numbers = tuple[tuple[str, float], ...]


def trace_row(policy: Policy, o: Observation, settings: RuleSettings, i: int) -> list[TraceStep]:
    """What each rule did to row `i`, in the order of RULEBOOK 4. Raises IndexError where there is no such row."""
    if not 0 <= i < len(o):
        raise IndexError(f"row {i}: the observation has {len(o)} rows")
    rows = np.flatnonzero(o.account_index == o.account_index[i])
    j = int(np.searchsorted(rows, i))
    o = o.take(rows)
    out = blank(o)
    with np.errstate(all="ignore"):
        wishes = resolve(policy, o)
        sheet = open_sheet(o, settings, wishes, out, None)
        steps = _watch_rows(sheet, wishes, j)
        close_sheet(sheet)
        for rule, run, reads in ((Rule.BLAST, blast, BLAST_READS), (Rule.BUDGET, budget, BUDGET_READS)):
            before = _result(out, j)
            run(o, out, settings)
            changed = _result(out, j) != before
            steps.append(TraceStep(rule, changed, changed, Reason(int(out.reason[j])), _numbers(o, reads, j)))
    return steps


def _watch_rows(sheet: Sheet, wishes: Wishes, j: int) -> list[TraceStep]:
    steps = []
    for rule in ROW_RULES:
        free, before = bool(sheet.free[j]), _state(sheet, j)
        rule.apply(sheet)
        evidence = _numbers(sheet.o, rule.reads, j)
        if rule.rule is Rule.POLICY:
            evidence += tuple((name, float(np.broadcast_to(v, len(sheet.o))[j])) for name, v in wishes.evidence.items())
        decided = free and not sheet.free[j]
        reason = Reason(int(sheet.out.reason[j]))
        steps.append(TraceStep(rule.rule, _state(sheet, j) != before, decided, reason, evidence))
    return steps


def _state(d: Sheet, j: int) -> tuple[object, ...]:
    """Everything a rule may change in a row (a wish that is NaN equals itself here)."""
    return (bool(d.free[j]), str(d.want[j]), float(d.pick[j]), *_result(d.out, j))


def _result(out: Decisions, j: int) -> tuple[object, ...]:
    return (
        int(out.reason[j]),
        int(out.bound[j]),
        int(out.alerts[j]),
        int(out.lever[j]),
        bool(out.ask[j]),
        int(out.waived[j]),
        int(out.result[j]),
        str(out.budget_result[j]),
    )


def _numbers(o: Observation, names: tuple[str, ...], j: int) -> Numbers:
    return tuple((name, float(getattr(o, name)[j])) for name in names)
