"""When a campaign may be edited: R-QUIET and R-DELIVER."""

from __future__ import annotations

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Stage
from bidctl.policy.rulebook.life import first_target
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Sheet


def quiet_now(o: Observation, s: RuleSettings) -> Bool:
    """R-QUIET: the operator's window, a session's first hour, a change of host, a running boost. NaN = no such data."""
    return o.quiet | o.boost_running | (o.session_age_s < s.quiet_session_s) | (o.host_change_s <= s.quiet_host_s)


def budget_binds(o: Observation, s: RuleSettings) -> Bool:
    """R-DELIVER: 90 % of today's budget is spent, or was on 2 of the last 3 days."""
    return (o.budget_spent_share >= s.budget_bound) | (o.budget_bound_days >= s.budget_bound_days)


def quiet(d: Sheet) -> None:
    """R-QUIET: no target, budget or creative write."""
    d.decide(quiet_now(d.o, d.settings), Reason.QUIET)


def deliver(d: Sheet) -> None:
    """R-DELIVER: edits only on cost-controlled campaigns in an effective hour; a first target also before delivery."""
    d.decide(~d.o.cost_controlled, Reason.NOT_COST_CONTROLLED)
    d.decide(d.o.stage == Stage.STOPPED, Reason.STOPPED)
    d.decide(~d.o.effective & ~first_target(d.o), Reason.NOT_DELIVERING)


def budget_bound(d: Sheet) -> None:
    """R-DELIVER: no lowering while the budget binds; it buys the same spend at a worse price."""
    d.decide(budget_binds(d.o, d.settings) & d.down, Reason.BUDGET_BOUND)
