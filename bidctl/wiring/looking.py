"""An account as a tick would see it now, for commands that look and write nothing."""

from __future__ import annotations

from bidctl.domain.campaign import Listing
from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.values import AccountId
from bidctl.problem import Problem
from bidctl.wiring import Parts, session
from bidctl.wiring.words import Say
from bidctl.wording import Wording


async def look_at(parts: Parts, account: AccountId) -> tuple[Listing, Observation, Decisions]:
    """What is listed, seen and decided of one of the run's accounts. Raises Problem where the platform did not list its campaigns."""
    looking = session(parts)
    looking.look()
    reading, o, d = await looking.inspect(account)
    if reading.listing is None:
        why = Wording.read(reading.troubles[0]) if reading.troubles else Say.NO_LISTING()
        raise Problem(Say.NOT_LISTED(account=account, why=why))
    return reading.listing, o, d
