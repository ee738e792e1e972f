"""A session over the flat platform and the memory ledger: whole ticks, step by step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId, Kind, Mode
from bidctl.engine.mixed import Book
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.reading import Reading
from bidctl.engine.records import Signature
from bidctl.engine.session import Session
from bidctl.engine.tick import Desk
from bidctl.engine.tick_report import TickReport
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from policies.hold import Hold
from tests.fakes.clock import VirtualClock
from tests.fakes.flat_platform import FlatPlatform, Rate, number, utc
from tests.fakes.memory_ledger import MemoryLedger
from tests.fakes.memory_platform import ACCOUNT
from tests.fakes.notices import Notices
from tests.fakes.rig import QIANCHUAN_LIKE, enrolment

HANDBOOK, HOLD = "policies.handbook:Handbook", "policies.hold:Hold"
BOOK = Book({HANDBOOK: ("handbook@1", Handbook()), HOLD: ("hold@1", Hold())})
CAN = replace(QIANCHUAN_LIKE, daily_kinds=frozenset(Kind))
MORNING = utc("2026-03-02 10:00")
C1, C2, C3 = CampaignId("1801"), CampaignId("1802"), CampaignId("1803")


@dataclass
class Shop:
    """`C1` spends 100 yuan an hour at a paid ROAS of 1.5 and wants 2.0: it is free, and a raise is due."""

    mode: Mode = Mode.LIVE
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MORNING))
    notices: Notices = field(default_factory=Notices)
    rules: RuleSettings = field(default_factory=RuleSettings)
    book: Book = BOOK
    workers: int = 0

    def __post_init__(self) -> None:
        self.platform = FlatPlatform(self.clock, CAN, latency_s=0.01)
        self.platform.suggested = number(3.0)
        self.ledger = MemoryLedger(MORNING - timedelta(days=10))
        self.add(C1)
        self.session = self.new_session()

    def add(self, campaign: CampaignId, rate: Rate | None = None, enrol: bool = True, **changes: Any) -> CampaignInfo:
        """A campaign of 30 days at 2.00 with a budget that does not bind, enrolled with a goal of 2.0."""
        born = self.clock.now() - timedelta(days=30)
        told = {"created_at": born, "modified_at": born, "budget": None, **changes}
        self.platform.rates[campaign] = rate or Rate()
        info = self.platform.add(campaign, told.pop("units", 200), **told)
        if enrol:
            self.enrol(enrolment(campaign, stoploss_set=True))
        return info

    def enrol(self, *given: Enrolment) -> None:
        with self.ledger.begin() as t:
            for one in given:
                t.enrol(one)

    def change(self, campaign: CampaignId, **changes: Any) -> None:
        """What the platform shows of a campaign from now on, without anybody's edit."""
        self.platform.campaigns_by_id[campaign] = replace(self.platform.campaigns_by_id[campaign], **changes)

    def new_session(self, owner: str | None = None, real: VirtualClock | None = None) -> Session:
        """A new process."""
        self.workers += 1
        writer = None if self.mode is Mode.DRY else self.platform
        return Session(
            [ACCOUNT], self.platform, writer, self.ledger, self.clock, self.notices, self.book, self.rules,
            Signature(self.mode, "settings", "1"), owner or f"worker-{self.workers}", real=real,
        )  # fmt: skip

    async def open(self) -> Shop:
        await self.session.open()
        return self

    async def restart(self, mode: Mode | None = None) -> None:
        await self.session.close()
        self.mode = mode or self.mode
        self.session = self.new_session()
        await self.session.open()

    async def tick(self, minutes: float = 0, at: datetime | None = None) -> TickReport:
        """Time passes (`minutes`, or until `at`), then one tick."""
        self.clock.advance((at - self.clock.now()).total_seconds() if at else minutes * 60)
        (report,) = await self.session.tick()
        return report

    @property
    def desk(self) -> Desk:
        return self.session.desks[0]

    def reason(self, campaign: CampaignId = C1) -> Reason:
        """Why the campaign was moved or held, by its newest stored decision."""
        with self.ledger.begin() as t:
            return Reason(t.decisions_of(ACCOUNT, campaign, 1)[0].reason)

    def pending(self) -> tuple[DecisionRecord, ...]:
        with self.ledger.begin() as t:
            return t.pending(ACCOUNT)

    def approve(self, decision: str, yes: bool = True) -> None:
        with self.ledger.begin() as t:
            assert t.answer_proposal(decision, yes, "me", self.clock.now())

    def seen(self) -> Observation:
        """What a decision made now would rest on."""
        with self.ledger.begin() as t:
            given = t.enrolments(ACCOUNT)
        now = self.desk.now()
        return self.desk.observer.observe(now, self.desk._take_in(Reading(), given, now))

    def target(self, campaign: CampaignId = C1) -> int:
        return self.platform.campaigns_by_id[campaign].target_units or 0

    def holds(self) -> Counter[Reason]:
        with self.ledger.begin() as t:
            return Counter({Reason(r): n for r, n in t.hold_counts(ACCOUNT).items()})
