"""What the commands of `sim` refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of an experiment's words, by code."""

    SEEDS = (
        "--seeds {text}: 应为种子数 1 .. {most}, 范围 A-B, 或列表 A,B,..",
        "--seeds {text}: expected a number of seeds 1 .. {most}, a range A-B, or a list A,B,..",
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
    POLICY = (
        "策略 {text!r}: 应为 {known} 之一, module:Class, 或 .toml 文件",
        "policy {text!r}: expected one of {known}, module:Class, or a .toml file",
    )
    SAME_NAME = (
        "策略 {name}, {name}: 两个同名; 应各不相同",
        "policies {name}, {name}: two of one name; expected different ones",
    )
    NO_PARAMETER = (
        "{where}: 没有参数 {name} = {value:g}; 应为 {known} 之一",
        "{where}: unknown parameter {name} = {value:g}; expected one of {known}",
    )
    WHOLE = "{where}: {name} = {value:g}; 应为整数", "{where}: {name} = {value:g}; expected a whole number"
    FINITE = "{where}: {name} = {value:g}; 应为有限的数", "{where}: {name} = {value:g}; expected a finite number"
    REFUSES = "{where}: 参数被拒绝: {error}", "{where}: refuses its parameters: {error}"
    PAIR = "策略 {text}: {part!r}; ? 后应为 参数=数字", "policy {text}: {part!r}; expected parameter=number after the ?"
