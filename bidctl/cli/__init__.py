"""The command line: parse, call, print. Commands are imported only when called, so that help answers at once."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import traceback
from typing import NoReturn

import click

from bidctl import __version__
from bidctl.cli.lazy import lazy
from bidctl.problem import Problem

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (
        "bidctl.cli.demo:demo",
        "The main job: 40 campaigns by the rulebook on an emulated platform. 一条命令看全过程",
    ),
    "init": ("bidctl.cli.setup:init", "Write a configuration file to edit. 生成配置文件"),
    "doctor": ("bidctl.cli.setup:doctor", "Check configuration, store, platform and clock. 体检"),
    "connect": ("bidctl.cli.setup:connect", "Authorise with the platform (OAuth). 授权连接"),
    "enrol": ("bidctl.cli.enrol:enrol", "Give campaigns into bidctl's hands. 托管计划"),
    "unenrol": ("bidctl.cli.enrol:unenrol", "Take campaigns back. 取消托管"),
    "run": ("bidctl.cli.run:run", "Watch and act: --mode dry|approve|live. 运行"),
    "plan": ("bidctl.cli.plan:plan", "Write what would be done to a file. 生成方案"),
    "apply": ("bidctl.cli.plan:apply", "Carry out a plan file. 执行方案"),
    "pending": ("bidctl.cli.approve:pending", "Proposals that wait for a person. 待批提案"),
    "approve": ("bidctl.cli.approve:approve", "Approve or refuse a proposal. 批准提案"),
    "advise": ("bidctl.cli.advise:advise", "Advice from an exported table (.csv, .xlsx). 按报表给建议"),
    "check": ("bidctl.cli.check:check", "Is a policy sound? 检查策略"),
    "replay": ("bidctl.cli.replay:replay", "What a policy would have decided on recorded history. 重放历史"),
    "status": ("bidctl.cli.status:status", "What is going on. 现状"),
    "explain": ("bidctl.cli.status:explain", "Why a campaign was moved, or not. 为什么"),
    "hold": ("bidctl.cli.switches:hold", "Freeze a campaign. 冻结计划"),
    "release": ("bidctl.cli.switches:release", "Release a frozen campaign. 解冻"),
    "kill": ("bidctl.cli.switches:kill", "Stop all writes of bidctl (ads keep delivering). 停止托管"),
    "resume": ("bidctl.cli.switches:resume", "Release the kill switch or an open breaker. 恢复托管"),
    "revert": ("bidctl.cli.revert:revert", "Go back to an earlier target, by the rules. 撤回"),
    "audit": ("bidctl.cli.audit:audit", "Judge a platform journal by the rulebook. 审计"),
    "sim": ("bidctl.cli.sim:sim", "Try policies on simulated markets: run, compare, sweep, scenarios. 模拟"),
    "emulate": ("bidctl.cli.emulate:emulate", "Serve an emulated platform on loopback. 模拟平台"),
}


@click.group(cls=lazy(COMMANDS), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="bidctl")
def cli() -> None:
    """bidctl: runs ROI-target ad plans by the rulebook, and proves it. 按规则托管ROI目标计划, 并能证明."""


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 failed and said why, 2 wrong usage, 3 refused by a safety rule."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _leave(_usage(error), 2)
    except (click.Abort, KeyboardInterrupt):
        _leave("stopped / 已停止", 130)
    except Problem as problem:
        _leave(problem.message, problem.exit_code)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - what is left in the buffer has no reader
        sys.exit(0)
    except Exception as error:
        _leave(
            f"bug / 程序错误: {type(error).__name__}: {one_line(error)}; please report with the log file {_log()}", 1
        )


def _leave(message: str, code: int) -> NoReturn:
    click.echo(f"bidctl: {message}", err=True)
    sys.exit(code)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "bidctl"
    return f"{command}: {one_line(error.format_message())}; see: {command} --help".removeprefix("bidctl").lstrip(": ")


def one_line(error: object) -> str:
    """The text of an error, its line breaks as blanks.

    >>> one_line(ValueError("this\\n  and that"))
    'this and that'
    """
    return " ".join(str(error).split())


def _log() -> str:
    """The traceback in a file of its own: here, or where files may be written."""
    for folder in (".", None):
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(prefix="bidctl-bug-", suffix=".log", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"bidctl {__version__}\n{traceback.format_exc()}")
            return name
    return "(none: no folder can be written)"
