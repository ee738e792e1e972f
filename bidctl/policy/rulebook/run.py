"""Running the rulebook: rows in blocks that stay in the processor's cache, then the rules across an account."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.policy.rulebook.blast import blast
from bidctl.policy.rulebook.budget import budget
from bidctl.policy.rulebook.precedence import ROW_RULES
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, blank, close_sheet, open_sheet
from bidctl.policy.rules import Policy, resolve

BLOCK = 8192
"""Rows at a time: every column of a block fits the second-level cache; results do not depend on it."""


def apply_rulebook(policy: Policy, o: Observation, settings: RuleSettings, approved: Bool | None) -> Decisions:
    """The policy's wishes and then every rule, in the order of RULEBOOK 4."""
    out = blank(o)
    with np.errstate(all="ignore"):  # NaN = unknown runs through every comparison as False
        for first in range(0, len(o), BLOCK):
            rows = slice(first, first + BLOCK)
            _rows(policy, _part(o, rows), settings, _view(out, rows), None if approved is None else approved[rows])
        blast(o, out, settings)
        budget(o, out, settings)
    return out


def _rows(policy: Policy, o: Observation, settings: RuleSettings, out: Decisions, approved: Bool | None) -> None:
    sheet = open_sheet(o, settings, resolve(policy, o), out, approved)
    for rule in ROW_RULES:
        rule.apply(sheet)
    close_sheet(sheet)


_COLUMNS = tuple(f.name for f in fields(Observation))


def _part(o: Observation, rows: slice) -> Observation:
    if len(o) <= BLOCK:
        return o
    return Observation(**{name: getattr(o, name)[rows] for name in _COLUMNS})


def _view(out: Decisions, rows: slice) -> Decisions:
    if len(out) <= BLOCK:
        return out
    return Decisions(*(getattr(out, f.name)[rows] for f in fields(Decisions)))
