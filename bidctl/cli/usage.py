"""What click refuses (an option, a number, a choice), as one line in both languages."""

from __future__ import annotations

import re
from typing import Any

import click

from bidctl.wording import Wording


def usage(error: click.ClickException) -> Wording:
    """The refusal, and where to read on."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "bidctl"
    zh, en = _chinese(error), " ".join(error.format_message().split()).rstrip(".")
    place = command.removeprefix("bidctl").lstrip()
    lead = f"{place}: " if place else ""
    return Wording(f"{lead}{zh}; 用法见: {command} --help", f"{lead}{en}; see: {command} --help", "USAGE")


def _chinese(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}{_near(error.possibilities)}"
        case click.NoSuchCommand():
            return f"没有命令 {error.command_name}{_near(error.possibilities)}"
        case click.MissingParameter():
            return f"缺少 {_name(error)}"
        case click.BadOptionUsage():
            return f"选项 {error.option_name} " + ("需要一个值" if "requires" in error.message else "的值不对")
        case click.BadParameter(param=click.Parameter() as param):
            found = re.match(r"('(?:[^'\\]|\\.)*'|\S+) is not", error.message)
            shown = f"取值 {found[1]}, " if found else ""
            return f"{_name(error)}: {shown}应为{_expected(param.type)}"
        case _:
            extra = re.search(r"extra arguments? \((.*)\)", error.message, re.DOTALL)
            return f"多余的参数 {' '.join(extra[1].split())}" if extra else "用法不对"


def _near(possibilities: list[str] | None) -> str:
    return f"; 是否指 {', '.join(possibilities)}?" if possibilities else ""


def _name(error: click.BadParameter) -> str:
    return error.param.get_error_hint(error.ctx).strip("'") if error.param else "参数"


def _expected(kind: click.ParamType[Any]) -> str:
    match kind:
        case click.Choice():
            return f" {', '.join(str(c) for c in kind.choices)} 之一"
        case click.IntRange() | click.FloatRange():
            return _range(kind)
        case click.types.IntParamType():
            return "整数"
        case click.types.FloatParamType():
            return "数字"
        case click.Path():
            return "可以读取的文件"
        case _:
            return "可用的值"


def _range(kind: click.IntRange | click.FloatRange) -> str:
    """Bounds in words, e.g. `不小于 1 且不大于 200 的数`."""
    least = "" if kind.min is None else f"{'大于' if kind.min_open else '不小于'} {kind.min:g}"
    most = "" if kind.max is None else f"{'小于' if kind.max_open else '不大于'} {kind.max:g}"
    return " 且".join(part for part in (least, most) if part) + " 的数"
