"""The cast: who is enrolled, on what terms, and how the journal is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bidctl.demo.stage import Plan, Stage
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Intent, Side
from bidctl.engine.ports import Ledger
from bidctl.engine.selectors import LIVE, NAME

PRIOR = Prior(settled_share=0.75, confirmed=True)
"""The operator's stated settlement prior, confirmed at enrolment."""
STOPLOSS_YUAN = 300.0


@dataclass
class Cast:
    """Enrolled campaigns of the stage; live rooms by live account, campaigns still to be created by name."""

    marked: set[str] = field(default_factory=set)

    def enrol(self, plans: Sequence[Plan], ledger: Ledger, now: datetime) -> int:
        """Enrol everything an operator would; how many plans that are."""
        wanted = [p for p in plans if p.terms is not None]
        with ledger.begin(durable=True) as t:
            for p in wanted:
                for name in {p.campaign, LIVE + str(p.live_account) if p.live else NAME + p.group + "-*"}:
                    t.enrol(terms(p, name, now))
        return len(wanted)

    def mark(self, stage: Stage) -> None:
        """Tell the journal of newly enrolled campaigns, before anything is written to them."""
        fresh = [p.campaign for p in stage.plans() if p.terms is not None and p.campaign not in self.marked]
        if fresh:
            stage.mark("enrol", campaigns=fresh)
            self.marked |= set(fresh)


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
