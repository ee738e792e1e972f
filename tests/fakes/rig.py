"""A gate over the memory platform and the memory ledger, ready to be pushed about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.reasons import Reason
from bidctl.domain.values import (
    Basis,
    CampaignId,
    Capabilities,
    Field,
    Grid,
    Intent,
    Mode,
    Objective,
    Side,
    Suggestion,
    SuggestionState,
)
from bidctl.domain.writes import Write, WriteRequest
from bidctl.engine.external import watch
from bidctl.engine.gate import Gate
from bidctl.engine.ports import CONTROLLER_LEASE, DecisionRecord, KnownLife
from tests.fakes.clock import START, VirtualClock
from tests.fakes.memory_ledger import MemoryLedger
from tests.fakes.memory_platform import ACCOUNT, CAN, MemoryPlatform
from tests.fakes.notices import Notices

C1 = CampaignId("1801")
QIANCHUAN_LIKE = replace(
    CAN, platform="memory-100", grid=Grid(100), edits_per_day_goods=4, edits_per_day_live=8, edit_days_per_week=0,
    has_edit_log=True, has_suggestion=True,
)  # fmt: skip


def enrolment(campaign: CampaignId = C1, **changes: object) -> Enrolment:
    base = Enrolment(
        ACCOUNT,
        campaign,
        Side.MERCHANT,
        Intent.BALANCED,
        2.0,
        Basis.PROJECTED,
        Economics(margin=0.5),
        Prior(confirmed=True),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class Rig:
    """One account with campaign `C1` at 2.00, enrolled, known for a day, its ledger old enough to edit."""

    can: Capabilities = QIANCHUAN_LIKE
    mode: Mode = Mode.LIVE
    gate_class: type[Gate] = Gate
    trace: Callable[[str], None] = lambda step: None
    writes_allowed: bool = True
    clock: VirtualClock = field(default_factory=VirtualClock)
    notices: Notices = field(default_factory=Notices)
    generation: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        self.platform = MemoryPlatform(self.clock, self.can)
        self.platform.suggested = Suggestion(SuggestionState.NUMBER, 3.0)
        self.ledger = MemoryLedger(START - timedelta(days=1))
        info = self.platform.add(C1, self.can.grid.nearest(2.0))
        with self.ledger.begin() as tx:
            tx.enrol(enrolment())
            tx.save_campaigns([info], self.clock.now())
            tx.save_life([KnownLife(ACCOUNT, C1, START - timedelta(days=9), None, None, None, False, None, False)])
        self.gate = self.new_gate()

    def new_gate(self, owner: str | None = None) -> Gate:
        """A new process: its own owner; it takes the lease over, so that the fence grows."""
        self.generation += 1
        name = owner or f"worker-{self.generation}"
        self.ledger.state.leases.pop(CONTROLLER_LEASE, None)
        self.ledger.state.leases[CONTROLLER_LEASE] = (name, self.generation, self.clock.now() + timedelta(days=1))
        writer = self.platform if self.writes_allowed else None
        self.gate = self.gate_class(
            self.ledger,
            self.platform,
            writer,
            self.clock,
            self.notices,
            self.mode,
            name,
            self.generation,
            trace=self.trace,
        )
        return self.gate

    def target(self, campaign: CampaignId = C1) -> str:
        """What the platform truly has now."""
        return self.text(self.platform.campaigns_by_id[campaign].target_units or 0)

    def text(self, units: int) -> str:
        return f"{self.can.grid.value(units):.{len(str(self.can.grid.per_one)) - 1}f}"

    def decide(
        self, new: str, old: str | None = None, what: Field = Field.ROI_TARGET, reason: Reason = Reason.ROAS_BELOW_GOAL,
        **changes: object,
    ) -> DecisionRecord:  # fmt: skip
        """A decision, stored."""
        self.asked += 1
        record = DecisionRecord(
            id=f"{self.asked:032x}", tick=f"t{self.asked}", account=ACCOUNT, campaign=C1, at=self.clock.now(), mode=self.mode,
            policy_id="test", settings_hash="0", code_version="0", field=what, old=old or self.target(), new=new, wish=None,
            reason=int(reason), bound=0, alerts=0, waived=0, needs_approval=False, inputs='{"floor":1.5}', trace="[]",
        )  # fmt: skip
        record = replace(record, **changes)  # type: ignore[arg-type]
        with self.ledger.begin() as tx:
            tx.add_decisions([record])
        return record

    def request(self, record: DecisionRecord) -> WriteRequest:
        objective = Objective.PAY_ROI if record.field is Field.ROI_TARGET else None
        return WriteRequest(
            ACCOUNT, record.campaign, record.field or Field.STATUS, record.old, record.new, record.id, objective
        )

    async def write(self, new: str, old: str | None = None, **changes: Any) -> Write:
        record = self.decide(new, old, **changes)
        return await self.gate.write(self.request(record), record)

    async def tick(self) -> None:
        """The part of a tick that the gate's safety rests on: look for others' edits, then settle what is open."""
        listing = await self.platform.campaigns(ACCOUNT, self.clock.now())
        await watch(self.ledger, self.platform, self.notices, listing, self.mode)
        with self.ledger.begin() as tx:
            tx.save_campaigns(listing.campaigns, listing.read_at)
        await self.gate.settle(ACCOUNT)

    def step(self, factor: str) -> str:
        """The target times `factor`, on the grid, toward the old value."""
        old = Decimal(self.target())
        units = (old * Decimal(factor) * self.can.grid.per_one).to_integral_value()
        return self.text(int(units))
