"""`demo`: the main job with nothing to configure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from bidctl.cli.common import SEED, Reals, Shell, spoken_option
from bidctl.cli.language import language
from bidctl.cli.words import Say
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
    help="输出目录 / Where to write.",
)
@click.option(
    "--days",
    type=Reals(min=2.1, max=60),
    default=14,
    show_default=True,
    help="虚拟实盘天数 / Virtual live days.",
)
@click.option("--seed", type=SEED, default=7, show_default=True, help="随机种子 / Luck.")
@click.option(
    "--scenario", default="demo", show_default=True, help="自带场景名或 TOML 文件 / A shipped scenario or a TOML file."
)
@click.option("--json", "as_json", is_flag=True, help="结果以 JSON 输出 / Print the closing figures as JSON.")
@spoken_option
def demo(out: Path, days: float, seed: int, scenario: str, as_json: bool) -> None:
    """模拟平台 (真实HTTP) 上 40 个计划按规则运行: 先演练一天, 再实盘, 最后审计 / Forty campaigns by the rulebook against an
    emulated platform over real HTTP: a day dry, then live, judged at the end."""
    from cryptography.fernet import Fernet

    _prepare(out)
    os.environ.setdefault("BIDCTL_SECRET_KEY", Fernet.generate_key().decode())
    shell = Shell(Settings(), as_json, language())
    shell.say("启动模拟平台 (生成31天历史) ...", "starting the emulated platform (31 days of history) ...")
    with stage(scenario, seed, out / "journal.jsonl") as on:
        from bidctl.cli.performance import perform  # what it needs is loaded while the platform starts

        perform(shell, on, out, days, seed, scenario)


def _prepare(out: Path) -> None:
    """An empty folder of our own; never somebody else's files."""
    mark = out / MADE_BY_US
    if out.exists() and not mark.exists() and any(out.iterdir()):
        raise Problem(Say.NOT_OURS(folder=out))
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    mark.write_text("made by: bidctl demo\n", "utf-8")
