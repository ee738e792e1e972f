"""R-BUDGET: the second lever, off unless the operator turned it on."""

from __future__ import annotations

import numpy as np

from bidctl.domain.decision import Decisions, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import RULE_OF, Alert, Reason
from bidctl.domain.values import Hold, Refused, Stage
from bidctl.policy.rulebook.authority import said_no
from bidctl.policy.rulebook.delivery import budget_binds, quiet_now
from bidctl.policy.rulebook.fresh import stale
from bidctl.policy.rulebook.life import observing
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Float


def open_for_budget(o: Observation, s: RuleSettings) -> Bool:
    """Rows whose budget may be written at all; a hold of the targets leaves the budget free."""
    ours = o.budget_on & o.enrolled & ~o.advise_only & ~o.killed & o.clock_ok & ~o.breaker_open & ~o.open_write
    hands_off = (o.hold == Hold.ALL) | o.human_hold | quiet_now(o, s) | stale(o, s)
    able: Bool = ours & o.complete & ~hands_off & (o.stage != Stage.STOPPED) & np.isfinite(o.budget)
    return able


def next_budget(budget: Float, spend: Float, cap: Float, s: RuleSettings) -> Float:
    """The largest legal raise in whole hundreds, yuan; NaN = no legal step (e.g. a budget under 500 yuan).

    Step >= 100 yuan and <= 20 %, inside the operator's daily cap, at least 105 % of the spend.
    """
    grain = s.budget_step_yuan
    new = np.floor(np.fmin(budget * (1.0 + s.budget_step_share), cap) / grain + 1e-9) * grain
    legal = (new - budget >= grain) & (new >= spend * s.budget_over_spend)
    return np.where(legal, new, np.nan)


def legal_budget(o: Observation, new: float, s: RuleSettings) -> Bool:
    """Whether one budget that a person approved is still legal as it stands: a raise by its limits, or the return to base."""
    raised = (new - o.budget >= s.budget_step_yuan) & (new <= o.budget * (1.0 + s.budget_step_share) + 1e-9)
    raised &= (new <= o.budget_cap) & (o.budget_raises_today < s.budget_daily) & ~o.ship_late & ~o.cash_short
    back = (new == o.budget_base) & (new <= o.budget) & ~((new < o.budget) & observing(o, s))
    legal: Bool = (raised | back) & (new >= o.spend_today * s.budget_over_spend)
    return legal


def budget(o: Observation, out: Decisions, s: RuleSettings) -> None:
    """R-BUDGET, after the target (R-ONE): raise where it binds and the goal is met by trusted numbers; back to base after
    midnight, tried until done."""
    if not np.count_nonzero(o.budget_on):
        return
    able = open_for_budget(o, s) & (out.lever == Lever.NONE)
    base = able & o.base_due & (o.budget_base != o.budget) & np.isfinite(o.budget_base)
    base &= ~((o.budget_base < o.budget) & observing(o, s))
    base &= (o.budget_base >= o.spend_today * s.budget_over_spend) & (o.budget_base <= o.budget)
    base &= ~_refused(o, out, base, Refused.BUDGET_DOWN, Refused.THERE_BUDGET_DOWN)
    _write(out, base, o.budget_base, Reason.BUDGET_BASE)
    wanted = able & ~base & budget_binds(o, s) & (o.projected_roas >= o.goal)
    wanted &= (o.budget_raises_today < s.budget_daily) & ~o.ship_late & ~o.cash_short
    wanted &= ~_refused(o, out, wanted, Refused.BUDGET_UP, Refused.THERE_BUDGET_UP)
    assumed = wanted & ~o.trusted
    np.copyto(out.reason, Reason.PRIOR_UNCONFIRMED, where=assumed)
    np.bitwise_or(out.bound, np.uint64(RULE_OF[Reason.PRIOR_UNCONFIRMED].bit), out=out.bound, where=assumed)
    wanted &= ~assumed
    new = next_budget(o.budget, o.spend_today, o.budget_cap, s)
    none = wanted & np.isnan(new)
    np.bitwise_or(out.alerts, np.uint32(Alert.NO_BUDGET_STEP.bit), out=out.alerts, where=none)
    np.bitwise_or(out.bound, np.uint64(RULE_OF[Reason.NO_BUDGET_STEP].bit), out=out.bound, where=none)
    _write(out, wanted & ~none, new, Reason.BUDGET_RAISE)


def _refused(o: Observation, out: Decisions, where: Bool, person: Refused, platform: Refused) -> Bool:
    """Rows of `where` to which a person said no today, or the platform within the hour; R-HOLD is named."""
    there = where & said_no(o, platform)
    no = there | (where & said_no(o, person))
    np.copyto(out.reason, Reason.PLATFORM_REFUSED, where=there)
    np.bitwise_or(out.bound, np.uint64(RULE_OF[Reason.REFUSED].bit), out=out.bound, where=no)
    return no


def _write(out: Decisions, where: Bool, value: Float, reason: Reason) -> None:
    np.copyto(out.budget_result, value, where=where)
    np.copyto(out.lever, Lever.BUDGET, where=where)
    np.copyto(out.reason, reason, where=where)
    np.bitwise_or(out.bound, np.uint64(RULE_OF[reason].bit), out=out.bound, where=where)
