"""The small closed sets and value types that everything else speaks in.

Ids are `str` everywhere past an adapter (platform ids exceed 2**53 and must never be floats). Instants are aware UTC
`datetime`s at the edges and float64 epoch seconds (UTC) inside columns, NaN = not known. Money is float64 yuan inside
kernels and integer minor units (fen) in the store. ROI targets are integers in units of the platform's grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum, IntFlag
from typing import NewType

AccountId = NewType("AccountId", str)
CampaignId = NewType("CampaignId", str)


class Kind(IntEnum):
    """Marketing goal of a campaign (RULEBOOK 0: "Marketing goal" is live or goods)."""

    GOODS = 0
    LIVE = 1


class Intent(IntEnum):
    """What the operator wants more of: 拿量 (volume), 均衡 (balanced), 保利 (profit)."""

    VOLUME = 0
    BALANCED = 1
    PROFIT = 2


class Side(IntEnum):
    """Whose margin counts (RULEBOOK 0, side)."""

    MERCHANT = 0
    CREATOR = 1
    AGENCY = 2


class Basis(IntEnum):
    """GMV basis of a target or a goal (RULEBOOK 0, basis). Never compared with each other."""

    PAID = 0
    NET_1H = 1
    NET_7D = 2
    NET_14D = 3
    NET_30D = 4
    NET_90D = 5
    BILLED = 6
    PROJECTED = 7


class Objective(str, Enum):
    """What the platform's target optimises."""

    PAY_ROI = "pay_roi"  # 支付ROI
    NET_ROI = "net_roi"  # 净成交ROI

    @property
    def basis(self) -> Basis:
        return Basis.PAID if self is Objective.PAY_ROI else Basis.NET_1H


class Stage(IntEnum):
    """Life of a campaign (RULEBOOK 0)."""

    NEW = 0  # no spend yet
    FEEDING = 1  # spends, not fed
    OBSERVING = 2
    FREE = 3
    STOPPED = 4  # paused, deleted or finished
    FOREIGN = 5  # not enrolled


class SuggestionState(IntEnum):
    """The three answers to "what does the system suggest?" (RULEBOOK 0, suggestion)."""

    UNKNOWN = 0  # the call failed, or was not made
    NONE = 1  # the platform answered that it has none
    NUMBER = 2


class Protection(IntEnum):
    """Cost protection of a campaign's natural day (赔付状态)."""

    UNKNOWN = 0
    IN_EFFECT = 1
    INVALID = 2
    CONFIRMING = 3
    PAID = 4
    ENDED = 5
    NONE = 6


class FloorState(IntEnum):
    """Whether break-even (R-FLOOR) could be computed."""

    MISSING = 0  # neither a margin, a 保本ROI nor a minimum: NO_FLOOR
    KNOWN = 1
    NEVER_PROFITABLE = 2


class Hold(IntEnum):
    """R-HOLD: what a person froze."""

    NO = 0
    TARGETS = 1
    ALL = 2


class Curation(IntEnum):
    """What bidctl may do with a campaign's creatives by itself (RULEBOOK 3)."""

    BY_HAND = 0  # nothing: people ask with `bidctl creatives`
    PROPOSE = 1  # looks once a day and leaves proposals
    ACT = 2  # sends in live what it would propose


class Waiver(IntFlag):
    """Named loosenings an operator may grant per account or campaign; printed in every decision that uses one."""

    NO = 0
    PROFIT_OVER_SUGGESTION = 1  # may step up to the floor above the suggestion (R-CAP)
    LIVE_SPACING_15MIN = 2  # R-SPACE 15 min for live
    PROTECTION_UNKNOWN = 4  # accept a campaign whose protection rule is unknown (R-ENROL)


