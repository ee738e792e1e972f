# ruff: noqa: E501
"""The columns that a rule may name: one table for the language, its errors, its documentation and its read-back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.observation import Observation
from bidctl.domain.values import FloorState, Hold, Intent, Kind, Protection, Stage, SuggestionState
from bidctl.policy.language.units import Unit

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Column:
    """`name` in rules; `zh`: its Chinese name, allowed in rules too; `en`: how a sentence calls it; `source`: the attribute
    of `Observation` behind it, divided by the grid where `per_grid` (0 = none), times `scale` (hours as seconds);
    `words`: of a WORD column, with their codes."""

    name: str
    unit: Unit
    zh: str
    en: str
    source: str
    words: Mapping[str, int] = field(default_factory=dict)
    scale: float = 1.0
    per_grid: bool = False

    def values(self, o: Observation) -> Float:
        """(n,) numbers in the unit's measure; NaN = unknown."""
        found = np.asarray(getattr(o, self.source), np.float64)
        if self.per_grid:
            return np.where(found > 0, found / o.grid, np.nan)
        return found if self.scale == 1.0 else found * self.scale

    def flags(self, o: Observation) -> Bool:
        """(n,) of a FLAG column."""
        return np.asarray(getattr(o, self.source), np.bool_)

    def is_one_of(self, words: tuple[str, ...], o: Observation) -> Bool:
        """(n,) of a WORD column: it is one of these."""
        return np.isin(getattr(o, self.source), [self.words[w] for w in words])


S, Y, R, G, P = Unit.SHARE, Unit.YUAN, Unit.ROAS, Unit.TARGET, Unit.PAID
C, T, F, W, N = Unit.COUNT, Unit.SPAN, Unit.FLAG, Unit.WORD, Unit.NUMBER

_CHINESE: dict[str, str] = {
    "goods": "商品", "live": "直播", "volume": "拿量", "balanced": "均衡", "profit": "保利", "new": "新建", "feeding": "喂量中",
    "observing": "观察中", "free": "自由期", "stopped": "已停", "foreign": "未托管", "unknown": "未知", "none": "没有", "number": "有值",
    "in_effect": "生效中", "invalid": "已失效", "confirming": "确认中", "paid": "已赔付", "ended": "已结束", "missing": "缺", "known": "已知",
    "never_profitable": "无法盈利", "no": "否", "targets": "目标冻结", "all": "全部冻结",
}  # fmt: skip


def _words(kind: type[IntEnum]) -> dict[str, int]:
    """Words of an enumeration, in both languages."""
    english = {member.name.lower(): int(member) for member in kind}
    return english | {_CHINESE[word]: code for word, code in english.items()}


