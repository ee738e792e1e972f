"""`emulate`: serve an emulated platform on loopback."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.problem import Problem, UsageProblem


@click.command()
@click.argument("platform", type=click.Choice(["qianchuan"]))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 = any free one, printed. 端口"
)
@click.option("--scenario", default="small", show_default=True, help="Name of a shipped scenario, or a TOML file. 场景")
@click.option("--seed", type=int, default=1, show_default=True, help="Luck. 随机种子")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Virtual seconds a second",
)
@click.option("--journal", type=click.Path(path_type=Path), help="Journal file (JSON Lines). 平台写入日志")
@click.option("--stepped", is_flag=True, help="Time advances only by the control call. 步进时间")
@options
def emulate(
    shell: Shell, platform: str, port: int, scenario: str, seed: int, speed: float, journal: Path | None, stepped: bool
) -> None:
    """Serve an emulated PLATFORM on loopback until interrupted."""
    from sim.emulator import serve

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
        raise UsageProblem(str(error)) from None
    except OSError as error:
        raise Problem(f"emulate: port {port} or journal {journal}: {error.strerror or error}") from None