class Refused(IntFlag):
    """What was said no to: a lever, in a direction. By a person today (`PAUSE_ASKED`: a pause that would forfeit a compensation);
    `THERE_`: by the platform within the hour, whoever wished it. A pause is never held back for the platform's no."""

    NOTHING = 0
    RAISE = 1
    LOWER = 2
    PAUSE = 4
    PAUSE_ASKED = 8
    UNPAUSE = 16
    BUDGET_UP = 32
    BUDGET_DOWN = 64
    THERE_RAISE = 128
    THERE_LOWER = 256
    THERE_UNPAUSE = 512
    THERE_BUDGET_UP = 1024
    THERE_BUDGET_DOWN = 2048


class Mode(str, Enum):
    """A rung of the ladder. Only `wiring` turns one into parts; everything else carries it as a label."""

    DRY = "dry"
    APPROVE = "approve"
    LIVE = "live"
    ADVISE = "advise"
    SIMULATE = "simulate"
    REPLAY = "replay"


class Field(str, Enum):
    """What a write changes; the journal's `field`."""

    ROI_TARGET = "roi_target"
    OBJECTIVE = "objective"
    BUDGET = "budget"
    STATUS = "status"
    CREATIVE = "creative"


EDIT_FIELDS = frozenset({Field.ROI_TARGET, Field.OBJECTIVE})
"""Only these are edits for R-SPACE, R-QUOTA and R-BAND (RULEBOOK 0, edit)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The platform's grid of ROI targets: `per_one` units make 1.0 (100 Qianchuan, 10 GMV Max, 1000 Kuaishou).

    >>> Grid(100).units(Decimal("2.15")), Grid(100).value(215)
    (215, Decimal('2.15'))
    """

    per_one: int

    def units(self, value: Decimal | float | str) -> int:
        """Exact units of a value that lies on the grid. Raises ValueError where it does not."""
        scaled = Decimal(str(value)) * self.per_one
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} is not on the grid of 1/{self.per_one}")
        return int(scaled)

    def nearest(self, value: float) -> int:
        """Units nearest a measured or wished value (for values that need not lie on the grid)."""
        return round(value * self.per_one)

    def value(self, units: int) -> Decimal:
        """The exact decimal that `units` stand for."""
        return Decimal(units) / self.per_one


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Answer of the platform about its suggested target: `value` (ROAS) only with state NUMBER."""

    state: SuggestionState
    value: float = float("nan")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform's campaigns can do, and what an edit costs there.

    `grid`: grid units per 1.0. `edits_per_day_goods`, `edits_per_day_live`: R-QUOTA, everybody's edits per natural
    day. `edit_days_per_week`: 0 = no such limit, 1 = one edit day in 7 (TikTok). `spacing_s`: R-SPACE floor, seconds.
    `read_delay_s`: longest time after which a read shows an accepted write. `request_timeout_s`: life of one request.
    `time_error_s`: by how much a span between two of its instants, as we reckon it, may be longer than the true one.
    `has_edit_log`, `has_suggestion`, `has_protection`: whether the calls exist. `target_min`, `target_max`: platform's
    range. `time_zone`: IANA name whose midnights bound natural days. `edit_voids_protection`: an edit forfeits the day.
    `hourly_kinds`, `daily_kinds`: kinds of campaign for which `facts` has that grain (live Qianchuan has no hours; 乘方
    has none on any), so that an absent row of a whole read is a zero there and only there.
    """

    platform: str
    grid: Grid
    edits_per_day_goods: int
    edits_per_day_live: int
    edit_days_per_week: int
    spacing_s: int
    read_delay_s: float
    request_timeout_s: float
    has_edit_log: bool
    has_suggestion: bool
    has_protection: bool
    target_min: float
    target_max: float
    time_zone: str = "Asia/Shanghai"
    edit_voids_protection: bool = False
    time_error_s: float = 0.0
    hourly_kinds: frozenset[Kind] = frozenset({Kind.GOODS})
    daily_kinds: frozenset[Kind] = frozenset({Kind.GOODS})
