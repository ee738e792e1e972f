"""What the commands of `sim` say and refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of an experiment's words, and what a fit tells, by code."""

    SEEDS = (
        "--seeds {text}: 应为种子数 1 .. {most}, 范围 A-B, 或列表 A,B,..",
        "--seeds {text}: expected a number of seeds 1 .. {most}, a range A-B, or a list A,B,..",
    )
    FEW_CARRY = (
        "{first} 与 {second} 之差只靠少数计划 (相当于 {campaigns} 个中的 {few} 个): 95 % 区间实际只盖住约 80 到 94 %, "
        "漏掉时真值{side}, 请加种子",
        "{first} and {second} differ by few campaigns (as if by {few} of {campaigns}): the 95 % interval covers some 80 to 94 % "
        "instead, and where it misses the truth is {side}; take more seeds",
    )
    LARGER, SMALLER = ("更大", "larger"), ("更小", "smaller")
    NEVER_ON_AIR = (
        "{scenario}: 每 {every} 小时决策一次, 直播间组 {group} 有的场次在首小时之后一次也轮不到, 请用 --every {needed} 或更小, 或不给",
        "{scenario}: with a decision every {every} h none falls into some session of the live rooms {group}, its quiet first hour "
        "apart; give --every {needed} or less, or leave it out",
    )
    WORLD_FORM = (
        "--world {reference}: 应为 module:Class, 以 (scenario, seed) 调用得到一个世界",
        "--world {reference}: expected module:Class, whose call (scenario, seed) gives a world",
    )
    WORLD_IMPORT = (
        "--world {reference}: 无法导入 {module}: {error}",
        "--world {reference}: cannot import {module}: {error}",
    )
    WORLD_NAME = "--world {reference}: {module} 里没有 {name}", "--world {reference}: {module} has no {name}"
    WORLD_KIND = (
        "--world {reference}: 是 {found}, 应为类或函数 (scenario, seed)",
        "--world {reference}: found {found}, expected a class or function (scenario, seed)",
    )
    SAME_NAME = (
        "策略 {name}, {name}: 两个同名; 应各不相同",
        "policies {name}, {name}: two of one name; expected different ones",
    )
    ONE_ENGINE = "--workers 与 --cluster: 只能给一个", "--workers and --cluster: expected one of them"
    NO_DASK = (
        "--cluster {address}: 没有安装 dask.distributed; pip install 'bidctl[sweep]'",
        "--cluster {address}: dask.distributed is not installed; pip install 'bidctl[sweep]'",
    )
    CLUSTER_FORM = (
        "--cluster {address}: 应为 local:N (N 1 .. 1024) 或 tcp://host:port",
        "--cluster {address}: expected local:N with N 1 .. 1024, or tcp://host:port",
    )
    CLUSTER_SILENT = (
        "--cluster {address}: 调度器没有应答: {error}",
        "--cluster {address}: no scheduler answers: {error}",
    )
    TASK_FAILED = "{task}: 没有完成: {error}", "{task}: was not done: {error}"
    ORACLE = "--oracle: 无法计算: {error}", "--oracle: cannot be computed: {error}"
    OWN_WORLD = (
        "--oracle 与 --sensitivity: 只用于自带的世界, 不能与 --world 同用",
        "--oracle and --sensitivity: for the world that comes with the package only, not with --world",
    )
    HTML = "--html {file}: 无法写入: {error}", "--html {file}: cannot be written: {error}"
    SWEEP_POLICY = (
        "{where}: 没有策略; 应给 policy 或 --policy",
        "{where}: no policy; expected policy or --policy",
    )
    SWEEP_NOTHING = (
        "{where}: 没有要试的参数; 应给 [grid], [search], --grid 或 --search",
        "{where}: no parameter to try; expected [grid], [search], --grid or --search",
    )
    SWEEP_BOTH = (
        "{where}: {name} 同时在 grid 和 search 里; 只能给一处",
        "{where}: {name} is in grid and in search; expected one of them",
    )
    SWEEP_MANY = (
        "{where}: {count} 组参数; 应不多于 {most} 组",
        "{where}: {count} settings; expected at most {most}",
    )
    SWEEP_READ = "{file}: 无法作为 TOML 读取: {error}", "{file}: cannot be read as TOML: {error}"
    SWEEP_KEY = "{file}: 不认识的键 {key}; 应为 {known} 之一", "{file}: unknown key {key}; expected one of {known}"
    SWEEP_VALUE = "{where}: {key} = {value!r}; 应为{expected}", "{where}: {key} = {value!r}; expected {expected}"
    SWEEP_FLAG = (
        "{option} {flag}: 应为 NAME=A,B,.. (--grid) 或 NAME=LOW..HIGH (--search)",
        "{option} {flag}: expected NAME=A,B,.. (--grid) or NAME=LOW..HIGH (--search)",
    )
    A_LIST = "各不相同的数字的列表", "a list of different numbers"
    A_RANGE = (
        " {{low, high}} 或 [low, high], 数字且 low < high",
        "{{low, high}} or [low, high], numbers with low < high",
    )
    A_POLICY = "策略名称 (文本)", "the name of a policy, a text"
    A_TABLE = "一个 [段]", "a table"
    NO_OPTUNA = (
        "sweep --search: 没有安装 optuna; pip install 'bidctl[tune]'",
        "sweep --search: optuna is not installed; pip install 'bidctl[tune]'",
    )
    FIT_ONE_SOURCE = (
        "sim fit: 给了 TABLE 又给了 --ledger 或 --account; 应只给其中一个来源",
        "sim fit: a TABLE beside --ledger or --account; expected one source",
    )
    FIT_EXISTS = "{file}: 已存在; 请用 --out 换一个文件名", "{file}: exists already; name another file with --out"
    FIT_NOT_WRITTEN = "{file}: 无法写入: {error}", "{file}: cannot be written: {error}"
    FIT_IMPOSSIBLE = (
        "拟合得到不可能的场景, 不给出: {error}",
        "the fit came to an impossible scenario, not returned: {error}",
    )
    P_LEVEL = "当前目标下每天消耗 (元)", "spend a day at the present target (yuan)"
    P_ELASTICITY = "当前目标处的弹性", "elasticity at the present target"
    P_VALUE = "客单价 (元)", "order value (yuan)"
    P_VALUE_SD = "订单金额的对数标准差", "log sd of order values"
    P_REFUND = "最终退款比例", "share refunded in the end"
    P_WITHIN_HOUR = "退款中1小时内的比例", "of refunds, within the hour"
    P_BEFORE_DISPATCH = "退款中发货前的比例", "of refunds, before dispatch"
    P_CLUSTER = "每日退款率的对数标准差", "log sd of a day's refund rate"
    P_MARGIN = "毛利率", "margin"
    P_DEMAND = "计划每日需求的对数标准差", "log sd of a campaign's daily demand"
    P_RHO = "每日需求的记忆", "memory of daily demand"
    P_MARKET = "全账户每日需求的对数标准差", "log sd of everybody's daily demand"
    P_HOUR = "每小时量的对数标准差", "log sd of an hour's volume"
    P_BIAS = "ROI跟踪误差的对数标准差", "log sd of the ROI tracking error"
    P_BIAS_RHO = "ROI跟踪误差的记忆", "memory of the ROI tracking error"
    P_DELIVERED = "实际ROI比目标 (对数)", "delivered ROI over target (log)"
    P_SUGGESTION = "系统建议比最优目标 (对数)", "suggestion over the best target (log)"
    P_SUGGESTION_SD = "系统建议每日变动 (对数)", "daily walk of the suggestion (log)"
    P_WEEKDAY = "{day}的量, 平均为1", "volume on {day}, mean 1"
    P_HOUR_OF_DAY = "{hour} 点的量, 平均为1", "volume at {hour} h, mean 1"
    N_ELASTICITY = (
        "弹性未能识别: {n} 个计划中 {count} 个的目标几乎没动过 ({still} 个完全没动), "
        "用先验: 最优目标处对数正态, 中心 {eps:g}, 对数标准差 {sd:g}, "
        "并假定人设的目标离最优约 {chosen:.0%} 以内 (来源: docs/assumptions.md 目标的响应, bidctl/engine/optimum.py)",
        "elasticity not identified: the targets of {count} of {n} campaigns hardly moved ({still} never); the prior stands there: "
        "log-normal around {eps:g}, log sd {sd:g}, at the best target, and people's targets within some {chosen:.0%} of the best "
        "(source: docs/assumptions.md, the response to a target; bidctl/engine/optimum.py)",
    )
    N_ELASTICITY_BOTH = (
        "{n} 个计划中 {count} 个的弹性由改价和先验 (中心 {eps:g}, 对数标准差 {sd:g}) 共同决定",
        "elasticity of {count} of {n} campaigns: their moves and the prior (around {eps:g}, log sd {sd:g}) together",
    )
    N_REFUND = (
        "退款比例未能识别: {n} 个计划中 {count} 个没有满7天的结算数据, 用账户的或先验 {share:.0%} (相当于 {strength:g} 单, 托管的先验)",
        "refund share not identified: {count} of {n} campaigns have no settled column of 7 days; the account's, or the prior's "
        "{share:.0%} (worth {strength:g} orders, the prior of an enrolment) stands there",
    )
    N_PACE = (
        "退款的快慢未能识别, 用先验: 1小时内 15%, 发货前 25%, 其余按零售数据的延迟 (来源: docs/assumptions.md 订单与退款)",
        "the pace of refunds is not identified; the prior: 15 % within the hour, 25 % before dispatch, the rest by the retail data's "
        "delay (source: docs/assumptions.md, orders and refunds)",
    )
    N_MARGIN = (
        "数据里看不出毛利率: {n} 个计划中 {count} 个没有给出, 用 {margin:g} (0.35 至 0.55 的中点, 我们的取值)",
        "no fact tells the margin: {count} of {n} campaigns were given none; {margin:g} stands there (middle of 0.35 to 0.55, ours)",
    )
    N_SUGGESTION = (
        "{n} 个计划中 {count} 个没有系统建议的记录: 按建议/最优的对数 {off:g}, 标准差 {sd:g} (没有公开数据, 我们的取值)",
        "no suggestion is recorded of {count} of {n} campaigns: ln(suggestion over best) {off:g}, sd {sd:g} (nothing is published; ours)",
    )
    N_BUDGET = (
        "{n} 个计划中 {count} 个没有预算 (不限, 或未记录): 孪生里预算不构成限制",
        "no budget of {count} of {n} campaigns is known (none, or not recorded): in the twin it never binds",
    )
    N_HOURS = (
        "没有按小时的数据: 一天的形状用先验 (来源: docs/assumptions.md 需求)",
        "no hourly fact: the shape of a day is the prior's (source: docs/assumptions.md, demand)",
    )
    N_MARKET = (
        "计划太少, 分不出全账户共同的波动: 用先验 {sd:g} (我们的取值)",
        "too few campaigns to tell what is everybody's: the prior {sd:g} stands there (ours)",
    )
    N_DELIVERED = (
        "实际ROI长期是目标的 {off}, 孪生的投放按目标本身: 它的成交额会偏",
        "ROI has long been {off} of the target, and the twin's bidder keeps the target itself: its GMV will be off by that",
    )
    N_LIVE = (
        "{count} 个计划不在孪生里: 直播, 托管或没有ROI目标 (开播时间没有记录)",
        "{count} campaigns are not in the twin: live, hosted or without a ROI target (time on air is not recorded)",
    )
    N_TARGETS = (
        "最早一次改价记录之前的目标按不变算; 计划之间的误差按互不相关画在孪生里",
        "targets before the first recorded edit count as unchanged; in the twin the errors of campaigns are drawn apart",
    )
    N_NEVER = (
        "这些数据从不说明, 用世界的默认值: 改价的代价, 平台学习, 素材, 库存, 大促, 保障金的价值, 增量比例 (来源: docs/assumptions.md)",
        "these facts never tell, the world's defaults stand: cost of moves, the platform's learning, creatives, stock, promotions, "
        "worth of protection, incremental share (source: docs/assumptions.md)",
    )
