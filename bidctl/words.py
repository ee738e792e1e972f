"""What configuration, policies by name and the ownership guard refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of the configuration and the catalog, by code."""

    STORE_URL = (
        "应为 sqlite:///文件 或 postgresql://主机/数据库",
        "expected sqlite:///FILE or postgresql://HOST/DATABASE",
    )
    EMULATOR_ONLY = (
        'clock = "emulator" 和 limits = "off" 只用于本机 (127.0.0.1, loopback) 的模拟平台',
        'clock = "emulator" and limits = "off" are for an emulator on loopback (127.0.0.1) only',
    )
    HTTPS = "base_url: 取值 {url!r}, 应为 https:// 地址", "base_url: found {url!r}, expected an https:// address"
    ADDRESS = "应为 https:// 或 http:// 地址", "expected an https:// or http:// address"
    DIGITS = "应为平台显示的数字ID", "expected ids of digits as the platform shows them"
    LANGUAGE = (
        "环境变量 BIDCTL_LANG: 取值 {found!r}, 应为 {known}",
        "variable BIDCTL_LANG: found {found!r}, expected one of {known}",
    )
    FROM_VARIABLE = "环境变量 {name}", "variable {name}"
    FLOAT_ID = (
        "账户ID写成小数会丢位, 请加引号写成文本",
        "account ids lost digits as a float; write them as text in quotes",
    )
    STOPLOSS_YUAN = '应为大于 0 的金额 (元, yuan), 或 "off"', 'expected an amount in yuan above 0, or "off"'
    NOTHING_TO_PAY = (
        "rebate_share 与 grant_share 之和应小于 1: 总要付一些现金",
        "rebate_share and grant_share together must be below 1: some of the cost is paid in cash",
    )
    NO_CONFIG = (
        "{file}: 没有这个文件; 生成一个: bidctl init",
        "{file}: no such file; write one with: bidctl init",
    )
    CONFIG_UNREADABLE = "{file}: 无法读取: {error}", "{file}: cannot be read: {error}"
    CONFIG_NOT_UTF8 = (
        "{file}: 不是 UTF-8 文本; 请另存为 UTF-8",
        "{file}: no UTF-8 text; save it as UTF-8",
    )
    CONFIG_NOT_TOML = "{file}: 不是有效的 TOML, 请修改该处: {error}", "{file}: not valid TOML, mend that place: {error}"
    VARIABLE = (
        "环境变量: 不认识 {name}, 应为 {prefix}<段>__<键>{hint}",
        "environment: unknown variable {name}, expected {prefix}<SECTION>__<KEY>{hint}",
    )
    MEANT_KEY = "; 是否指 {name}?", "; did you mean {name}?"
    RULES_IN_FILE = "; 规则的数值写在文件的 [rules] 段", "; numbers of the rulebook go into [rules] of the file"
    REMOVE_KEY = "; 请删除", "; remove it"
    UNKNOWN_KEY = "{file}: {place}: 不认识的键{hint}", "{file}: {place}: unknown key{hint}"
    WRONG_VALUE = "{file}: {place}: {found}{wrong}", "{file}: {place}: {found}{wrong}"
    FOUND = "取值 {value!r}, ", "found {value!r}, "
    EXPECT_NUMBER = "应为数字", "expected a number"
    EXPECT_FLAG = "应为 true 或 false", "expected true or false"
    EXPECT_TEXT = "应为加引号的文本", "expected a text in quotes"
    EXPECT_TABLE = "应为一个 [段]", "expected a [section]"
    EXPECT_LIST = "应为列表 [...]", "expected a list [...]"
    EXPECT_ONE_OF = "应为 {allowed}", "expected {allowed}"
    EXPECT_ABOVE = "应大于 {limit}", "expected more than {limit}"
    EXPECT_AT_LEAST = "应不小于 {limit}", "expected at least {limit}"
    EXPECT_BELOW = "应小于 {limit}", "expected less than {limit}"
    EXPECT_AT_MOST = "应不大于 {limit}", "expected at most {limit}"
    POLICY_FORM = (
        "策略 {reference!r}: 应为 module:Class, 例如 policies.handbook:Handbook",
        "policy {reference!r}: expected module:Class, e.g. policies.handbook:Handbook",
    )
    POLICY_IMPORT = (
        "策略 {reference!r}: 无法导入 {module}: {error}; 请检查名称和安装",
        "policy {reference!r}: cannot import {module}: {error}; check its name and that it is installed",
    )
    POLICY_CLASS = (
        "策略 {reference!r}: {module} 里没有 {name}; 请检查类名",
        "policy {reference!r}: {module} has no {name}; check the name of the class",
    )
    POLICY_SHAPE = (
        "策略 {reference!r}: 应为带 `rules` 方法的 frozen dataclass",
        "policy {reference!r}: expected a frozen dataclass with a method `rules`",
    )
    POLICY_DEFAULTS = (
        "策略 {reference!r}: 每个参数都要有默认值: {error}",
        "policy {reference!r}: every parameter needs a default: {error}",
    )
    POLICY_NAME = (
        "策略 {reference!r}: 应为 module:Class, .toml 文件的路径, 或其一: {names}{hint}",
        "policy {reference!r}: expected module:Class, a path of a .toml file, or one of {names}{hint}",
    )
    POLICY_PARAMETERS = (
        "策略 {reference!r}: 应为 名称 或 名称(参数=值, ...)",
        "policy {reference!r}: expected NAME or NAME(parameter=value, ...)",
    )
    POLICY_PAIR = (
        "策略 {reference!r}: 遇到 {part!r}, 应为 参数=值, 每个参数一次",
        "policy {reference!r}: found {part!r}, expected parameter=value, each once",
    )
    POLICY_NO_PARAMETER = (
        "策略 {reference!r}: 没有参数 {parameter}{hint}; 它有 {known}",
        "policy {reference!r}: no parameter {parameter}{hint}; it has {known}",
    )
    POLICY_PARAMETER = (
        "策略 {reference!r}: {parameter}: 取值 {value!r}, 应形如 {default!r}",
        "policy {reference!r}: {parameter}: found {value!r}, expected a value like {default!r}",
    )
    POLICY_REFUSES = (
        "策略 {reference!r} 拒绝参数: {error}",
        "policy {reference!r} refuses its parameters: {error}",
    )
    POLICY_NO_FILE = "{file}: 没有这个文件; 请检查路径", "{file}: no such file; check the path"
    POLICY_TEXT = "{file}: {told}", "{file}: {told}"
    ELSEWHERE = (
        "policies 包在 {found}, bidctl 在 {home}: 应在同一处; 请换一个目录运行",
        "package policies is at {found}, bidctl at {home}: expected both in one place; run from elsewhere",
    )
    OVERWRITTEN = (
        "{name} 包也被 {others} 安装过: 请卸载它",
        "package {name} was also installed by {others}: uninstall it",
    )
