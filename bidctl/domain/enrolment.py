"""What an operator told bidctl about a campaign, and the switches people hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bidctl.domain.values import AccountId, Basis, CampaignId, Curation, Hold, Intent, Side, Waiver


@dataclass(frozen=True, slots=True)
class Economics:
    """Inputs of break-even (R-FLOOR). `margin`: contribution of kept orders per yuan (0..1), None = not given.
    `refund_after_dispatch` r and `loss_per_refund` k: shares 0..1. `incremental` i: at most 1. `commission`: creator's
    rate. `break_even`: the operator's own 保本ROI on the target's basis, used as it is when given. `cash_share`: cash per yuan
    of ad cost, below 1 where rebates and grants are configured."""

    margin: float | None = None
    refund_after_dispatch: float = 0.0
    loss_per_refund: float = 0.0
    incremental: float = 1.0
    commission: float | None = None
    break_even: float | None = None
    cash_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Prior:
    """The stated settlement prior: `settled_share` of paid GMV finally billed (0..1), `strength` in orders it weighs,
    `delay_days` mean refund delay; `confirmed` by the operator at enrolment."""

    settled_share: float = 0.75
    strength: float = 50.0
    delay_days: float = 6.0
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One campaign given into bidctl's hands (R-ENROL). Money in yuan, ratios plain; None = not given / off."""

    account: AccountId
    campaign: CampaignId
    side: Side
    intent: Intent
    goal: float
    goal_basis: Basis
    economics: Economics
    prior: Prior
    minimum: float | None = None
    maximum: float | None = None
    waivers: Waiver = Waiver.NO
    stoploss_spend: float | None = None
    stoploss_loss: float | None = None
    stoploss_set: bool = False  # limits or "off" were written (R-STOPLOSS refuses approve and live without)
    resume_at_midnight: bool = False
    after_human_resume: bool = False  # after_human = "resume"
    budget_cap: float | None = None  # R-BUDGET on, up to this daily cap
    budget_base: float | None = None
    quiet: tuple[tuple[int, int], ...] = ()  # minutes of the day [from, to), account's time zone
    boost_quiet: bool = False
    creatives: Curation = Curation.BY_HAND
    policy: str = "policies.handbook:Handbook"
    enrolled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Switches:
    """What the gate re-reads before it sends. `killed`: file or flag set, or unreadable. `breaker`: open for the account."""

    killed: bool
    breaker: bool
    hold: Hold
    human_hold_until: datetime | None
    enrolled: bool
