"""A campaign as the platform keeps it: its settings now, what a delayed read still shows, its edits and its materials."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sim.emulator import ids
from sim.emulator.creatives import Material, starting_set
from sim.emulator.protection import Discipline
from sim.platform import plan_id
from sim.seam import CampaignSpec

OBJECTIVES = ("pay_roi", "net_roi")
ACTIONS = ("AD_CONVERT_TYPE_LIVE_PAY_ROI", "AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI")
GOALS = ("VIDEO_PROM_GOODS", "LIVE_PROM_GOODS")
SCENES = ("UNI_PROJECT", "OVERALL_PROJECT")
BIDDINGS = ("SMART_BID_CONSERVATIVE", "SMART_BID_CUSTOM")
KEPT = 50
"""Past settings kept for reads that lag behind."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set. `target` grid units of 0.01; `budget` fen; `modified_at` epoch s of the last change of any of them."""

    target: int
    objective: int
    budget: int
    enabled: bool
    deleted: bool
    modified_at: float


@dataclass(slots=True)
class Campaign:
    """Campaign `index` of the world. `past`: (instant from which reads show what followed, settings before)."""

    index: int
    spec: CampaignSpec
    now: Settings
    discipline: Discipline
    materials: list[Material]
    past: list[tuple[float, Settings]] = field(default_factory=list)
    shown_last: float = float("-inf")
    targets: list[tuple[float, int]] = field(default_factory=list)
    switches: list[tuple[float, int]] = field(default_factory=list)
    budget_days: list[float] = field(default_factory=list)

    @property
    def id(self) -> int:
        return plan_id(self.index, self.spec)

    @property
    def account(self) -> int:
        return ids.ACCOUNT + self.spec.account

    @property
    def live(self) -> bool:
        return self.spec.kind == 1

    @property
    def aweme(self) -> int | None:
        """Numeric id of the Douyin account; None = a goods campaign without one."""
        return ids.AWEME + self.spec.live_account if self.spec.live_account >= 0 else None

    @property
    def products(self) -> list[int]:
        return [ids.PRODUCT + p for p in self.spec.products]

    def seen(self, as_of: float) -> Settings:
        """The settings that a read shows at `as_of`."""
        if self.shown_last > as_of:
            for shown_at, before in self.past:
                if shown_at > as_of:
                    return before
        return self.now

    def change(self, at: float, shown_at: float, **changes: object) -> None:
        """Change settings at `at`; reads show it from `shown_at` on."""
        self.past = [*self.past[-KEPT + 1 :], (shown_at, self.now)]
        self.shown_last = max(self.shown_last, shown_at)
        self.now = replace(self.now, modified_at=at, **changes)  # type: ignore[arg-type]

    def target_at(self, at: float) -> int:
        """The target in force at an instant, grid units."""
        return next((units for since, units in reversed(self.targets) if since <= at), self.targets[0][1])

    def objective_at(self, at: float) -> int:
        return next((objective for since, objective in reversed(self.switches) if since <= at), self.switches[0][1])

    @property
    def switched_at(self) -> float | None:
        """Last switch of the objective, None = never."""
        return self.switches[-1][0] if len(self.switches) > 1 else None


def of(index: int, spec: CampaignSpec) -> Campaign:
    """The campaign as created."""
    units = round(spec.target * 100)
    settings = Settings(units, spec.objective, spec.budget, True, False, spec.created_at)
    campaign = Campaign(index, spec, settings, Discipline(spec.kind == 1), starting_set(index, spec))
    campaign.targets.append((spec.created_at, units))
    campaign.switches.append((spec.created_at, spec.objective))
    return campaign
