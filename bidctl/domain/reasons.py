"""Every rule and every reason by code, with its wording in Chinese and English: the only text operators read about a decision.
Numbers are stored in the ledger: never reuse one, only add."""

from __future__ import annotations

from enum import IntEnum

from bidctl.wording import Wording


class Rule(IntEnum):
    """A rule of the RULEBOOK; its number is its bit in `Decisions.bound`."""

    ENROL = 0
    KILL = 1
    CLOCK = 2
    STOPLOSS = 3
    STOCK = 4
    BREAKER = 5
    HOLD = 6
    EXTERNAL = 7
    OBSERVE = 8
    QUIET = 9
    DELIVER = 10
    FRESH = 11
    START = 12
    NOVOLUME = 13
    EVIDENCE = 14
    POLICY = 15
    SHIP = 16
    CASH = 17
    CAP = 18
    FLOOR = 19
    BOUNDS = 20
    DRIFT = 21
    BAND = 22
    SPACE = 23
    QUOTA = 24
    BLAST = 25
    ONE = 26
    BUDGET = 27
    KEEP = 28
    RETIRE = 29
    RELAY = 30
    UNDO = 31

    @property
    def code(self) -> str:
        """The rule's name in the rulebook, e.g. `R-CAP`."""
        return f"R-{self.name}"

    @property
    def bit(self) -> int:
        return 1 << int(self)


class Reason(IntEnum):
    """Why a row acts or holds. Every decision has exactly one."""

    # holding
    NO_RULE = 0
    NO_DATA = 1
    NOT_ENROLLED = 2
    KILLED = 3
    CLOCK_UNSETTLED = 4
    BREAKER_OPEN = 5
    HELD = 6
    HUMAN_EDIT = 7
    OBSERVING = 8
    QUIET = 9
    NOT_DELIVERING = 10
    NOT_COST_CONTROLLED = 11
    STALE = 12
    NO_BASIS = 13
    ASK_START = 14
    FLOOR_ABOVE_CAP = 15
    THIN_EVIDENCE = 16
    WITHIN_BAND = 17
    BELOW_MIN_STEP = 18
    GRID_TOO_COARSE = 19
    CAP = 20
    NO_SUGGESTION = 21
    SUGGESTION_UNKNOWN = 22
    LOSS_UNDER_SUGGESTION = 23
    FLOOR = 24
    NO_FLOOR = 25
    NEVER_PROFITABLE = 26
    BOUNDS = 27
    DRIFT = 28
    EMPTY_LIMITS = 29
    SPACING = 30
    QUOTA = 31
    BLAST = 32
    ONE_LEVER = 33
    BUDGET_BOUND = 34
    PRIOR_UNCONFIRMED = 35
    POLICY_HOLDS = 36
    PROTECTION_LOST = 37
    STOCK_RED = 38
    SHIP_LATE = 39
    CASH_SHORT = 40
    STOPPED = 41
    PROTECTION_UNKNOWN = 42
    STOPLOSS_ASK = 43
    NO_BUDGET_STEP = 44
    OPEN_WRITE = 45
    FEEDING = 46
    START_KEPT = 47
    OUT_OF_BAND = 48
    NEAR_OPTIMUM = 49
    WAITING_RESULT = 50
    NOT_WORTH_MOVING = 51
    REFUSED = 52
    PLATFORM_REFUSED = 53
    TOO_FEW_CREATIVES = 54
    RULE_KEEPS = 59
    # acting
    START = 60
    NOVOLUME = 61
    ROAS_BELOW_GOAL = 62
    ROAS_ABOVE_GOAL = 63
    STOPLOSS_NO_ORDERS = 64
    STOPLOSS_DAY_LOSS = 65
    BUDGET_RAISE = 66
    BUDGET_BASE = 67
    REVERT = 68
    APPROVED = 69
    UNPAUSE = 70
    PROFIT_HIGHER = 71
    OPERATOR = 72
    STOCK_PAUSE = 73
    CREATIVE_WEAK = 74
    CREATIVE_AGAIN = 75
    CREATIVE_FRESH = 76
    RULE_RAISES = 80
    RULE_LOWERS = 81
    RULE_SETS = 82
    RULE_FOR_PROFIT = 83


