"""What is said of the operator's small tables, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Parts of a `TableError`, by code."""

    STRANGE_COLUMNS = "有不认识的列 {names}", "an unknown column {names}"
    KEYS = "最上层有 {count} 个键", "{count} keys at the top"
    ROWS = "一个由表组成的列表 [[rows]]", "one list of tables, [[rows]]"
    ROW_LINES = "请按 [[rows]] 分行写 key = value", "write [[rows]] of key = value"
    TABLE_AGAIN = "与第{first}行重复", "what line {first} is about, again"
    OVERLAP = "有阶段重叠: {phases}", "phases that share days: {phases}"
    ONE_PHASE = "每天至多属于一个阶段", "each day in one phase at most"
    NOT_BEFORE = "不早于 {first}", "a day not before {first}"
    WHOLE_DAYS = "整数天数", "whole days"
    ASKS_NOTHING = "一行没有任何条件", "a line that asks for nothing"
    EACH_ONCE = "每项只出现一次", "each once"
    SHARE = (
        "0 到 1 的比例, 或带 % 的百分数 (8% 或 0.08)",
        "a share from 0 to 1, or a percentage with its % sign (8% or 0.08)",
    )
    PART = "大于 0 且不大于 1 的比例", "a share above 0 and at most 1"
    ONE_OF = "其中之一: {words}", "one of {words}"
    COST = "不小于 0 元, 或不超过 100%", "0 yuan or more, or at most 100%"
    UNIT = "带单位: 写 yuan 或元, 占售价的比例则写 {percent}", "its unit: write yuan, or {percent} of the price"
