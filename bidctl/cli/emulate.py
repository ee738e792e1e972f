"""`emulate`: serve an emulated platform on loopback."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.cli.common import Shell, options


@click.command()
@click.argument("platform", type=click.Choice(["qianchuan"]))
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 = any free one, printed")
@click.option("--scenario", default="small", show_default=True, help="Name of a shipped scenario, or a TOML file")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--speed", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True, help="Virtual s per s")
@click.option("--journal", type=click.Path(path_type=Path), help="Journal file (JSON Lines)")
@click.option("--stepped", is_flag=True, help="Time advances only by the control call")
@options
def emulate(shell: Shell, **words: object) -> None:
    """Serve an emulated PLATFORM on loopback until interrupted."""
    pass