WORDING: dict[Reason, Wording] = {
    Reason.NO_RULE: Wording("没有规则匹配, 保持不动", "no rule matched: hold"),
    Reason.NO_DATA: Wording("数据不完整", "the data is incomplete"),
    Reason.NOT_ENROLLED: Wording("未托管或只提供建议", "not enrolled, or advice only"),
    Reason.KILLED: Wording("已停止托管 (广告继续投放)", "kill switch is set (ads keep delivering)"),
    Reason.CLOCK_UNSETTLED: Wording("本机与平台时钟不一致", "our clock and the platform's differ"),
    Reason.BREAKER_OPEN: Wording("连续失败, 账户已熔断, 等人恢复", "breaker open after failures: a person must resume"),
    Reason.HELD: Wording("已被人工冻结", "frozen by a person"),
    Reason.HUMAN_EDIT: Wording("有人改过计划, 今天不再动", "somebody edited it: hands off until tomorrow"),
    Reason.OBSERVING: Wording("观察期内 (喂饱后72小时)", "observation period (72 h after it was fed)"),
    Reason.QUIET: Wording("静默时段", "quiet window"),
    Reason.NOT_DELIVERING: Wording("不在有效投放时段", "not in an effective hour"),
    Reason.NOT_COST_CONTROLLED: Wording("非控成本计划, 没有ROI目标", "not cost-controlled: it has no ROI target"),
    Reason.STALE: Wording("数据过期, 不凭旧数据操作", "the numbers are stale"),
    Reason.NO_BASIS: Wording("既无30日均值也无系统建议, 不能定起始ROI", "no average and no suggestion to start from"),
    Reason.ASK_START: Wording("起始ROI需要人确认", "the first target needs a person's answer"),
    Reason.FLOOR_ABOVE_CAP: Wording(
        "保本ROI高于系统建议, 需要人决定", "break-even is above the cap: a person must decide"
    ),
    Reason.THIN_EVIDENCE: Wording("证据不足 (订单太少或概率低于80%)", "thin evidence (few orders, or under 80 % sure)"),
    Reason.WITHIN_BAND: Wording("在目标范围内", "within the band around the goal"),
    Reason.BELOW_MIN_STEP: Wording("变动不足5%, 不值得改", "a step under 5 % is no edit"),
    Reason.GRID_TOO_COARSE: Wording("平台刻度太粗, 5-10%内没有可用值", "no grid value within 5-10 %"),
    Reason.CAP: Wording("系统建议ROI封顶", "capped by the system's suggestion"),
    Reason.NO_SUGGESTION: Wording("没有系统建议也没有人工上限, 不调高", "no suggestion and no ceiling: no raise"),
    Reason.SUGGESTION_UNKNOWN: Wording("系统建议读取失败, 不调高", "the suggestion could not be read: no raise"),
    Reason.LOSS_UNDER_SUGGESTION: Wording(
        "保本ROI高于系统建议: 保持, 暂停, 或授权高于建议",
        "break-even above the suggestion: keep, pause or grant the waiver",
    ),
    Reason.FLOOR: Wording("不低于保本ROI", "not below break-even"),
    Reason.NO_FLOOR: Wording(
        "未填毛利, 保本ROI或最低ROI, 不调低", "no margin, break-even or minimum given: no lowering"
    ),
    Reason.NEVER_PROFITABLE: Wording(
        "按当前毛利与退款无法盈利, 不调低", "cannot be profitable at this margin and refund rate"
    ),
    Reason.BOUNDS: Wording("到达人工设定的上下限", "at the operator's or the platform's bounds"),
    Reason.DRIFT: Wording("当天或7天累计变动已到上限", "the day's or the week's drift limit is reached"),
    Reason.EMPTY_LIMITS: Wording("上下限互相矛盾", "the limits contradict each other"),
    Reason.SPACING: Wording("距上次改动不足间隔", "too soon after the last edit"),
    Reason.QUOTA: Wording("今天的改动次数已用完", "the day's edits are used up"),
    Reason.BLAST: Wording("首日或单次影响面已到上限", "the blast limit is reached"),
    Reason.ONE_LEVER: Wording("同一时刻只动一个杠杆", "one lever per campaign and tick"),
    Reason.BUDGET_BOUND: Wording(
        "预算已接近用完, 调低只会更贵", "the budget binds: lowering buys the same at a worse price"
    ),
    Reason.PRIOR_UNCONFIRMED: Wording(
        "结算先验未确认且无成熟数据, 只建议", "prior not confirmed, no mature cohort: advice only"
    ),
    Reason.POLICY_HOLDS: Wording("策略选择不动", "the policy holds"),
    Reason.PROTECTION_LOST: Wording("今日赔付已失效, 停止改动", "protection is lost today: no more edits"),
    Reason.STOCK_RED: Wording("库存告急, 不调低", "stock is red: no lowering"),
    Reason.SHIP_LATE: Wording("发货积压, 不调低", "unshipped orders: no lowering"),
    Reason.CASH_SHORT: Wording("资金占用过高, 不调低", "cash is short: no lowering"),
    Reason.STOPPED: Wording("计划已暂停或结束", "the campaign is stopped"),
    Reason.PROTECTION_UNKNOWN: Wording(
        "该类计划赔付规则未知, 只提供建议", "its protection rule is unknown: advice only"
    ),
    Reason.STOPLOSS_ASK: Wording(
        "触发止损, 但暂停会放弃预计赔付, 请人决定", "stop-loss, but a pause forfeits a compensation: ask"
    ),
    Reason.NO_BUDGET_STEP: Wording("没有合规的预算加幅", "no legal budget step"),
    Reason.OPEN_WRITE: Wording("上一笔改动结果未明", "the last write is still open"),
    Reason.FEEDING: Wording(
        "还在喂量 (当天消耗未到200元), 不评判", "still feeding (under 200 yuan a day): not judged yet"
    ),
    Reason.START_KEPT: Wording("起始ROI已是应有的值", "the first target already stands"),
    Reason.OUT_OF_BAND: Wording("步幅超出5-10%", "the step is outside 5-10 %"),
    Reason.NEAR_OPTIMUM: Wording("已在利润最优的ROI附近", "near the target of greatest expected profit"),
    Reason.WAITING_RESULT: Wording("上次调整后先看结果, 再动下一步", "waiting to see what the last move came to"),
    Reason.NOT_WORTH_MOVING: Wording(
        "预期多赚的不抵调整的代价", "the profit expected from a move does not pay for the move"
    ),
    Reason.REFUSED: Wording("今天有人否决过同向改动, 当天不再提", "a person said no to this direction today"),
    Reason.PLATFORM_REFUSED: Wording(
        "平台一小时内拒绝过同向改动, 满一小时再试", "the platform refused this direction within the hour"
    ),
    Reason.START: Wording(
        "首次定价: 30日均值与系统建议取小", "first target: the smaller of 30-day average and suggestion"
    ),
    Reason.NOVOLUME: Wording("没量: 连续2个有效小时消耗过低, 调低5%", "no volume for 2 effective hours: lower by 5 %"),
    Reason.ROAS_BELOW_GOAL: Wording("预计结算ROI低于目标, 调高", "projected ROAS is below the goal: raise"),
    Reason.ROAS_ABOVE_GOAL: Wording(
        "预计结算ROI高于目标, 调低拿量", "projected ROAS is above the goal: lower for volume"
    ),
    Reason.STOPLOSS_NO_ORDERS: Wording("空耗止损: 花费超限仍无成交, 暂停", "stop-loss: spend without any order, pause"),
    Reason.STOPLOSS_DAY_LOSS: Wording("当日预计亏损超限, 暂停", "stop-loss: the day's projected loss, pause"),
    Reason.BUDGET_RAISE: Wording("预算将满, 加预算", "the budget binds: raise it"),
    Reason.BUDGET_BASE: Wording("零点回到基础预算", "back to the base budget at midnight"),
    Reason.REVERT: Wording("人工撤回到早先的值", "a person reverts to an earlier value"),
    Reason.APPROVED: Wording("人工批准的提案", "a proposal that a person approved"),
    Reason.UNPAUSE: Wording("零点恢复由本程序暂停的计划", "midnight: resume what bidctl paused"),
    Reason.PROFIT_HIGHER: Wording("预计利润更高", "projected profit is higher there"),
    Reason.TOO_FEW_CREATIVES: Wording("在投素材不能再少, 或当天已到上限", "too few deliver, or enough went today"),
    Reason.CREATIVE_WEAK: Wording(
        "素材明显弱于同商品其他素材, 下架", "a creative clearly weaker than its siblings: retired"
    ),
    Reason.CREATIVE_AGAIN: Wording(
        "重新添加本程序下架的素材, 重新学习", "a creative that bidctl retired is added again; learning starts over"
    ),
    Reason.CREATIVE_FRESH: Wording("补充素材: 从储备中取下一个添加", "new material: the next of the reserve is added"),
    Reason.STOCK_PAUSE: Wording("售罄风险: 告急商品占成交过半, 暂停", "red products carry over half of the GMV: pause"),
    Reason.OPERATOR: Wording("人工操作", "the operator's own action"),
    Reason.RULE_KEEPS: Wording("策略文件的规则: 保持", "a rule of the policy file: keep"),
    Reason.RULE_RAISES: Wording("策略文件的规则: 调高", "a rule of the policy file: raise"),
    Reason.RULE_LOWERS: Wording("策略文件的规则: 调低", "a rule of the policy file: lower"),
    Reason.RULE_FOR_PROFIT: Wording(
        "策略文件的规则: 向利润最优调", "a rule of the policy file: toward the greatest profit"
    ),
    Reason.RULE_SETS: Wording("策略文件的规则: 设定目标", "a rule of the policy file: set the target"),
}

