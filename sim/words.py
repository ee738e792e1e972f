"""What is said of scenario files, worlds, workers and fits, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals, by code."""

    SCENARIO_TOML = (
        "{file}: 无法作为 TOML 读取, 请修改该处: {error}",
        "{file}: cannot be read as TOML, mend that place: {error}",
    )
    SCENARIO_NAME = (
        "场景 {name!r}: 没有自带这个场景; 应为 {known} 之一, 或 .toml 文件的路径",
        "scenario {name!r}: not shipped; expected one of {known}, or a path to a .toml file",
    )
    SCENARIO_SESSIONS = (
        "{file}: group {group}: sessions = {value}; 应为{expected}",
        "{file}: group {group}: sessions = {value}; expected {expected}",
    )
    SCENARIO_EITHER = (
        "{file}: group {group}: spend = {spend}, orders = {orders}; 应恰好给其中一个, [从, 到]",
        "{file}: group {group}: spend = {spend}, orders = {orders}; expected exactly one of them, [from, to]",
    )
    SCENARIO_MEASURED = (
        "{file}: group {group}: 有 measured, 却给了 orders = {orders}; 应给 spend = [从, 到]: 该目标下每天的消耗",
        "{file}: group {group}: measured beside orders = {orders}; expected spend = [from, to], what is spent at that target",
    )
    SCENARIO_REFUNDS = (
        "{file}: refunds: within_hour + before_dispatch = {value}; 应不大于 1",
        "{file}: refunds: within_hour + before_dispatch = {value}; expected at most 1",
    )
    SCENARIO_KEY = (
        "{file}: 不认识的键 {key}; 应为 {known} 之一",
        "{file}: unknown key {key}; expected one of {known}",
    )
    SCENARIO_MISSING = "{file}: 缺少 {key}; 应为{expected}", "{file}: {key} is missing; expected {expected}"
    SCENARIO_VALUE = "{file}: {key} = {value!r}; 应为{expected}", "{file}: {key} = {value!r}; expected {expected}"
    FIT_FUTURE = (
        "{place}: {count} 条数据在发生之前就已记录 (例如计划 {campaign}), 时钟走快过; 应为发生后才记录的数据, 请换一份账本",
        "{place}: {count} facts were known before they happened (of campaign {campaign}, for one), a clock ran ahead; expected facts "
        "known after they happened: use another ledger",
    )
    FIT_NOTHING = (
        "{place}: 没有任何整天或小时的数据; 应为至少 7 天的数据, 请先运行 bidctl run --mode dry, 或用导出的表格",
        "{place}: holds no fact of a day or hour; expected at least 7 days of them: run bidctl run --mode dry first, or give a table",
    )
    FIT_SHORT = (
        "{place}: 只有 {days} 个完整的自然日; 应至少 {least} 个, 请等几天或导出更长的时间",
        "{place}: holds {days} complete natural days; expected at least {least}: wait, or export a longer time",
    )
    FIT_NO_CAMPAIGN = (
        "{place}: 没有带ROI目标的商品计划; 直播和托管计划的开播时间没有记录, 无法拟合",
        "{place}: holds no goods campaign with a ROI target; for live and hosted ones the time on air is not recorded",
    )
    FIT_WRONG_WAY = (
        "{place}: 数据里目标越高消耗越多 (弹性 {eps}), 不可能的拟合, 不给出; 请检查目标列和改价记录, 或有其他变化同时发生",
        "{place}: in the data spend rises with the target (elasticity {eps}): an impossible fit, not returned; check the target column "
        "and the recorded edits, or what else changed with them",
    )
    FIT_ALL_FAILED = (
        "{place}: {count} 个计划都无法拟合; 第一个: {why}",
        "{place}: none of the {count} campaigns can be fitted; the first: {why}",
    )
    FIT_NO_TARGET = "不知道当前的ROI目标", "its present ROI target is not known"
    FIT_FEW_DAYS = (
        "有用的天数只有 {days} (投放中, 未被预算卡住, 学习期外), 至少要 {least}",
        "only {days} days teach (delivering, not bound by the budget, past learning); at least {least} are needed",
    )
    FIT_BOUND = (
        "{days} 天消耗被预算卡住, 看不出目标下的量",
        "its budget bound on {days} days, so what the target would bring cannot be seen",
    )
    FIT_DIVERGED = "拟合发散", "the fit diverged"
    FIT_RISES = (
        "消耗随目标上升 (弹性 {eps}, 误差 {error}): 不可能",
        "its spend rises with the target (elasticity {eps}, error {error}): impossible",
    )
    FIT_BEYOND = (
        "弹性 {eps}, 远超可能的 {most}: 拟合发散",
        "its elasticity {eps} is far beyond a possible {most}: the fit diverged",
    )
    SESSIONS_LIST = "列表 [小时, 时长] ([hour, hours])", "a list of [hour, hours]"
    SESSIONS_NONE = "空 (kind 为 goods 时)", "none, for kind goods"
    A_TABLE = "一个 [段]", "a table"
    ONE_OF = " {names} 之一", "one of {names}"
    A_PAIR = " [从, 到], 在 {low} .. {high} 之内", "[from, to] within {low} .. {high}"
    NUMBERS = "{count} 个数字的列表, 各在 {low} .. {high} 之内", "a list of {count} numbers within {low} .. {high}"
    WHOLE_NUMBER = "整数, 在 {low} .. {high} 之内", "a whole number within {low} .. {high}"
    A_NUMBER = "数字, 在 {low} .. {high} 之内", "a number within {low} .. {high}"
    TABLES = "至少一个 [[table]]", "at least one [[table]]"
    WEEKDAYS = "列表 [星期], 0 (周一) 到 6", "a list of days 0 (Monday) .. 6"
    A_TEXT = "文本", "a text"
    AN_INSTANT = "整点且带时差的时刻", "an instant with offset on a whole hour"
    SESSIONS = "列表 [小时 0..24, 时长 > 0]", "a list of [hour 0..24, hours > 0]"
    WORKERS_LOST = (
        "工作进程接连死了 {times} 次, 当时在做: {task}; 内存不够? 试试更小的 --workers",
        "workers died {times} times while they did: {task}; too little memory? try fewer --workers",
    )
    WORLD_ATTRIBUTE = (
        "世界 {world}: 缺少属性 {name}; 见 docs/world.md",
        "world {world}: no attribute {name}; see docs/world.md",
    )
    WORLD_METHOD = (
        "世界 {world}: 缺少方法 {name}(); 见 docs/world.md",
        "world {world}: no method {name}(); see docs/world.md",
    )
    WORLD_LIVE = (
        "世界 {world}: 有直播计划, 却缺少方法 {name}(); 见 docs/world.md",
        "world {world}: has live campaigns and no method {name}(); see docs/world.md",
    )
    WORLD_NOW = (
        "世界 {world}: now = {value!r}; 应为上海时间某个零点的纪元秒",
        "world {world}: now = {value!r}; expected epoch seconds of a midnight in Asia/Shanghai",
    )
    WORLD_SPECS = (
        "世界 {world}: specs 是 {found}; 应为非空的 CampaignSpec 列表",
        "world {world}: specs is {found}; expected a list of CampaignSpec that is not empty",
    )
    WORLD_SPEC = "世界 {world}: specs[{index}] 缺少 {column}", "world {world}: specs[{index}] has no {column}"
    WORLD_SPEC_KIND = (
        "世界 {world}: specs[{index}].{column} = {found}; 应为 {expected}",
        "world {world}: specs[{index}].{column} = {found}; expected {expected}",
    )
    WORLD_SPEC_VALUE = (
        "世界 {world}: specs[{index}] = {value}; 应有 target 在 {low} .. {high}, budget >= 0 (分), kind 和 objective 为 0 或 1, "
        "account >= 0, created_at 和 starts_at 为纪元秒",
        "world {world}: specs[{index}] = {value}; expected target within {low} .. {high}, budget >= 0 (fen), kind and objective 0 or 1, "
        "account >= 0, created_at and starts_at epoch seconds",
    )
    WORLD_NUMBER = (
        "世界 {world}: specs[{index}].number = {found}, 已用过; 每个计划应不同",
        "world {world}: specs[{index}].number = {found} is taken; expected a different one for each campaign",
    )
    WORLD_GONE = (
        "世界 {world}: specs 只有 {found} 个; 之前有 {expected} 个, 只能增加",
        "world {world}: specs has {found} entries; expected the {expected} of before and more: it only grows",
    )
    WORLD_TERMS = (
        "世界 {world}: terms({index}) = {value}; 应为 Terms: group 文本, wanted 真假, side, intent, goal > 0, margin 大于 0, 至多 1",
        "world {world}: terms({index}) = {value}; expected Terms: group a text, wanted a bool, side, intent, goal > 0, margin above 0, "
        "at most 1",
    )
    WORLD_RAISED = (
        "世界 {world}: {method} 抛出异常 {said} ({file} 第{line}行); 请修改该处",
        "world {world}: {method} raised {said} ({file}, line {line}); mend that place",
    )
    WORLD_TIME = (
        "世界 {world}: advance() 之后 now = {found}; 应为 {expected}, 即所要求的时刻",
        "world {world}: now = {found} after advance(); expected {expected}, what was asked for",
    )
    WORLD_BORN = (
        "世界 {world}: advance() 返回 {found}; 应为途中新建计划的序号列表 {expected}",
        "world {world}: advance() returned {found}; expected the indices of campaigns created on the way, {expected}",
    )
    WORLD_LUCK = (
        "世界 {world}: 同一个 seed 的两个世界开始时不同 ({found}); 应只由 seed 决定运气",
        "world {world}: two worlds of one seed begin differently ({found}); expected luck that the seed alone decides",
    )
    WORLD_SUGGESTION = (
        "世界 {world}: suggestion() = {found}; 应大于 0, 没有建议时为 NaN",
        "world {world}: suggestion() = {found}; expected above 0, NaN where it has none",
    )
    WORLD_BOOL = (
        "世界 {world}: {method}() 返回 {found}; 应为 True 或 False",
        "world {world}: {method}() returned {found}; expected True or False",
    )
    WORLD_SESSION = (
        "世界 {world}: sessions() 含 {found}; {column} 应为数字",
        "world {world}: sessions() holds {found}; expected a number as {column}",
    )
    WORLD_VALUE = (
        "世界 {world}: {method} {column} 第 {row} 行 = {found}; 应{expected}",
        "world {world}: {method} {column} row {row} = {found}; expected {expected}",
    )
    WORLD_ASKED = "为所问的计划", "a campaign that was asked for"
    WORLD_WITHIN = "不早于 {since} 且早于 {until} (纪元秒)", "at or after {since} and before {until} (epoch seconds)"
    WORLD_BEGINS = "为一个 {span} (上海时间) 的开始", "the begin of a {span} (Asia/Shanghai)"
    WORLD_NOT_NEGATIVE = "不为负", "0 or more"
    WORLD_NOT_REPORTED = "不为负, 或 -1 (未报告)", "0 or more, or -1 (not reported)"
    WORLD_AT_MOST = "不大于 {whole}", "at most {whole}"
    WORLD_FINITE = "为有限的数", "a finite number"
    WORLD_TWICE = (
        "世界 {world}: {method} 同一计划同一时段有两行; 应至多一行",
        "world {world}: {method} has two rows of one campaign and span; expected one at most",
    )
    WORLD_FEN = (
        "世界 {world}: {method} gmv 平均每单 {found}; 金额应以分计, 每单至少 100",
        "world {world}: {method} gmv is {found} an order; expected money in fen, at least 100 an order",
    )
    WORLD_COLUMN = "世界 {world}: {method} 缺少列 {column}", "world {world}: {method} has no column {column}"
    WORLD_DTYPE = (
        "世界 {world}: {method} {column} 的类型是 {found}; 应为一维 {expected} 数组",
        "world {world}: {method} {column} is {found}; expected a one-dimensional array of {expected}",
    )
    WORLD_LENGTH = (
        "世界 {world}: {method} {column} 有 {found} 行; 应为 {expected} 行",
        "world {world}: {method} {column} has {found} rows; expected {expected}",
    )
    WORLD_TODAY = (
        "世界 {world}: today() 应按所问计划的次序每个一行",
        "world {world}: today() should have one row for each campaign asked, in their order",
    )
