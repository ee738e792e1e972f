"""`backup` and `restore`: a copy of the ledger while bidctl runs, and a new ledger from one."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.problem import SafetyProblem


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--portable", is_flag=True,
              help="可移植的导出, 可恢复到 SQLite 或 PostgreSQL / An export that SQLite and PostgreSQL both restore.")  # fmt: skip
@options
def backup(shell: Shell, file: Path, portable: bool) -> None:
    """把账本备份到新文件 FILE, 运行中也可以; 一致且校验过 / Copy the ledger to a new FILE, also while bidctl runs; consistent and
    checked."""
    from bidctl.adapters.store import backup as copy
    from bidctl.adapters.store import export
    from bidctl.adapters.store.engine import place_of

    url = shell.settings.store.url
    (export if portable else copy)(url, file)
    place = place_of(url)
    shell.data({"ledger": place, "file": str(file), "bytes": file.stat().st_size})
    shell.say(f"{place} 已备份到 {file}; 令牌密钥不在其中, 请另外保管",
              f"{place} copied to {file}; the key of its tokens is not inside: keep it elsewhere")  # fmt: skip


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options
def restore(shell: Shell, file: Path) -> None:
    """从备份 FILE 建立配置中的账本, 那里必须还没有账本; 之后 61 分钟内不改任何计划 / Build the configured ledger, which must not
    exist yet, from a backup FILE; no edits are made for 61 minutes after it."""
    from bidctl import wiring
    from bidctl.adapters.clock import SystemClock
    from bidctl.adapters.store import at_work
    from bidctl.adapters.store import restore as build
    from bidctl.adapters.store.engine import place_of

    url = shell.settings.store.url
    place = place_of(url)
    if at_work(url, SystemClock().now()):
        raise SafetyProblem(Say.RESTORE_TAKEN(place=place))
    now = wiring.clock(shell.settings).now()
    build(file, url, now)
    shell.data({"ledger": place, "file": str(file), "began_at": now.isoformat()})
    shell.say(f"{place} 已从 {file} 恢复; 61 分钟内不改任何计划, 先从平台操作日志补齐; 若备份早于最近一次刷新, 请重新授权: bidctl connect",
              f"{place} restored from {file}; no edits for 61 minutes: the platform's log is read first; if the copy is older "
              "than the last refresh, authorise again: bidctl connect")  # fmt: skip