WRITTEN = frozenset({
    Reason.CREATIVE_WEAK, Reason.CREATIVE_FRESH, Reason.RULE_KEEPS, Reason.RULE_RAISES, Reason.RULE_LOWERS, Reason.RULE_SETS,
    Reason.RULE_FOR_PROFIT,
})  # fmt: skip
"""Reasons of rules that say their own why (policies in TOML, a creative's figures)."""

RULE_OF: dict[Reason, Rule] = {
    Reason.NO_DATA: Rule.FRESH,
    Reason.NOT_ENROLLED: Rule.ENROL,
    Reason.KILLED: Rule.KILL,
    Reason.CLOCK_UNSETTLED: Rule.CLOCK,
    Reason.BREAKER_OPEN: Rule.BREAKER,
    Reason.HELD: Rule.HOLD,
    Reason.REFUSED: Rule.HOLD,
    Reason.PLATFORM_REFUSED: Rule.HOLD,
    Reason.HUMAN_EDIT: Rule.EXTERNAL,
    Reason.OBSERVING: Rule.OBSERVE,
    Reason.QUIET: Rule.QUIET,
    Reason.NOT_DELIVERING: Rule.DELIVER,
    Reason.NOT_COST_CONTROLLED: Rule.DELIVER,
    Reason.STALE: Rule.FRESH,
    Reason.NO_BASIS: Rule.START,
    Reason.ASK_START: Rule.START,
    Reason.FLOOR_ABOVE_CAP: Rule.START,
    Reason.THIN_EVIDENCE: Rule.EVIDENCE,
    Reason.WITHIN_BAND: Rule.POLICY,
    Reason.BELOW_MIN_STEP: Rule.BAND,
    Reason.GRID_TOO_COARSE: Rule.BAND,
    Reason.CAP: Rule.CAP,
    Reason.NO_SUGGESTION: Rule.CAP,
    Reason.SUGGESTION_UNKNOWN: Rule.CAP,
    Reason.LOSS_UNDER_SUGGESTION: Rule.CAP,
    Reason.FLOOR: Rule.FLOOR,
    Reason.NO_FLOOR: Rule.FLOOR,
    Reason.NEVER_PROFITABLE: Rule.FLOOR,
    Reason.BOUNDS: Rule.BOUNDS,
    Reason.DRIFT: Rule.DRIFT,
    Reason.SPACING: Rule.SPACE,
    Reason.QUOTA: Rule.QUOTA,
    Reason.BLAST: Rule.BLAST,
    Reason.ONE_LEVER: Rule.ONE,
    Reason.BUDGET_BOUND: Rule.DELIVER,
    Reason.PRIOR_UNCONFIRMED: Rule.EVIDENCE,
    Reason.POLICY_HOLDS: Rule.POLICY,
    Reason.RULE_KEEPS: Rule.POLICY,
    Reason.PROTECTION_LOST: Rule.QUOTA,
    Reason.STOCK_RED: Rule.STOCK,
    Reason.SHIP_LATE: Rule.SHIP,
    Reason.CASH_SHORT: Rule.CASH,
    Reason.PROTECTION_UNKNOWN: Rule.ENROL,
    Reason.STOPLOSS_ASK: Rule.STOPLOSS,
    Reason.NO_BUDGET_STEP: Rule.BUDGET,
    Reason.STOPPED: Rule.DELIVER,
    Reason.OPEN_WRITE: Rule.ONE,
    Reason.FEEDING: Rule.OBSERVE,
    Reason.START_KEPT: Rule.START,
    Reason.OUT_OF_BAND: Rule.BAND,
    Reason.NEAR_OPTIMUM: Rule.POLICY,
    Reason.WAITING_RESULT: Rule.POLICY,
    Reason.NOT_WORTH_MOVING: Rule.POLICY,
    Reason.UNPAUSE: Rule.STOPLOSS,
    Reason.STOCK_PAUSE: Rule.STOCK,
    Reason.TOO_FEW_CREATIVES: Rule.KEEP,
    Reason.CREATIVE_WEAK: Rule.RETIRE,
    Reason.CREATIVE_AGAIN: Rule.UNDO,
    Reason.CREATIVE_FRESH: Rule.RELAY,
    Reason.START: Rule.START,
    Reason.NOVOLUME: Rule.NOVOLUME,
    Reason.STOPLOSS_NO_ORDERS: Rule.STOPLOSS,
    Reason.STOPLOSS_DAY_LOSS: Rule.STOPLOSS,
    Reason.BUDGET_RAISE: Rule.BUDGET,
    Reason.BUDGET_BASE: Rule.BUDGET,
}
"""The rule a reason belongs to; reasons of the policy itself have none."""


