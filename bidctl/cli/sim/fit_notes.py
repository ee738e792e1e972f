"""What a fit could not tell, and what stands in its place: the prior's numbers and where they come from."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bidctl.cli.sim.words import Say
from bidctl.domain.enrolment import Prior
from bidctl.engine.optimum import CHOSEN_LOG_SD, EPS, EPS_LOG_SD
from bidctl.wording import Wording
from sim.estimate import Estimate, How
from sim.fit import MARGIN, SUGGESTED, SUGGESTED_SD, Fit

TRACKS = 0.1


def notes(f: Fit) -> Iterator[Wording]:
    """One line for each thing."""
    n, past = len(f.past.campaign), f.past
    unmoved = _of_prior(f.elasticity)
    if unmoved:
        yield Say.N_ELASTICITY(
            count=unmoved, n=n, still=int((f.moves == 0).sum()), eps=EPS, sd=EPS_LOG_SD, chosen=CHOSEN_LOG_SD
        )
    if both := int((f.elasticity.how == How.BOTH).sum()):
        yield Say.N_ELASTICITY_BOTH(count=both, n=n, eps=EPS, sd=EPS_LOG_SD)
    if count := _of_prior(f.sold.refund):
        usual = Prior()
        yield Say.N_REFUND(count=count, n=n, share=1 - usual.settled_share, strength=usual.strength)
    if f.sold.within_hour.how[0] == How.PRIOR:
        yield Say.N_PACE()
    if count := _of_prior(f.margin):
        yield Say.N_MARGIN(count=count, n=n, margin=MARGIN)
    if count := _of_prior(f.suggestion):
        yield Say.N_SUGGESTION(count=count, n=n, off=SUGGESTED, sd=SUGGESTED_SD)
    if count := int(np.isinf(past.budget).sum()):
        yield Say.N_BUDGET(count=count, n=n)
    if f.week.hours.how[0] == How.PRIOR:
        yield Say.N_HOURS()
    if f.chance.market.how[0] == How.PRIOR:
        yield Say.N_MARKET(sd=float(f.chance.market.value[0]))
    if abs(float(f.delivered.value[0])) > TRACKS:
        yield Say.N_DELIVERED(off=f"{np.exp(float(f.delivered.value[0])):.0%}")
    if past.live_omitted:
        yield Say.N_LIVE(count=past.live_omitted)
    yield Say.N_TARGETS()
    yield Say.N_NEVER()


def _of_prior(e: Estimate) -> int:
    return int((e.how == How.PRIOR).sum())
