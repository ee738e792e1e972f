"""What people, other tools and bad luck do to a schedule, one method each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from random import Random

from bidctl.domain.enrolment import Enrolment
from bidctl.domain.values import CampaignId, Hold
from tests.long.stage import Crash, Stage


@dataclass
class Happenings:
    """`events` counts what happened; `killed`: the switch is set; `away`: a campaign that is not enrolled just now."""

    stage: Stage
    rng: Random
    events: Counter[str] = field(default_factory=Counter)
    killed: bool = False
    away: CampaignId | None = None
    _terms: Enrolment | None = None

    def human(self, campaign: CampaignId, after_s: float) -> None:
        """Somebody changes something in the platform's own console."""
        rng = self.rng
        what = rng.choices(("roi_target", "budget", "status", "objective"), (80, 8, 8, 4))[0]
        value: object = round(self.stage.target(campaign) * rng.choice((0.85, 0.95, 0.99, 1.01, 1.05, 1.2)), 2)
        if what == "budget":
            value = rng.choice((900000, 990000))
        elif what == "status":
            value = rng.choice(("ENABLE", "DISABLE"))
        elif what == "objective":
            value = rng.choice(("pay_roi", "net_roi"))
        self.events[f"human {what}"] += 1
        self.stage.control(
            "POST", "human_edit", {"campaign": campaign, "field": what, "value": value, "after_seconds": after_s}
        )

    def unsettle(self) -> None:
        """A person moves a target far away from where it ought to be, so that edits go on being due."""
        campaign = self.rng.choice(self.stage.campaigns[1:])
        value = round(self.stage.target(campaign) * self.rng.choice((0.7, 1.4)), 2)
        self.stage.control(
            "POST", "human_edit", {"campaign": campaign, "field": "roi_target", "value": value, "after_seconds": 0.0}
        )

    def tool(self, campaign: CampaignId) -> None:
        self.events["another tool"] += 1
        self.stage.other_tool(campaign, round(self.stage.target(campaign) * self.rng.choice((0.93, 1.02, 1.07)), 2))

    def kill(self) -> None:
        """The switch is set in the ledger, then the mark says that it is."""
        self.events["kill"] += 1
        self.killed = True
        with self.stage.ledger() as t:
            t.set_kill(None, True, "operator", self.stage.now())
        self.stage.mark("kill")

    def release(self) -> None:
        self.killed = False
        self.stage.mark("resume")
        with self.stage.ledger() as t:
            t.set_kill(None, False, "operator", self.stage.now())

    def hold(self, campaign: CampaignId) -> None:
        self.events["hold"] += 1
        with self.stage.ledger() as t:
            t.set_hold(self.stage.account, campaign, Hold.TARGETS, "operator", self.stage.now())

    def unenrol(self, campaign: CampaignId) -> None:
        if self.away is not None:
            return
        self.events["unenrol"] += 1
        with self.stage.ledger() as t:
            self._terms = next(e for e in t.enrolments(self.stage.account) if e.campaign == campaign)
            t.unenrol(self.stage.account, campaign, self.stage.now())
        self.away = campaign
        self.stage.mark("unenrol", account=str(self.stage.account), campaign=campaign)

    def enrol_again(self) -> None:
        self.stage.mark("enrol", account=str(self.stage.account), campaign=self.away)
        assert self._terms is not None
        with self.stage.ledger() as t:
            t.enrol(replace(self._terms, enrolled_at=self.stage.now()))
        self.away = None

    def crash(self) -> None:
        self.events["crash"] += 1
        raise Crash

    def nap(self) -> None:
        """This process stands still for a moment."""
        self.events["nap"] += 1
        self.stage.advance(self.rng.uniform(0.2, 40))

    def moment(self) -> None:
        """Longer than a decision's stamp may lag, shorter than a reading may age before it is written upon."""
        self.stage.advance(self.rng.uniform(1.0, 1.8))

    def opened(self) -> CampaignId:
        """The campaign that is being written to."""
        rows = self.stage.query("SELECT campaign FROM writes WHERE open_key IS NOT NULL ORDER BY id DESC LIMIT 1")
        return CampaignId(rows[0][0]) if rows else self.rng.choice(self.stage.campaigns)

    def kill_now(self) -> None:
        self.kill()

    def unenrol_now(self) -> None:
        self.unenrol(self.opened())

    def human_now(self) -> None:
        self.moment()
        self.human(self.opened(), 0.0)

    def tool_now(self) -> None:
        self.moment()
        self.tool(self.opened())

    def suggestion_now(self) -> None:
        self.events["suggestion withdrawn"] += 1
        self.stage.withdraw_suggestion(self.opened())

    def nap_and_human(self) -> None:
        self.human(self.opened(), self.rng.uniform(0, 20))
        self.nap()
