"""The conformance suite and the look-ahead check as findings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.engine.lints.finding import Finding, Level
from bidctl.engine.lints.plain import plain
from bidctl.engine.replay import Peek
from bidctl.policy import Policy
from bidctl.policy.checks import check_policy, shape
from bidctl.policy.declarative import Declarative
from bidctl.wording import Wording

ROWS = 200
"""Rows of the probes that the suite is run on: it decides them again and again."""


def conformance(policy: Policy, probes: Observation) -> Iterator[Finding]:
    """Everything that `check_policy` finds: no policy with one of these may be used."""
    if not isinstance(policy, Declarative):
        for told in shape(type(policy)):
            yield Finding("conformance", Level.ERROR, told)
    some = probes.take(np.unique(np.linspace(0, len(probes) - 1, ROWS).astype(np.intp)))
    missing = replace(plain(3), complete=np.zeros(3, np.bool_))
    for told in dict.fromkeys(check_policy(policy, Observation.concat([some, missing]))):
        yield Finding("conformance", Level.ERROR, told)


def look_ahead(peeks: Sequence[Peek], where: Wording) -> Iterator[Finding]:
    """Decisions that change when the future is cut off."""
    for peek in peeks[:1]:
        told = Wording(
            f"用了之后才知道的东西: 截到 {peek.cut:%Y-%m-%d %H:%M} UTC 后, {peek.at:%Y-%m-%d %H:%M} 的决定变了 ({where.zh})",
            f"it uses what is known only later: cut at {peek.cut:%Y-%m-%d %H:%M} UTC, the decisions of "
            f"{peek.at:%Y-%m-%d %H:%M} change ({where.en})",
        )
        yield Finding("look-ahead", Level.ERROR, told)
