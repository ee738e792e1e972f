"""The system's suggestions of target and budget (qianchuan.md 7)."""

from __future__ import annotations

from sim.emulator import times
from sim.emulator.call import Call, Data
from sim.emulator.campaign import ACTIONS, GOALS, Campaign
from sim.emulator.service import Service


def uni_roi(service: Service, call: Call) -> Data:
    """GET uni_aweme/suggest/roi/. Without ad_id: the suggestion of a plan of the same Douyin account and objective."""
    account = service.account(call.number("advertiser_id"))
    call.one_of("marketing_goal", GOALS)
    call.number("aweme_id")
    action = call.one_of("deep_external_action", ACTIONS)
    return _answer(service, call, _plan(service, call, account, action), action)


def overall_roi(service: Service, call: Call) -> Data:
    """GET overall/suggest/roi/get/: 乘方, net objective only."""
    account = service.account(call.number("advertiser_id"))
    call.one_of("marketing_goal", GOALS)
    action = call.one_of("deep_external_action", ACTIONS[1:])
    return _answer(service, call, _plan(service, call, account, action), action)


def _plan(service: Service, call: Call, account: int, action: str) -> Campaign | None:
    if "ad_id" in call.query:
        return service.campaign(call.number("ad_id"), account)
    aweme, kind = call.number("aweme_id", 0), GOALS.index(call.text("marketing_goal"))
    for i in reversed(service.of_account[account]):
        c = service.campaigns[i]
        if c.spec.kind == kind and c.aweme == aweme and ACTIONS[c.now.objective] == action:
            return c
    return None


def _answer(service: Service, call: Call, c: Campaign | None, action: str) -> Data:
    """Absent where there is none. A faulted answer of "none" is what is in force, until a good one."""
    if call.meets("suggestion_absent", "suggestion_null", "suggestion_zero"):
        call.acted()
        if c:
            service.answered_none.add(c.index)
        return (
            {} if call.meets("suggestion_absent") else {"ecp_roi2_goal": None if call.meets("suggestion_null") else 0}
        )
    if c is None:
        return {}
    service.answered_none.discard(c.index)
    value = suggested(service, c, ACTIONS.index(action))
    return {} if value is None else {"ecp_roi2_goal": value}


def suggested(service: Service, c: Campaign, objective: int) -> float | None:
    """The suggestion of a plan for an objective (0 pay, 1 net), as the wire shows it."""
    value = service.suggestion(c)
    if value is None or c.now.objective == objective:
        return value
    return _converted(service, c, value, objective)


def _converted(service: Service, c: Campaign, value: float, objective: int) -> float | None:
    """Suggested net ROI = suggested pay ROI x own net share over 30 days (qianchuan.md 7); None without orders."""
    total = service.window([c.index], times.day_start(service.now) - 30 * times.DAY, service.now)[0]
    if not total.gmv or not total.gmv_1h:
        return None
    share = total.gmv_1h / total.gmv
    return round(value * share if objective == 1 else value / share, 2)


def budget(service: Service, call: Call) -> Data:
    """GET uni_aweme/suggest/budget/: around the plan's own budget (invented), int64 yuan."""
    account = service.account(call.number("advertiser_id"))
    call.number("aweme_id")
    call.one_of("marketing_goal", GOALS)
    base = 1000
    if "ad_id" in call.query:
        base = max(300, service.campaign(call.number("ad_id"), account).now.budget // 100)
    steps = [base, base * 3 // 2, base * 2]
    goal = 2.0
    costs = [
        {
            "budget": b,
            "estimate_convert": b // 50,
            "min_estimate_convert": b // 60,
            "max_estimate_convert": b // 40,
            "estimate_roi": goal,
            "min_estimate_roi": goal * 0.9,
            "max_estimate_roi": goal * 1.1,
            "is_update": False,
            "last_update_time": "",
        }
        for b in steps
    ]
    return {
        "budget": steps[1],
        "budget_min": 300,
        "budget_max": base * 4,
        "budget_danger": base * 5,
        "suggested_budget_list": steps,
        "estimate_trans_cost_list": costs,
        "is_update": False,
    }
