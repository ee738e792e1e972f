"""Rows to try a policy on: a campaign on which nothing binds, with the columns that the policy reads moved to either side of its
own thresholds. No chance: combinations are all of them, or evenly spread where there are too many.
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.engine.lints.plain import moved, plain
from bidctl.engine.lints.values import GIVEN, Table, around, combined, spread
from bidctl.policy import Policy
from bidctl.policy.declarative import Declarative
from bidctl.policy.language.columns import COLUMNS
from bidctl.policy.language.terms import Condition, Joined

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


def probes(policy: Policy) -> Observation:
    """Rows around the policy's own thresholds, every rule given its turn where a search finds one; or, where the thresholds are
    not known (a class), rows spread widely over the columns that it reads."""
    if not isinstance(policy, Declarative):
        o, ok = rows(combined({name: spread(name) for name in _read_by(policy)}))
        return o.take(ok)
    values = around(policy)
    table = combined(values)
    for number in range(len(policy.written)):
        table = search(policy, number, values, table)
    o, ok = rows(table)
    return o.take(ok)


def rows(table: Table) -> tuple[Observation, Bool]:
    """The table's rows, the rest of each as on the plain row; and which of them can be: the interval holds the projection, what
    was not moved giving way."""
    o = moved(table)
    low, mid, high = o.projected_lo, o.projected_roas, o.projected_hi
    if "projected_roas" not in table:
        mid = np.clip(mid, low, high if "projected_hi" in table else np.inf)
    if "projected_lo" not in table:
        low = np.minimum(low, mid * 0.95)
    if "projected_hi" not in table:
        high = np.maximum(high, mid * 1.05)
    return replace(o, projected_lo=low, projected_roas=mid, projected_hi=high), (low <= mid) & (mid <= high)


def _read_by(policy: Policy) -> tuple[str, ...]:
    """Columns that a class reads, found by watching it on the plain row."""
    seen: list[str] = []

    class Watched(Observation):
        """An observation that notes what is asked of it."""

        def __getattribute__(self, name: str) -> object:
            seen.append(name)
            return object.__getattribute__(self, name)

    o = plain(2)
    with np.errstate(all="ignore"):
        list(policy.rules(Watched(**{f.name: getattr(o, f.name) for f in fields(Observation)})))
    sources = {column.source: name for name, column in COLUMNS.items() if name not in GIVEN}
    return tuple(dict.fromkeys(sources[s] for s in seen if s in sources))


def search(policy: Declarative, number: int, values: Table, table: Table) -> Table:
    """`table`, and where rule `number` has no turn in it the rows that a climb finds: from those nearest to it, one column
    after another moved to each of its values."""
    best = {name: column[:: max(len(column) // POOL, 1)] for name, column in table.items()}
    if not values or (_nearness(policy, number, table) == WINS).any():
        return table
    for _ in range(ROUNDS):
        for name, candidates in values.items():
            wide = {n: np.repeat(c, len(candidates)) for n, c in best.items()}
            wide[name] = np.tile(candidates, len(best[name]))
            score = _nearness(policy, number, wide)
            order = np.argsort(-score, kind="stable")[:POOL]
            best = {n: c[order] for n, c in wide.items()}
            if score[order[0]] == WINS:
                return {n: np.concatenate([c, best[n]]) for n, c in table.items()}
    return table


WINS = 2.0
POOL, ROUNDS = 60, 4


def _nearness(policy: Declarative, number: int, table: Table) -> Float:
    """(n,) how near each row is to giving the rule its turn: `WINS` where it has it."""
    o, ok = rows(table)
    with np.errstate(all="ignore"):
        own = _met(policy.written[number].when, o)
        before = [rule.mask for rule, _ in zip(policy.rules(o), range(number), strict=False)]
        has = next(rule.mask for i, rule in enumerate(policy.rules(o)) if i == number)
    earlier = np.mean(before, axis=0) if before else np.zeros(len(o))
    score = np.where(has & (earlier == 0), WINS, own - earlier)
    return np.where(ok, score, -1.0)


def _met(condition: Condition, o: Observation) -> Float:
    """(n,) share of a condition that is met."""
    if not isinstance(condition, Joined):
        return condition.mask(o).astype(np.float64)
    parts = np.array([_met(part, o) for part in condition.parts])
    return np.asarray(parts.mean(axis=0) if condition.every else parts.max(axis=0))
