"""`demo`: the main job with nothing to configure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from bidctl.cli.common import Shell
from bidctl.config import Settings
from bidctl.demo.stage import stage
from bidctl.problem import Problem

MADE_BY_US = "bidctl-demo"


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("demo-out"),
    show_default=True,
    help="Where to write. 输出目录",
)
@click.option(
    "--days", type=click.FloatRange(min=2.1, max=60), default=14, show_default=True, help="Virtual live days. 实盘天数"
)
@click.option("--seed", type=int, default=7, show_default=True, help="Luck. 随机种子")
@click.option("--scenario", default="demo", show_default=True, help="A shipped scenario or a TOML file. 场景")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="语言 [zh]")
@click.option("--json", "as_json", is_flag=True, help="Print the closing figures as JSON. 机器可读")
def demo(out: Path, days: float, seed: int, scenario: str, lang: str | None, as_json: bool) -> None:
    """Forty campaigns by the rulebook against an emulated platform over real HTTP: a day dry, then live, judged at the end."""
    from cryptography.fernet import Fernet

    spoken = lang or os.environ.get("BIDCTL_LANG") or "zh"
    _prepare(out)
    os.environ.setdefault("BIDCTL_SECRET_KEY", Fernet.generate_key().decode())
    shell = Shell(Settings(), as_json, spoken)
    shell.say("启动模拟平台 (生成31天历史) ...", "starting the emulated platform (31 days of history) ...")
    with stage(scenario, seed, out / "journal.jsonl") as on:
        from bidctl.cli.performance import perform  # what it needs is loaded while the platform starts

        perform(shell, on, out, days, seed, scenario)


def _prepare(out: Path) -> None:
    """An empty folder of our own; never somebody else's files."""
    mark = out / MADE_BY_US
    if out.exists() and not mark.exists() and any(out.iterdir()):
        raise Problem(f"{out}: is not empty and was not made by bidctl demo; name another folder with --out")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    mark.write_text("made by: bidctl demo\n", "utf-8")
