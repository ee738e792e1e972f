"""Pauses and their undoing: R-STOPLOSS, and the pause of R-STOCK."""

from __future__ import annotations

import numpy as np

from bidctl.domain.decision import Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Alert, Reason, Rule
from bidctl.domain.values import Hold, Kind, Protection, Refused, Stage
from bidctl.policy.rulebook.authority import said_no
from bidctl.policy.rulebook.fresh import stale
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Sheet


def no_orders(o: Observation, s: RuleSettings) -> Bool:
    """The day's spend without any order reached max(3 x cost per order, the operator's limit); NaN limit = off. Counted anew
    from a person's switching it on: a pause that a person undid is not made again for what was spent before."""
    cost_per_order = o.order_value * o.grid / o.target_units
    limit = np.maximum(cost_per_order * s.stoploss_orders, o.stoploss_spend)  # NaN stays NaN: never
    empty: Bool = (o.orders_since_on == 0) & (o.spend_since_on >= limit)
    return empty


def day_loss(o: Observation) -> Bool:
    """The day's projected loss is above the operator's limit; NaN = off or not known."""
    return o.projected_loss_today > o.stoploss_loss


def red(o: Observation, s: RuleSettings) -> Bool:
    """R-STOCK: the stock is red, by the hours that it covers or by the pieces left. No data binds nothing."""
    return _scarce(o, s.stock_red_h, s.stock_red_goods_h, s.stock_red_pieces)


def _scarce(o: Observation, live_h: float, goods_h: float, pieces: float) -> Bool:
    """NaN is no data; 0 pieces as a threshold is off, and none left covers no hour anyway."""
    short: Bool = (o.stock_cover_h <= np.where(o.kind == Kind.LIVE, live_h, goods_h)) | (o.stock_pieces <= pieces)
    return short


def _known(d: Sheet) -> Bool:
    """Missing data never triggers a pause: complete, fresh, and still running."""
    known: Bool = d.free & d.o.complete & ~stale(d.o, d.settings) & (d.o.stage != Stage.STOPPED)
    return known


def _pause(d: Sheet, where: Bool, reason: Reason) -> None:
    hit = d.decide(where, reason)
    np.copyto(d.out.pause, 1, where=hit)
    np.copyto(d.out.lever, Lever.STATUS, where=hit)


def stoploss(d: Sheet) -> None:
    """R-STOPLOSS: alert; ask where a pause forfeits a compensation; else pause. Acts under a hold and an open breaker."""
    empty, losing = no_orders(d.o, d.settings), day_loss(d.o)
    if not np.count_nonzero(empty | losing):
        return
    known = _known(d)
    empty &= known
    losing &= known
    d.alert(empty | losing, Alert.STOPLOSS)
    forfeits = (d.o.protection == Protection.IN_EFFECT) & (d.o.valid_orders_today >= d.settings.stoploss_valid)
    asked = said_no(d.o, Refused.PAUSE | Refused.PAUSE_ASKED)
    refused = (empty | losing) & np.where(forfeits, asked, said_no(d.o, Refused.PAUSE))
    d.bind(refused, Rule.HOLD)  # a person's no: the alert goes on
    empty &= ~refused
    losing &= ~refused
    ask = (empty | losing) & forfeits
    d.alert(ask, Alert.STOPLOSS_ASK)
    np.logical_or(d.out.ask, ask, out=d.out.ask)
    _pause(d, ask, Reason.STOPLOSS_ASK)
    _pause(d, empty, Reason.STOPLOSS_NO_ORDERS)
    _pause(d, losing, Reason.STOPLOSS_DAY_LOSS)


def stock_pause(d: Sheet) -> None:
    """R-STOCK: pause only where red products carry more than half of the campaign's GMV."""
    if np.isnan(d.o.stock_cover_h).all() and np.isnan(d.o.stock_pieces).all():
        return
    s = d.settings
    orange = _scarce(d.o, s.stock_orange_h, s.stock_orange_goods_h, s.stock_orange_pieces)
    yellow = _scarce(d.o, s.stock_yellow_h, s.stock_yellow_goods_h, s.stock_yellow_pieces)
    scarce = red(d.o, s)
    d.alert(yellow & ~orange, Alert.STOCK)
    d.alert(orange & ~scarce, Alert.STOCK_ORANGE)
    d.alert(scarce, Alert.STOCK_RED)
    carried = d.o.stock_red_share > d.settings.stock_pause_share
    carried &= ~said_no(d.o, Refused.PAUSE)
    _pause(d, _known(d) & scarce & carried, Reason.STOCK_PAUSE)


def unpause(d: Sheet) -> None:
    """R-STOPLOSS: at midnight, where the operator wants it, undo our own pause; never under a breaker or a hold."""
    refused = said_no(d.o, Refused.UNPAUSE | Refused.THERE_UNPAUSE)
    wanted = d.o.paused_by_us & d.o.resume_at_midnight & ~refused
    if not np.count_nonzero(wanted):
        return
    quiet = ~d.o.breaker_open & (d.o.hold == Hold.NO) & ~d.o.human_hold
    hit = d.decide(
        wanted & quiet & d.o.complete & ~stale(d.o, d.settings) & (d.o.stage == Stage.STOPPED), Reason.UNPAUSE
    )
    np.copyto(d.out.pause, -1, where=hit)
    np.copyto(d.out.lever, Lever.STATUS, where=hit)