def _table() -> list[Column]:
    plain = [
        ("complete", F, "数据完整", "the data is complete"),
        ("read_age_s", T, "读数时长", "age of the last complete read"),
        ("metric_stale", F, "数据过期", "a metric is stale"),
        ("spending", F, "正在消耗", "spend rose in the last two readings"),
        ("enrolled", F, "已托管", "it is enrolled"),
        ("advise_only", F, "只给建议", "it is advise-only"),
        ("cost_controlled", F, "控成本", "it is cost-controlled"),
        ("killed", F, "已停止托管", "the kill switch is set"),
        ("clock_ok", F, "时钟正常", "the clocks agree"),
        ("breaker_open", F, "已熔断", "the breaker is open"),
        ("human_hold", F, "人工改动后暂停", "a person edited it and it is left alone"),
        ("open_write", F, "有未决写入", "an earlier write is unresolved"),
        ("trusted", F, "结算可信", "the settlement prior is confirmed or a cohort is mature"),
        ("observed_s", T, "喂饱后时长", "time since it was fed"),
        ("observed_sessions", C, "喂饱后场次", "live sessions with spend since it was fed"),
        ("started", F, "已首次定价", "its first target was set or it spent before"),
        ("human_since_creation", F, "创建后有人改过", "a person edited its first target"),
        ("avg30", G, "均值ROI_30天", "average ROAS of 30 days"),
        ("since_edit_s", T, "距上次改动", "time since the last edit"),
        ("spacing_s", T, "改动间隔", "the least time between edits"),
        ("edits_today", C, "今日改动次数", "edits today"),
        ("edits_per_day", C, "每日改动上限", "the day's limit of edits"),
        ("edit_days_7d", C, "改动天数_7天", "days with an edit among the last 7"),
        ("edit_days_per_week", C, "每周改动天数上限", "the week's limit of edit days"),
        ("edited_today", F, "今日已改", "it was edited today"),
        ("novolume_today", C, "今日没量调低次数", "no-volume lowerings today"),
        ("suggestion", G, "系统建议ROI", "the system's suggestion"),
        ("lowered_since_unknown", F, "建议未知后已调低", "it was lowered since the suggestion became unknown"),
        ("floor", G, "保本ROI", "break-even"),
        ("floor_assumed", F, "保本按假设", "break-even rests on an unconfirmed prior"),
        ("minimum", G, "最低ROI", "the operator's minimum"),
        ("maximum", G, "最高ROI", "the operator's ceiling"),
        ("platform_min", G, "平台最低ROI", "the platform's minimum"),
        ("platform_max", G, "平台最高ROI", "the platform's maximum"),
        ("goal", R, "目标值", "the goal"),
        ("projected_roas", R, "预计ROI", "projected ROAS"),
        ("projected_lo", R, "预计ROI下限", "the low end of projected ROAS (90 % interval)"),
        ("projected_hi", R, "预计ROI上限", "the high end of projected ROAS (90 % interval)"),
        ("p_below_goal", S, "低于目标的把握", "the probability of being below the goal"),
        ("evidence_orders", C, "证据单数", "orders in the evidence window"),
        ("evidence_spend", Y, "证据消耗", "spend in the evidence window"),
        ("order_value", Y, "客单价", "value of an order"),
        ("since_edit_data_s", T, "改动后数据时长", "span of data since the last edit"),
        ("margin", S, "结算毛利率", "settled margin per yuan of paid GMV"),
        ("elasticity", N, "弹性", "elasticity of spend to the target"),
        ("elasticity_log_sd", N, "弹性误差", "uncertainty of the elasticity (log)"),
        ("usual_spend", Y, "平常日消耗", "usual spend a day at the present target"),
        ("break_even", G, "实际保本ROI", "the target at which profit is nought, delivery included"),
        ("break_even_log_sd", N, "实际保本误差", "uncertainty of that target (log)"),
        ("optimum", G, "利润最优ROI", "the target of greatest expected profit"),
        ("optimum_log_sd", N, "利润最优误差", "uncertainty of that optimum (log)"),
        ("optimum_gain", Y, "最优每日多赚", "profit a day expected from standing at the optimum"),
        ("goal_target", G, "目标值折算ROI", "the target at which projected ROAS meets the goal"),
        ("draw", S, "当日抽签", "the campaign's draw of the day (0 to 1)"),
        ("protection_at_stake", Y, "改动会放弃的赔付", "compensation that an edit today would forfeit"),
        ("settlement_rate", S, "结算率", "the settlement rate"),
        ("effective", F, "有效投放", "it is an effective hour"),
        ("off_air", F, "未开播", "it is off air"),
        ("budget", Y, "日预算", "the daily budget"),
        ("budget_spent_share", S, "预算已用比例", "share of today's budget spent"),
        ("budget_bound_days", C, "预算受限天数", "days of the last 3 on which the budget bound"),
        ("spend_last2", Y, "消耗_近2有效小时", "spend of the last 2 effective hours"),
        ("usual_last2", Y, "平常消耗_近2有效小时", "its usual spend of those 2 hours"),
        ("spend_since_on", Y, "恢复后消耗", "spend since it was switched on"),
        ("orders_since_on", C, "恢复后单数", "orders since it was switched on"),
        ("usual_hour", F, "平均以上时段", "it is a usual hour"),
        ("account_usual", F, "账户消耗正常", "the account spends as usual"),
        ("quiet", F, "静默时段", "it is a quiet window"),
        ("session_age_s", T, "开播时长", "time since the session began"),
        ("host_change_s", T, "距换主播", "time to the nearest change of host"),
        ("boost_running", F, "一键起量中", "a boost runs"),
        ("valid_orders_today", C, "今日有效单数", "valid orders today"),
        ("expected_compensation", Y, "预计赔付", "expected compensation"),
        ("stoploss_spend", Y, "空耗止损线", "the limit of spend without orders"),
        ("stoploss_loss", Y, "亏损止损线", "the limit of the day's loss"),
        ("projected_loss_today", Y, "今日预计亏损", "projected loss today"),
        ("paused_by_us", F, "由本程序暂停", "bidctl paused it"),
        ("resume_at_midnight", F, "零点应恢复", "it is to be resumed"),
        ("first_live_day", F, "上线首日", "it is the first live day"),
        ("account_spend", Y, "账户消耗_7天", "the account's spend of 7 days"),
        ("blast_campaigns", C, "首日已改计划数", "campaigns edited on the first live day"),
        ("blast_spend", Y, "首日已改计划消耗", "their spend of 7 days"),
        ("blast_edited", F, "首日已改过", "it was edited on the first live day"),
        ("budget_on", F, "允许加预算", "budget raises are on"),
        ("budget_cap", Y, "预算上限", "the operator's budget cap"),
        ("budget_base", Y, "基础预算", "the base budget"),
        ("budget_raises_today", C, "今日加预算次数", "budget raises today"),
        ("base_due", F, "应回基础预算", "the budget is due back at its base"),
        ("stock_pieces", C, "最少库存件数", "pieces left of the scarcest product"),
        ("stock_red_share", S, "告急商品成交占比", "share of GMV of the scarcest product"),
        ("ship_late", F, "发货积压", "shipping is late"),
        ("cash_short", F, "资金紧张", "cash is short"),
    ]  # fmt: skip
    windows = [("today", "今日", "today"), ("24h", "24时", "of 24 h"), ("7d", "7天", "of 7 days"), ("30d", "30天", "of 30 days")]  # fmt: skip
    for metric, unit, zh, en in (("spend", Y, "消耗", "spend"), ("paid_gmv", Y, "支付金额", "paid GMV"), ("paid_orders", C, "支付单数", "paid orders")):  # fmt: skip
        plain += [(f"{metric}_{w}", unit, f"{zh}_{wz}", f"{en} {we}") for w, wz, we in windows]
    for metric, unit, zh, en in (("projected_gmv", Y, "预计结算金额", "projected settled GMV"), ("projected_roas", R, "预计ROI", "projected ROAS"), ("paid_roas", P, "支付ROI", "paid ROAS")):  # fmt: skip
        plain += [(f"{metric}_{w}", unit, f"{zh}_{wz}", f"{en} {we}") for w, wz, we in windows[1:3]]
    words: list[tuple[str, str, str, type[IntEnum]]] = [
        ("kind", "类型", "the kind", Kind),
        ("intent", "意图", "the intent", Intent),
        ("stage", "阶段", "the stage", Stage),
        ("hold", "冻结", "the hold", Hold),
        ("suggestion_state", "建议状态", "the suggestion's state", SuggestionState),
        ("floor_state", "保本状态", "the break-even's state", FloorState),
        ("protection", "赔付状态", "the protection", Protection),
    ]
    return [
        *(Column(name, unit, zh, en, name) for name, unit, zh, en in plain),
        *(Column(name, W, zh, en, name, words=_words(kind)) for name, zh, en, kind in words),
        Column("roi_target", G, "ROI目标", "the target", "roi_target"),
        Column("day_anchor", G, "今日起点ROI", "the day's anchor of the target", "day_anchor_units", per_grid=True),
        Column("week_anchor", G, "起点ROI_7天", "the week's anchor of the target", "week_anchor_units", per_grid=True),
        Column("stock_cover", T, "库存可卖时长", "stock cover", "stock_cover_h", scale=3600.0),
    ]


COLUMNS: dict[str, Column] = {column.name: column for column in _table()}
BY_NAME: dict[str, Column] = COLUMNS | {column.zh: column for column in COLUMNS.values()}
"""Columns by their names in either language."""

NOT_SAID: dict[str, str] = {
    "account": "an id", "campaign": "an id", "account_index": "a number of bookkeeping", "grid": "part of `roi_target`",
    "target_units": "`roi_target` in grid units", "waivers": "bits of grants", "refused": "bits of a person's refusals", "avg30_rung": "where `avg30` comes from",
}  # fmt: skip
"""Fields of `Observation` that rules cannot name, and why."""
