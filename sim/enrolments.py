"""Enrolling the campaigns of a world as its operator would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import Basis
from sim.platform import account_id, campaign_id
from sim.seam import World


def enrolments(world: World, first: int, at: datetime) -> Iterator[Enrolment]:
    """Of the campaigns from index `first` on, those that an operator would enrol, on the world's terms."""
    for i in range(first, len(world.specs)):
        terms = world.terms(i)
        if terms.wanted:
            yield Enrolment(
                account=account_id(world.specs[i].account),
                campaign=campaign_id(i, world.specs[i]),
                side=terms.side,
                intent=terms.intent,
                goal=terms.goal,
                goal_basis=Basis.PROJECTED,
                economics=Economics(margin=terms.margin),
                prior=Prior(confirmed=True),
                stoploss_set=True,
                enrolled_at=at,
            )
