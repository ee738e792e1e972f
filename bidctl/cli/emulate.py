"""`emulate`: serve an emulated platform on loopback."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from bidctl.cli.common import SEED, Reals, Shell, options
from bidctl.cli.files import demand_ours
from bidctl.cli.words import Say
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import Wording, told_by_system


@click.command()
@click.argument("platform", type=click.Choice(["qianchuan"]))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="端口; 0 = 任意空闲端口, 会打印出来 / Port; 0 = any free one, printed.",
)
@click.option(
    "--scenario",
    default="small",
    show_default=True,
    help="自带场景名或 TOML 文件 / Name of a shipped scenario, or a TOML file.",
)
@click.option("--seed", type=SEED, default=1, show_default=True, help="随机种子 / Luck.")
@click.option(
    "--speed",
    type=Reals(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="每秒走多少虚拟秒 / Virtual seconds a second.",
)
@click.option(
    "--journal", type=click.Path(path_type=Path), help="平台写入日志文件 (JSON Lines) / Journal file (JSON Lines)."
)
@click.option("--stepped", is_flag=True, help="时间只随控制调用前进 / Time advances only by the control call.")
@options
def emulate(
    shell: Shell, platform: str, port: int, scenario: str, seed: int, speed: float, journal: Path | None, stepped: bool
) -> None:
    """在本机运行模拟平台 PLATFORM, 直到被中断 / Serve an emulated PLATFORM on loopback until interrupted."""
    from sim.emulator import serve

    if journal is not None:
        demand_ours(journal, b'{"')

    def announce(line: str) -> None:
        address = line.split()[-1]
        shell.data({"platform": platform, "url": address})
        shell.say(line, line)

    async def until_told() -> None:
        stop = asyncio.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(sign, stop.set)
        await serve(
            platform=platform, port=port, scenario=scenario, seed=seed, speed=speed, journal=journal, stepped=stepped,
            announce=announce, stop=stop,
        )  # fmt: skip

    try:
        asyncio.run(until_told())
    except ValueError as error:
        raise UsageProblem(Wording.read(str(error))) from None
    except OSError as error:
        raise Problem(Say.NOT_SERVED(port=port, file=journal or "-", error=told_by_system(error))) from None
