"""The command line: parse, call, print. Commands are imported only when called, so that help answers at once."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from typing import NoReturn

import click

from bidctl import __version__
from bidctl.cli.language import language
from bidctl.cli.lazy import lazy
from bidctl.cli.usage import usage
from bidctl.cli.words import Say
from bidctl.problem import Problem
from bidctl.wording import Wording, told_by_system

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": (
        "bidctl.cli.demo:demo",
        "一条命令看全过程: 模拟平台上按规则跑 40 个计划 / The main job: 40 campaigns by the rulebook on an emulated platform.",
    ),
    "init": ("bidctl.cli.setup:init", "生成一个配置文件 / Write a configuration file to edit."),
    "doctor": (
        "bidctl.cli.setup:doctor",
        "体检: 配置, 账本, 平台, 时钟 / Check configuration, store, platform and clock.",
    ),
    "connect": ("bidctl.cli.setup:connect", "连接平台授权 (OAuth) / Authorise with the platform (OAuth)."),
    "enrol": ("bidctl.cli.enrol:enrol", "托管计划 / Give campaigns into bidctl's hands."),
    "unenrol": ("bidctl.cli.enrol:unenrol", "取消托管 / Take campaigns back."),
    "products": (
        "bidctl.cli.products:products",
        "按商品表算毛利和保本 / Margins and break-even from your table of products.",
    ),
    "preflight": (
        "bidctl.cli.preflight:preflight",
        "投放前检查: 计划还缺什么 / What campaigns lack before launch.",
    ),
    "run": ("bidctl.cli.run:run", "运行: --mode dry|approve|live / Watch and act: --mode dry|approve|live."),
    "plan": ("bidctl.cli.plan:plan", "把将要做的改动写成方案文件 / Write what would be done to a file."),
    "apply": ("bidctl.cli.plan:apply", "执行方案文件 / Carry out a plan file."),
    "pending": ("bidctl.cli.approve:pending", "等人批准的提案 / Proposals that wait for a person."),
    "approve": ("bidctl.cli.approve:approve", "批准或拒绝提案 / Approve or refuse a proposal."),
    "profit": (
        "bidctl.cli.profit:profit",
        "真实利润日报: 每天每个计划落袋多少 / What each day left in the till, by campaign.",
    ),
    "orders": (
        "bidctl.cli.orders:orders",
        "订单, 退款与结算账单: 导入, 账本, 搁置的行 / Orders, refunds and bills: import, ledger, quarantine.",
    ),
    "settlement": (
        "bidctl.cli.settlement:settlement",
        "结算率与回测 / Settlement rates by pay week, and how well they were forecast.",
    ),
    "creators": (
        "bidctl.cli.creators:creators",
        "达人: 结算产出比, 等级与象限 / Creators: settled gain, grade and quadrant.",
    ),
    "fields": (
        "bidctl.cli.fields:fields",
        "按经营场和商品角色汇总 / Campaigns added up by business field and product role.",
    ),
    "protection": (
        "bidctl.cli.protection:protection",
        "赔付台账: 平台会赔多少, 什么会使它失效 / Cost protection by day, and what would lose it.",
    ),
    "cash": (
        "bidctl.cli.cash:cash",
        "消耗与到账: 占比, 现金成本, 可用资金 / Spend beside receipts, and what is in hand.",
    ),
    "advise": (
        "bidctl.cli.advise:advise",
        "按导出报表给建议 (.csv, .xlsx) / Advice from an exported table (.csv, .xlsx).",
    ),
    "check": ("bidctl.cli.check:check", "检查一份策略 / Is a policy sound?"),
    "replay": (
        "bidctl.cli.replay:replay",
        "在已记录的历史上, 策略当时会怎么做 / What a policy would have decided on recorded history.",
    ),
    "status": ("bidctl.cli.status:status", "现状 / What is going on."),
    "explain": ("bidctl.cli.status:explain", "计划为什么动了, 或没动 / Why a campaign was moved, or not."),
    "hold": ("bidctl.cli.switches:hold", "冻结计划 / Freeze a campaign."),
    "release": ("bidctl.cli.switches:release", "解冻计划 / Release a frozen campaign."),
    "kill": (
        "bidctl.cli.switches:kill",
        "停止本程序的一切写入 (广告继续投放) / Stop all writes of bidctl (ads keep delivering).",
    ),
    "resume": ("bidctl.cli.switches:resume", "解除停止托管或熔断 / Release the kill switch or an open breaker."),
    "revert": ("bidctl.cli.revert:revert", "按规则撤回到早先的目标 / Go back to an earlier target, by the rules."),
    "creatives": (
        "bidctl.cli.creatives:creatives",
        "素材: 结论, 下架, 补充, 撤销 / Creatives: verdicts, retirements, new material, undoing.",
    ),
    "audit": ("bidctl.cli.audit:audit", "按规则审计平台的写入日志 / Judge a platform journal by the rulebook."),
    "sim": (
        "bidctl.cli.sim:sim",
        "在模拟市场里试策略: run, compare, sweep, scenarios / Try policies on simulated markets: run, compare, sweep, scenarios.",
    ),
    "backup": ("bidctl.cli.backup:backup", "备份账本, 运行中也可以 / Copy the ledger, also while bidctl runs."),
    "restore": ("bidctl.cli.backup:restore", "从备份建立账本 / Build a ledger from a backup."),
    "emulate": ("bidctl.cli.emulate:emulate", "在本机运行模拟平台 / Serve an emulated platform on loopback."),
}


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO})
"""What becomes of an output that has no place."""


@click.group(cls=lazy(COMMANDS), context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="bidctl")
def cli() -> None:
    """bidctl: 按规则托管 ROI 目标计划, 并能证明 / bidctl: runs ROI-target ad plans by the rulebook, and proves it."""


def main() -> None:
    """Run a command. Exit codes: 0 done, 1 failed and said why, 2 wrong usage, 3 refused by a safety rule."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
    try:
        with _told_to_stop_as_by_hand():
            cli.main(standalone_mode=False)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _leave(usage(error), 2)
    except (click.Abort, KeyboardInterrupt):
        _leave(Say.STOPPED_BY_HAND(), 130)
    except Problem as problem:
        _leave(problem.told, problem.exit_code)
    except BrokenPipeError:
        _silence()
        sys.exit(0)
    except Exception as error:
        if isinstance(error, OSError) and (error.filename or error.errno in NO_ROOM):
            _silence()
            _leave(Say.SYSTEM(where=error.filename or Say.OUTPUT(), error=told_by_system(error)), 1)
        _leave(Say.BUG(kind=type(error).__name__, error=one_line(error), log=_log()), 1)


@contextlib.contextmanager
def _told_to_stop_as_by_hand() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does, so that what it has started is ended with it; a run has its own way."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _silence() -> None:
    """What is left in the buffer has no reader, or no place."""
    sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115


def _leave(told: Wording, code: int) -> NoReturn:
    click.echo(f"bidctl: {one_line(told.text(language()))}", err=True)
    sys.exit(code)


def one_line(error: object) -> str:
    """The text of an error, its line breaks as blanks.

    >>> one_line(ValueError("this\\n  and that"))
    'this and that'
    """
    return " ".join(str(error).split())


def _log() -> object:
    """The traceback in a file of its own: here, or where files may be written."""
    for folder in (".", None):
        with contextlib.suppress(OSError):
            handle, name = tempfile.mkstemp(prefix="bidctl-bug-", suffix=".log", dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(f"bidctl {__version__}\n{traceback.format_exc()}")
            return name
    return Say.NO_LOG()
