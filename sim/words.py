"""What is said of a scenario file, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of a scenario, by code."""

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
    SESSIONS_LIST = "列表 [小时, 时长] ([hour, hours])", "a list of [hour, hours]"
    SESSIONS_NONE = "空 (kind 为 goods 时)", "none, for kind goods"
    A_TABLE = "一个 [段]", "a table"
    ONE_OF = " {names} 之一", "one of {names}"
    A_PAIR = " [从, 到], 在 {low} .. {high} 之内", "[from, to] within {low} .. {high}"
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
