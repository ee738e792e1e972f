"""What the rule language and a policy file refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases, Wording


class Say(Phrases):
    """Refusals of a policy, by code."""

    # an expression
    EMPTY = (
        "是空的; 应写条件, 例如 projected_roas_7d < goal * 0.9",
        "is empty; write a condition such as projected_roas_7d < goal * 0.9",
    )
    TOO_LONG = (
        "长 {found} 字; 最多 {most} 字, 请拆成几条规则",
        "is {found} characters long; at most {most}: split it into several rules",
    )
    TOO_DEEP = "括号或否定套得太深; 请拆成几条规则", "is nested too deeply; split it into several rules"
    COMMENT = (
        "发现 '#'; 规则里不能写注释, 写在规则上方一行",
        "found '#'; a rule holds no comment, write it on a line above the rule",
    )
    FULL_WIDTH = "发现全角符号 {found!r}; 请改成半角 {meant!r}", "found the full-width {found!r}; write {meant!r}"
    UNREADABLE = "从 {found!r} 起读不懂{hint}", "cannot be read from {found!r} on{hint}"
    NOT_FINITE = "{found} 不是有限的数", "{found} is no finite number"
    NOT_ALLOWED = (
        "发现 {found}; 规则里只能用列名, 数字, + - * / ( ), 比较, and or not in, min max abs known",
        "found {found}; a rule may use columns, numbers, + - * / ( ), comparisons, and or not in, min max abs known",
    )
    UNKNOWN_NAME = (
        "不认识 {found}{hint}; 列名见 docs/policy.zh-CN.md",
        "unknown name {found}{hint}; columns are listed in docs/policy.md",
    )
    MEANT = ", 是否指 {name}?", ", did you mean {name}?"
    NOT_A_CONDITION = (
        "{found} 是{unit}, 不是条件; 请写比较, 例如 {found} > ...",
        "{found} is {unit}, no condition; compare it, e.g. {found} > ...",
    )
    NOT_A_NUMBER = (
        "{found} 是{unit}, 不能参与计算或比大小; 应写 {expected}",
        "{found} is {unit} and no number; write {expected}",
    )
    NO_COLUMN = "比较的两边都是数字; 至少一边应是列名", "compares two numbers; name a column on one side"
    OTHER_UNIT = (
        "不能比较或加减 {left} ({left_unit}) 与 {right} ({right_unit})",
        "cannot compare or add {left} ({left_unit}) and {right} ({right_unit})",
    )
    NO_PRODUCT = (
        "{left} ({left_unit}) {op} {right} ({right_unit}) 没有意义",
        "{left} ({left_unit}) {op} {right} ({right_unit}) has no meaning",
    )
    OUT_OF_RANGE = (
        "取值 {found}, 应为{unit}, {low} 到 {high}{hint}",
        "found {found}, expected {unit} from {low} to {high}{hint}",
    )
    NEEDS_UNIT = (
        "取值 {found}, 时长要带单位, 例如 {found}h, {found}min, {found}d",
        "found {found}, a span needs its unit, e.g. {found}h, {found}min, {found}d",
    )
    FACTOR = (
        "ROI 乘以 {found}, 倍数应在 0.1 到 10 之间{hint}",
        "a ROAS times {found}, expected a multiple from 0.1 to 10{hint}",
    )
    WORD_EXPECTED = (
        "{column} 只能与 {words} 比较 (== != in), 发现 {found}{hint}",
        "{column} compares (== != in) with {words}, found {found}{hint}",
    )
    ARGUMENTS = (
        "{function} 需要 {expected} 个参数, 发现 {found} 个",
        "{function} takes {expected} arguments, found {found}",
    )
    # an action
    ACTION = (
        "发现 {found!r}; 应为 raise 5%, lower 10%, set goal_target * 105% 或 keep (调高, 调低, 设为, 保持)",
        "found {found!r}; expected raise 5%, lower 10%, set goal_target * 105% or keep",
    )
    STEP = (
        "步幅 {found}, 应在 5% 到 10% 之间 (R-BAND){hint}",
        "found a step of {found}, expected 5% to 10% (R-BAND){hint}",
    )
    NOT_A_TARGET = (
        "{found} 是{unit}; set 后面应是目标口径的 ROI, 例如 goal_target * 105%",
        "{found} is {unit}; set takes a ROAS on the target's basis, e.g. goal_target * 105%",
    )
    # a file
    UNKNOWN_KEY = "不认识的键 {key}{hint}; 可用: {known}", "unknown key {key}{hint}; expected one of {known}"
    MISSING = "缺少 {key}; 应为{expected}", "{key} is missing; expected {expected}"
    WRONG = "{key} = {found}; 应为{expected}", "{key} = {found}; expected {expected}"
    BOTH = '中英文两句 {{zh = "...", en = "..."}}', 'a text in both languages {{zh = "...", en = "..."}}'
    NAME = "小写英文, 数字和连字符, 例如 steady-profit", "lower-case letters, digits and hyphens, e.g. steady-profit"
    RULES = "至少一条 [[rule]]", "at least one [[rule]]"
    TABLE = "一个表", "a table"
    TEXT = "加引号的文本", "a text in quotes"
    PARAMETER = (
        '数字, 或带单位的文本如 "5%", "6h", "300元"',
        'a number, or a text with its unit such as "5%", "6h", "300 yuan"',
    )
    LIKE = "与文件里同一单位的值, 例如 {example!r}", "a value in the unit that the file has, e.g. {example!r}"
    SHADOWS = (
        "参数名 {name} 已是列名或关键字; 请改名",
        "parameter {name} has the name of a column or keyword; rename it",
    )
    UNUSED = "参数 {name} 没有规则用到; 请删除或用上", "parameter {name} is used by no rule; remove it, or use it"
    NO_PARAMETER = "没有参数 {name}{hint}; 可用: {known}", "no parameter {name}{hint}; expected one of {known}"
    TOO_MANY = "{found} 条规则; 最多 {most} 条", "{found} rules; at most {most}"
    # places
    IN_RULE = "规则 {number}: {key}, 第 {column} 列: {wrong}", "rule {number}: {key}, column {column}: {wrong}"
    OF_RULE = "规则 {number}: {wrong}", "rule {number}: {wrong}"


class PolicyError(ValueError):
    """A policy that cannot be used. `told`: one line in both languages."""

    def __init__(self, told: Wording) -> None:
        super().__init__(told.en)
        self.told = told


class ExpressionError(PolicyError):
    """The same, at `column` of an expression, counted from 1."""

    def __init__(self, column: int, told: Wording) -> None:
        super().__init__(told)
        self.column = column