class Alert(IntEnum):
    """What an operator is told beside the decision; a bit in `Decisions.alerts`."""

    STALE_SPENDING = 0  # R-FRESH: stale while spending
    LOSS_UNDER_SUGGESTION = 1
    NEVER_PROFITABLE = 2
    PROTECTION_LOST = 3
    STOPLOSS = 4
    STOPLOSS_ASK = 5
    BREAKER = 6
    FOREIGN_EDIT = 7
    UNKNOWN_OUTCOME = 8
    TOKEN = 9
    HEARTBEAT = 10
    STOCK = 11
    NO_BUDGET_STEP = 12
    RACE = 13
    CLOCK = 14
    ENVELOPE = 15
    OVER_SUGGESTION = 16  # 高于系统建议, 可能掉量
    ASK = 17
    APPROVAL_DROPPED = 18
    STOCK_ORANGE = 19
    STOCK_RED = 20
    TABLE = 21  # a table of the operator's cannot be read: what it said last stands, and grows old
    MATERIAL = 22  # R-RELAY: new creatives are asked for, more than the reserve holds
    CASH = 23  # of the account, not of one campaign

    @property
    def bit(self) -> int:
        return 1 << int(self)


ALERT_WORDING: dict[Alert, Wording] = {
    Alert.STALE_SPENDING: Wording("数据过期但仍在花钱", "numbers are stale while it spends"),
    Alert.LOSS_UNDER_SUGGESTION: Wording(
        "系统建议低于保本: 保持, 暂停, 或授权高于建议", "suggestion under break-even: keep, pause, or grant the waiver"
    ),
    Alert.NEVER_PROFITABLE: Wording("按当前毛利与退款无法盈利", "cannot be profitable at this margin and refund rate"),
    Alert.PROTECTION_LOST: Wording("今日赔付已失效", "today's cost protection is lost"),
    Alert.STOPLOSS: Wording("止损暂停", "stop-loss pause"),
    Alert.STOPLOSS_ASK: Wording(
        "触发止损, 等人决定 (暂停会放弃预计赔付)", "stop-loss waits for a person (a pause forfeits compensation)"
    ),
    Alert.BREAKER: Wording("账户熔断", "breaker opened"),
    Alert.FOREIGN_EDIT: Wording("有人改过计划", "somebody else edited the campaign"),
    Alert.UNKNOWN_OUTCOME: Wording("一笔改动结果未明, 正在核对", "the outcome of a write is unknown; reading back"),
    Alert.TOKEN: Wording("授权即将到期或已失效, 请重新授权", "authorisation ends soon or has ended: authorise again"),
    Alert.HEARTBEAT: Wording("超过两个周期没有运行", "no tick ran for two periods"),
    Alert.STOCK: Wording("库存偏低 (黄)", "stock is low (yellow)"),
    Alert.STOCK_ORANGE: Wording("库存低 (橙)", "stock is very low (orange)"),
    Alert.STOCK_RED: Wording("库存告急 (红), 不调低", "stock is red: no lowering"),
    Alert.TABLE: Wording("您的表读不出来, 沿用上次读到的", "a table of yours cannot be read: what it said last stands"),
    Alert.MATERIAL: Wording("请补充新素材", "new creatives are asked for"),
    Alert.CASH: Wording(
        "近30天消耗占同期到账过高: 不调低, 不加预算 (见 bidctl cash)",
        "spend of 30 days is too large a share of the receipts of the same days: no lowering, no budget raise (see bidctl cash)",
    ),
    Alert.NO_BUDGET_STEP: Wording("预算没有合规的加幅", "the budget has no legal step"),
    Alert.RACE: Wording("读取与写入之间有人改动", "somebody edited between our read and our write"),
    Alert.CLOCK: Wording("时钟偏差, 暂停写入", "clock offset: writes stopped"),
    Alert.ENVELOPE: Wording(
        "平台返回无法解析, 该账户停止改动", "the platform's answer could not be parsed: account stopped"
    ),
    Alert.OVER_SUGGESTION: Wording("高于系统建议, 可能掉量", "above the system's suggestion: may lose volume"),
    Alert.ASK: Wording("需要人确认", "needs a person's answer"),
    Alert.APPROVAL_DROPPED: Wording("已批准的提案没有执行", "what a person approved was not carried out"),
}

OF_ACCOUNT = frozenset({Alert.CASH})
"""Alerts about an account, raised on all its rows: told once."""
