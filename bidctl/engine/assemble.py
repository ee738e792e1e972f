"""Names the columns: every field of `Observation`, over all rows of an account."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.enrolment import Switches
from bidctl.domain.values import AccountId, Hold, Kind, Waiver
from bidctl.engine.cash import short_accounts
from bidctl.engine.columns import Columns
from bidctl.engine.external import LOOK_BACK
from bidctl.engine.guards import host_change, late_accounts, speeds, stock_cover
from bidctl.engine.prospects import prospects
from bidctl.engine.rows import filled, total

Column = NDArray[np.generic]
Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

YOUNG_LEDGER_S = 60.0
"""An empty or restored ledger edits nothing for so long beyond the spacing (DESIGN 5)."""


def assemble(c: Columns) -> dict[str, Column]:
    """All columns by name, each (n,)."""
    return {
        **_who(c),
        **_authority(c),
        **_life(c),
        **_edits(c),
        **suggested(c),
        **_limits(c),
        **_goal(c),
        **prospects(c),
        **_windows(c),
        **_delivery(c),
        **_rest(c),
    }


def _who(c: Columns) -> dict[str, Column]:
    age = c.now - c.m.good_read_at
    on = c.roster.flags("on")
    late = (c.now - c.m.last_two.at[:, 0] > c.o.delays.today_s) & (c.now - c.hours_until > c.o.delays.hour_s)
    hours_late = (c.m.hour_read_at > -np.inf) & (c.now - c.m.hour_read_at > c.o.delays.hour_s)
    hourly = np.isin(c.roster.ints("kind"), [int(k) for k in c.o.capabilities.hourly_kinds])
    return {
        "account": np.array(list(c.roster.accounts), np.str_)[c.accounts.of],
        "campaign": c.roster.texts(),
        "account_index": c.standing.account_index + c.accounts.of,
        "kind": c.roster.ints("kind").astype(np.int8),
        "complete": c.complete,
        "read_age_s": np.full(c.n, age),
        "metric_stale": on & (late | (hours_late & hourly)),
        "spending": c.m.last_two.rising(),
    }


def _authority(c: Columns) -> dict[str, Column]:
    s, switches = c.standing, c.standing.switches
    accepted = c.e.waivers & int(Waiver.PROTECTION_UNKNOWN) > 0
    return {
        "enrolled": c.e.enrolled,
        "advise_only": c.roster.flags("hosted") & ~accepted,
        "cost_controlled": c.roster.flags("cost_controlled"),
        "killed": _switched(c, lambda w: w.killed) | s.killed,
        "clock_ok": np.full(c.n, s.clock_ok),
        "breaker_open": _switched(c, lambda w: w.breaker) | s.breaker,
        "hold": c.roster.spread({name: int(w.hold) for name, w in switches.items()}, int(Hold.NO)).astype(np.int8),
        "refused": c.roster.spread({name: int(what) for name, what in s.refused.items()}, 0),
        "human_hold": _switched(c, lambda w: w.human_hold_until is not None and w.human_hold_until.timestamp() > c.now),
        "open_write": c.roster.among(s.open_writes),
        "trusted": c.trusted,
        "floor_assumed": ~c.trusted & ~(c.e.break_even > 0) & np.isfinite(c.floors()[0]),
        "waivers": c.e.waivers,
    }


def _life(c: Columns) -> dict[str, Column]:
    average, rung = c.average30()
    by_people = c.o.book.by_people
    people = np.isfinite(by_people) & ~(by_people <= c.roster.floats("created") + 60.0)
    touched = c.roster.floats("modified") > c.roster.floats("created") + 60.0
    unlogged = c.first_seen - c.roster.floats("created") > LOOK_BACK.total_seconds()
    unlogged |= not c.o.capabilities.has_edit_log
    return {
        "stage": c.stage,
        "observed_s": c.now - c.lives.observe_from,
        "observed_sessions": c.sessions_seen,
        "started": c.started,
        # where no operation log tells of its whole life, a modify time later than creation must do (R-START)
        "human_since_creation": people | (touched & unlogged),
        "avg30": average,
        "avg30_rung": rung,
    }


def _edits(c: Columns) -> dict[str, Column]:
    e, cap = c.edits, c.o.capabilities
    return {
        "grid": np.full(c.n, cap.grid.per_one, np.int64),
        "target_units": c.roster.ints("target"),
        "day_anchor_units": e.day_anchor,
        "week_anchor_units": e.week_anchor,
        "since_edit_s": np.minimum(np.minimum(c.now - e.last_edit, _ledger_age(c)), _proof_age(c)),
        "spacing_s": c.spacing(),
        "edits_today": e.edits_today,
        "edits_per_day": np.where(c.live, cap.edits_per_day_live, cap.edits_per_day_goods).astype(np.int64),
        "edit_days_7d": e.edit_days_7d,
        "edit_days_per_week": np.full(c.n, cap.edit_days_per_week, np.int64),
        "edited_today": e.edits_today > 0,
        "novolume_today": e.novolume_today,
        "since_edit_data_s": np.maximum(c.data_until - e.last_edit, 0.0),
    }


def _ledger_age(c: Columns) -> float:
    """s since a young ledger may be trusted to know the last edit, so that it holds for 61 min; inf = long known."""
    since = c.standing.ledger_since
    age = np.inf if since is None else c.now - since.timestamp() - YOUNG_LEDGER_S
    return age if age <= c.o.capabilities.spacing_s else float(np.inf)


def _proof_age(c: Columns) -> Float:
    """(n,) s since an unknown edit was proved absent, inf = none."""
    out = np.full(c.n, np.inf)
    for campaign, at in c.standing.proved_absent.items():
        if campaign in c.roster.index:
            out[c.roster.index[campaign]] = c.now - at.timestamp()
    return out


def suggested(c: Columns) -> dict[str, Column]:
    """All that follows from an answer about a suggestion, as long as its day lasts (`prospects` learns from those of days before)."""
    value, state, _ = c.suggestion
    return {"suggestion": value, "suggestion_state": state, "lowered_since_unknown": c.lowered}


def _limits(c: Columns) -> dict[str, Column]:
    floor, floor_state = c.floors()
    return {
        "floor": floor,
        "floor_state": floor_state,
        "minimum": c.e.minimum,
        "maximum": c.e.maximum,
        "platform_min": np.full(c.n, c.o.capabilities.target_min),
        "platform_max": np.full(c.n, c.o.capabilities.target_max),
    }


def _goal(c: Columns) -> dict[str, Column]:
    j = c.judged
    return {
        "goal": c.e.goal,
        "intent": c.e.intent,
        "projected_roas": j.evidence.roas,
        "projected_lo": j.evidence.lo,
        "projected_hi": j.evidence.hi,
        "p_below_goal": j.evidence.p_below,
        "evidence_orders": j.evidence.orders,
        "evidence_spend": j.evidence.spend,
        "order_value": j.order_value,
        "margin": c.margins(),
        "settlement_rate": c.settled.rate,
    }


def _windows(c: Columns) -> dict[str, Column]:
    t, day = c.table, c.delivery.sum_24h
    projected_24h = day[1] * c.judged.share_2d
    out: dict[str, Column] = {}
    for metric, name in enumerate(("spend", "paid_gmv", "paid_orders")):
        out[f"{name}_today"] = t.x[metric, :, -1]
        out[f"{name}_24h"] = day[metric]
        out[f"{name}_7d"] = t.sum(metric, 7)
        out[f"{name}_30d"] = t.sum(metric, 30)
    return {
        **out,
        "projected_gmv_24h": projected_24h,
        "projected_gmv_7d": c.judged.projected_7d,
        "projected_roas_24h": _ratio(projected_24h, day[0]),
        "projected_roas_7d": _ratio(c.judged.projected_7d, t.sum(0, 7)),
    }


def _delivery(c: Columns) -> dict[str, Column]:
    d, age = c.delivery, c.session_age
    with np.errstate(invalid="ignore"):
        left = ~(d.spent_share >= 1.0)
    return {
        "effective": c.roster.flags("on") & left,
        "off_air": c.roster.flags("off_air"),
        "budget": c.roster.floats("budget"),
        "budget_spent_share": d.spent_share,
        "budget_bound_days": d.bound_days,
        "spend_last2": d.spend_last2,
        "usual_last2": d.usual_last2,
        "usual_hour": d.usual_hour,
        "account_usual": d.account_usual,
        "quiet": c.quiet(),
        "session_age_s": age,
        "host_change_s": host_change(c.standing.tables, c.roster.live_accounts, c.now),
        "boost_running": c.e.boost_quiet & c.roster.among(c.standing.boosts),
    }


def _rest(c: Columns) -> dict[str, Column]:
    t, s = c.table, c.standing
    spend_7d = total(filled(t.x[0][:, -7:]))
    since = _live_since(c)
    edited = _edited_since(c, since)
    paused = c.paused_at
    raises = c.roster.spread(s.budget_raises, 0)
    counted = t.x[:3, :, -1] - c.before_switched_on
    hours = (c.now - c.days.start(t.last_day - 6)) / 3600
    sold = speeds(
        t.sum(2, 7), hours, c.delivery.orders_2h, t.x[2, :, -1], c.session_age, c.live, c.roster.flags("off_air")
    )
    cover, pieces, red_share = stock_cover(s.tables, c.roster.products, sold)
    return {
        "protection": c.roster.ints("protection").astype(np.int8),
        "valid_orders_today": np.where(c.net, t.x[4, :, -1], t.x[2, :, -1]),
        "expected_compensation": c.compensation(),
        "stoploss_spend": c.e.stoploss_spend,
        "stoploss_loss": c.e.stoploss_loss,
        "spend_since_on": np.maximum(counted[0], 0.0),
        "orders_since_on": np.maximum(counted[2], 0.0),
        "projected_loss_today": np.maximum(counted[0] - c.margins() * counted[1], 0.0),
        "paused_by_us": np.isfinite(paused),
        "resume_at_midnight": c.e.resume_at_midnight & np.isfinite(paused) & (paused < c.midnight),
        "first_live_day": np.isfinite(since),
        "account_spend": c.accounts.totals(spend_7d),
        "blast_campaigns": c.accounts.totals(edited).astype(np.int64),
        "blast_spend": c.accounts.totals(np.where(edited, spend_7d, 0.0)),
        "blast_edited": edited,
        "budget_on": np.isfinite(c.e.budget_cap),
        "budget_cap": c.e.budget_cap,
        "budget_base": c.e.budget_base,
        "budget_raises_today": raises,
        "base_due": c.base_due,
        "stock_cover_h": cover,
        "stock_pieces": pieces,
        "stock_red_share": red_share,
        "ship_late": late_accounts(s.tables, [AccountId(a) for a in c.roster.accounts], s.ship_hours)[c.accounts.of],
        "cash_short": _cash_short(c),
    }


def _cash_short(c: Columns) -> Bool:
    """(n,) campaigns of an account whose spend is too large a share of its receipts (R-CASH, off unless a share is stated)."""
    s = c.standing
    if not s.cash_share:
        return np.zeros(c.n, np.bool_)
    spend = c.accounts.sums_of_columns(filled(c.table.x[0]))
    short = short_accounts(s.tables, c.roster.accounts, spend, c.table.last_day, s.cash_share, s.cash_stale_d)
    return short[c.accounts.of]


def _live_since(c: Columns) -> Float:
    """(n,) epoch s at which the first live day of the account began, while it lasts; NaN = no such day (R-BLAST)."""
    begun = {name: at.timestamp() for name, at in c.standing.live_since.items()}
    return np.array([begun.get(AccountId(a), np.nan) for a in c.roster.accounts])[c.accounts.of]


def _edited_since(c: Columns, since: Float) -> Bool:
    """(n,) campaigns that we edited since the first live day began (R-BLAST)."""
    changes = c.o.book.changes
    return c.o.book.some(changes.ours & (changes.at >= since[changes.row]))


def _switched(c: Columns, get: Callable[[Switches], bool]) -> Bool:
    return c.roster.among([name for name, w in c.standing.switches.items() if get(w)])


def _ratio(a: Float, b: Float) -> Float:
    return np.asarray(a / np.where(b > 0, b, np.nan))


__all__ = ["Kind", "assemble", "suggested"]
