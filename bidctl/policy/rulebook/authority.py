"""Who may move what at all: R-ENROL, R-KILL, R-CLOCK, R-BREAKER, R-HOLD, R-EXTERNAL."""

from __future__ import annotations

import numpy as np

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Alert, Reason
from bidctl.domain.values import Hold, Refused, Waiver
from bidctl.policy.rulebook.sheet import Bool, Sheet


def enrol(d: Sheet) -> None:
    """R-ENROL: only what was given into our hands; unknown protection is advice only, unless accepted by name."""
    d.decide(~d.o.enrolled, Reason.NOT_ENROLLED)
    if not np.count_nonzero(d.o.advise_only):
        return
    accepted = (d.o.waivers & Waiver.PROTECTION_UNKNOWN) != 0
    d.decide(d.o.advise_only & ~accepted & ~d.o.cost_controlled, Reason.NOT_COST_CONTROLLED)
    d.decide(d.o.advise_only & ~accepted, Reason.PROTECTION_UNKNOWN)
    np.bitwise_or(d.out.waived, Waiver.PROTECTION_UNKNOWN, out=d.out.waived, where=d.o.advise_only & accepted)


def kill(d: Sheet) -> None:
    """R-KILL: no write of any kind; ads keep delivering."""
    d.decide(d.o.killed, Reason.KILLED)


def clock(d: Sheet) -> None:
    """R-CLOCK: our clock and the platform's differ, or ours has stepped."""
    unsettled = ~d.o.clock_ok
    d.decide(unsettled, Reason.CLOCK_UNSETTLED)
    d.alert(unsettled, Alert.CLOCK)


def breaker(d: Sheet) -> None:
    """R-BREAKER: after failures nothing but pauses, until a person resumes."""
    d.decide(d.o.breaker_open, Reason.BREAKER_OPEN)


def hold(d: Sheet) -> None:
    """R-HOLD: a person froze the targets, or all."""
    d.decide(d.o.hold != Hold.NO, Reason.HELD)


def external(d: Sheet) -> None:
    """R-EXTERNAL: somebody edited; hands off until the next natural day or session."""
    d.decide(d.o.human_hold, Reason.HUMAN_EDIT)


def refused(d: Sheet) -> None:
    """R-HOLD: a person's no stands for the natural day: nothing moves this way again, except by a person's own wish. The
    platform's stands for an hour, whoever wishes."""
    if not np.count_nonzero(d.o.refused):
        return
    up, down = d.pick > d.old, d.pick < d.old
    there = (up & said_no(d.o, Refused.THERE_RAISE)) | (down & said_no(d.o, Refused.THERE_LOWER))
    d.decide(there, Reason.PLATFORM_REFUSED)
    no = (up & said_no(d.o, Refused.RAISE)) | (down & said_no(d.o, Refused.LOWER))
    d.decide(no & ~d.person, Reason.REFUSED)


def said_no(o: Observation, to: Refused) -> Bool:
    """Rows of which one of these was refused."""
    rows: Bool = (o.refused & int(to)) != 0
    return rows
