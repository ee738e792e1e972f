"""One row per campaign: everything a policy and the rulebook may know at one instant.

Every column is a (n,) array. Ages and spans are seconds in PLATFORM time, money is yuan, ROAS and targets are plain
ratios unless named `_units` (integer grid units). Unknown is NaN in float columns; `complete` says whether a rule may
stand on the row at all. Only `engine/observe.py` computes these; policies and the rulebook only read them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Text = NDArray[np.str_]
Float = NDArray[np.float64]
Int = NDArray[np.int64]
Small = NDArray[np.int8]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Columns over n campaigns; see the comment at each."""

    # who
    account: Text
    campaign: Text
    account_index: Int  # dense group number of the account, for rules that look across an account
    kind: Small  # Kind
    # knowledge
    complete: Bool  # every number a rule needs is known; False = NO_DATA
    read_age_s: Float  # since the last complete good read of this account (R-FRESH: 1800)
    metric_stale: Bool  # a metric is older than its own stated delay
    spending: Bool  # spend rose in the last two readings
    # authority
    enrolled: Bool
    advise_only: Bool  # protection rule unknown (乘方) and not accepted by name
    cost_controlled: Bool  # SMART_BID_CUSTOM: it has a target
    killed: Bool
    clock_ok: Bool
    breaker_open: Bool
    hold: Small  # Hold
    refused: Int  # bits of Refused: what a person said no to today, or the platform within the hour
    human_hold: Bool  # R-EXTERNAL: somebody edited, hands off until next natural day (live: session)
    open_write: Bool  # an earlier write of ours is unresolved
    trusted: Bool  # the settlement prior is confirmed, or one cohort of the account is mature: a policy's edit may be written
    floor_assumed: (
        Bool  # break-even was computed from a prior that is not trusted (the operator gave none of their own)
    )
    waivers: Int  # bits of Waiver granted
    # life
    stage: Small  # Stage
    observed_s: Float  # since the end of the hour in which it was fed, or the observation's restart; NaN = not fed
    observed_sessions: Int  # live: sessions with >= 200 yuan of spend since then
    started: Bool  # R-START was used, or the campaign spent before
    human_since_creation: Bool  # a person has edited the target given at creation
    avg30: Float  # R-START average on the target's basis; NaN = none
    avg30_rung: Small  # 0 none, 1 same product / live account, 2 whole account
    # target and edits
    grid: Int  # grid units per 1.0
    target_units: Int  # the value just read
    day_anchor_units: Int  # R-DRIFT anchor of the day
    week_anchor_units: Int  # R-DRIFT anchor of 7 days
    since_edit_s: Float  # since the latest instant the last edit (anybody's) can have taken effect; inf = never
    spacing_s: Float  # R-SPACE in force: 3600, live waiver 900; strictly more is needed
    edits_today: Int  # everybody's, this natural day
    edits_per_day: Int  # R-QUOTA in force
    edit_days_7d: Int  # days with an edit among the last 7 natural days, today apart
    edit_days_per_week: Int  # 0 = no such limit
    edited_today: Bool
    novolume_today: Int  # R-NOVOLUME lowerings used today
    # limits
    suggestion: Float
    suggestion_state: Small  # SuggestionState
    lowered_since_unknown: Bool  # a lowering was made since the suggestion became UNKNOWN
    floor: Float  # R-FLOOR on the target's basis; NaN = none
    floor_state: Small  # FloorState
    minimum: Float  # operator's; NaN = none
    maximum: Float  # operator's ceiling; NaN = none
    platform_min: Float
    platform_max: Float
    # goal and evidence
    goal: Float  # operator's wanted ROAS on its goal basis
    intent: Small  # Intent
    projected_roas: Float  # projected final billed GMV / spend over the evidence window
    projected_lo: Float  # 90 % interval
    projected_hi: Float
    p_below_goal: Float  # P(projected ROAS < goal), order-value variance and settlement uncertainty included
    evidence_orders: Float  # orders in the evidence window
    evidence_spend: Float  # spend in the evidence window, yuan
    order_value: Float  # yuan an order; prior where there is none
    since_edit_data_s: Float  # span of data after the last edit; inf = never edited
    margin: Float  # m' settled margin per yuan of paid GMV; NaN = not given
    # how spend answers to the target, learned from its own moves, and where profit is greatest (engine/prospects.py)
    elasticity: (
        Float  # -d ln spend / d ln target at the present target, median; the prior where nothing was learned yet
    )
    elasticity_log_sd: Float  # sd of its logarithm
    usual_spend: Float  # yuan a day that the present target would spend, without the luck of a day and the budget's end
    break_even: (
        Float  # target at which projected profit is nought, what the platform delivers of it included; NaN = no floor
    )
    break_even_log_sd: Float  # settlement and delivery uncertainty
    optimum: Float  # target of greatest expected profit, on the target's basis; the budget reckoned with
    optimum_log_sd: Float  # how well it is known
    optimum_gain: Float  # yuan a day expected from standing at the optimum instead of the present target
    goal_target: Float  # target at which projected ROAS meets the goal
    draw: Float  # 0 .. 1, evenly: a hash of campaign and natural day, the only chance a policy may use
    protection_at_stake: (
        Float  # yuan of expected compensation that an edit today would forfeit; 0 where it forfeits none
    )
    # windows, for policies
    spend_today: Float
    spend_24h: Float
    spend_7d: Float
    spend_30d: Float
    paid_gmv_today: Float
    paid_gmv_24h: Float
    paid_gmv_7d: Float
    paid_gmv_30d: Float
    paid_orders_today: Float
    paid_orders_24h: Float
    paid_orders_7d: Float
    paid_orders_30d: Float
    projected_gmv_24h: Float
    projected_gmv_7d: Float
    projected_roas_24h: Float
    projected_roas_7d: Float
    settlement_rate: Float  # projected final billed / paid GMV of this campaign's cohorts
    # delivery
    effective: (
        Bool  # effective hour now: delivering, on air and in schedule, budget and balance left, creatives approved
    )
    off_air: Bool
    budget: Float  # yuan; inf = no limit
    budget_spent_share: Float  # of today's budget
    budget_bound_days: Int  # among the last 3 complete days, days with >= 90 % of the budget spent
    spend_last2: Float  # last 2 effective hours, all since the last edit; NaN = fewer
    usual_last2: Float  # its own usual spend of those hours, where they are the two just gone; NaN = not, or not known
    usual_hour: Bool  # this hour's usual share of the day is at least average
    account_usual: Bool  # the account's other campaigns spend as usual
    # quiet windows
    quiet: Bool  # operator's quiet window
    session_age_s: Float  # live: since the session began; NaN = not live or off air
    host_change_s: Float  # |time to the nearest change of host|; NaN = no host data
    boost_running: Bool  # 一键起量 runs and the operator wants quiet then
    # stop-loss and protection
    protection: Small  # Protection
    valid_orders_today: Float
    expected_compensation: Float  # yuan a pause today would forfeit
    stoploss_spend: Float  # operator's "spend without orders" limit in yuan; NaN = off
    stoploss_loss: Float  # operator's "projected loss of the day" limit in yuan; NaN = off
    spend_since_on: Float  # today's, since somebody last switched the campaign on (a person undid a pause)
    orders_since_on: Float
    projected_loss_today: Float  # yuan, >= 0, counted likewise; NaN = no margin given
    paused_by_us: Bool
    resume_at_midnight: Bool  # the operator wants our pause undone at midnight, and midnight has passed
    # blast, per account (the same value on all rows of an account; but for `blast_edited`)
    first_live_day: Bool
    account_spend: Float  # spend of the whole account over 7 days (unenrolled campaigns too)
    blast_campaigns: Int  # campaigns already edited on the first live day
    blast_spend: Float  # their 7-day spend
    blast_edited: Bool  # this campaign is one of them
    # budget lever (R-BUDGET, off by default)
    budget_on: Bool
    budget_cap: Float  # operator's daily cap in yuan
    budget_base: Float  # yuan; NaN = no return to base
    budget_raises_today: Int
    base_due: Bool  # today's return to the base budget is still to be done
    # stock, shipping, cash: from the operator's tables or the shop's bills (NaN / False = no data, binds nothing)
    stock_cover_h: Float
    stock_pieces: Float  # left of the scarcest product
    stock_red_share: Float  # share of GMV carried by red products
    ship_late: Bool
    cash_short: Bool  # spend of 30 days above its stated share of the receipts billed in the same days

    def __len__(self) -> int:
        return len(self.campaign)

    @property
    def roi_target(self) -> Float:
        """The target as a ratio."""
        return self.target_units / self.grid

    @property
    def paid_roas_24h(self) -> Float:
        return _ratio(self.paid_gmv_24h, self.spend_24h)

    @property
    def paid_roas_7d(self) -> Float:
        return _ratio(self.paid_gmv_7d, self.spend_7d)

    def take(self, rows: NDArray[np.intp] | Bool) -> Observation:
        """Some rows, by index or mask."""
        return Observation(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    @staticmethod
    def concat(parts: list[Observation]) -> Observation:
        """All rows of several observations, in order (account groups are taken over as they are)."""
        return Observation(**{f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Observation)})


def _ratio(a: Float, b: Float) -> Float:
    out = np.full(len(a), np.nan)
    np.divide(a, b, out=out, where=b > 0)
    return out
