"""The cast: who is enrolled, on what terms, and how the journal is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bidctl.demo.stage import Plan, Stage
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Intent, Side
from bidctl.engine.ports import Ledger
from bidctl.engine.selectors import LIVE

PRIOR = Prior(settled_share=0.75, confirmed=True)
"""The operator's stated settlement prior, confirmed at enrolment."""
STOPLOSS_YUAN = 300.0


@dataclass
class Cast:
    """Enrolled campaigns of the stage: live rooms by live account (made anew each day, they are taken in by themselves), the
    rest by id, when they are there."""

    marked: set[str] = field(default_factory=set)
    rooms: set[str] = field(default_factory=set)
    looked_at: int = -1

    def enter(self, stage: Stage, ledger: Ledger, now: datetime) -> int:
        """Enrol what an operator would and tell the journal, before anything is written to them; how many are new."""
        if stage.campaigns == self.looked_at:
            return 0
        self.looked_at = stage.campaigns
        fresh = [p for p in stage.plans() if p.terms is not None and p.campaign not in self.marked]
        if not fresh:
            return 0
        with ledger.begin(durable=True) as t:
            for p in fresh:
                room = LIVE + str(p.live_account)
                if p.live and room not in self.rooms:
                    t.enrol(terms(p, room, now))
                    self.rooms.add(room)
                if not p.live:
                    t.enrol(terms(p, p.campaign, now))
        stage.mark("enrol", campaigns=[p.campaign for p in fresh])
        self.marked |= {p.campaign for p in fresh}
        return len(fresh)


def terms(p: Plan, name: str, now: datetime) -> Enrolment:
    """What the operator says of one plan."""
    t: Any = p.terms
    return Enrolment(
        account=AccountId(p.account),
        campaign=CampaignId(name),
        side=Side[t["side"].upper()],
        intent=Intent[t["intent"].upper()],
        goal=round(float(t["goal"]), 2),
        goal_basis=Basis.PROJECTED,
        economics=Economics(margin=round(float(t["margin"]), 4)),
        prior=PRIOR,
        stoploss_spend=STOPLOSS_YUAN,
        stoploss_set=True,
        resume_at_midnight=True,
        enrolled_at=now,
    )
