"""Any words on the command line, and any bytes in a file, end in an answer: never in a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bidctl import __version__
from bidctl.cli import COMMANDS, cli
from tests.cli.office import Terminal

QUIET = [
    "status",
    "pending",
    "explain",
    "enrol",
    "unenrol",
    "hold",
    "release",
    "approve",
    "revert",
    "advise",
    "apply",
    "audit",
    "plan",
    "init",
    "replay",
    "profit",
    "cash",
    "protection",
    "creators",
    "fields",
    "products",
    "preflight --offline",
    "orders import",
    "orders ledger",
    "orders attribution",
    "orders quarantine",
    "orders sync",
    "settlement rate",
    "settlement backtest",
    "creatives show",
    "creatives propose",
    "creatives undo",
    "creatives reserve",
]
OPTIONS = ["--account", "--goal", "--margin", "--json", "--lang", "zh", "--count", "--to", "--yes", "--campaign", "--name", "--columns",
           "--intent", "--break-even", "--refuse", "--ledger", "--quiet", "--policy", "--all", "--", "-h", "--days", "--weeks", "--at",
           "--by", "--since", "--resolve", "--as", "--amount", "--mode", "--remove", "--offline", "--tags", "--settled-share"]  # fmt: skip
word = st.one_of(st.sampled_from(OPTIONS), st.text(max_size=12), st.integers().map(str), st.floats().map(str))
slow = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@slow
@given(command=st.sampled_from(QUIET), words=st.lists(word, max_size=6))
def test_any_words_get_an_answer(command: str, words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        said = Terminal(Path(folder))(*command.split(), *words)
        assert said.code in {0, 1, 2, 3} and "Traceback" not in said.out + said.err
        assert not list(Path(folder).glob("bidctl-bug-*")), said.err


@slow
@given(
    data=st.one_of(
        st.binary(max_size=400), st.text(max_size=200).map(lambda t: ("计划ID,日期,消耗,ROI目标\n" + t).encode())
    )
)
@pytest.mark.parametrize(
    "command", [["advise", "f", "--goal", "2"], ["apply", "f"], ["audit", "f"], ["--config"], ["map"]]
)
def test_any_bytes_get_an_answer(command: list[str], data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "f").write_bytes(data)
        (Path(folder) / "t.csv").write_text("计划ID,日期,消耗,ROI目标\n1,2026-09-01,1,2\n", "utf-8")
        words = {"--config": ["status", "--config", "f"], "map": ["advise", "t.csv", "--columns", "f"]}.get(
            command[0], command
        )
        said = Terminal(Path(folder))(*words)
        assert said.code in {0, 1, 2} and "Traceback" not in said.out + said.err
        assert not list(Path(folder).glob("bidctl-bug-*")), said.err


TABLES = {
    "stock": "商品ID,库存,更新时间",
    "unshipped": "账户ID,待发货,日发货能力,更新时间",
    "hosts": "直播账号,换主播时间",
    "cash": "账户ID,日期,到账金额",
    "promotions": "活动,阶段,开始日期,结束日期,目标倍数",
    "products": "商品ID,售价,货品成本",
    "creators": "达人ID,商品点击,样品成本",
    "grades": "等级,产出比下限,退款率上限",
    "fields": "计划ID,经营场,商品角色",
}
CELLS = st.sampled_from(
    [
        "1",
        "-1",
        "1e400",
        "8%",
        "101%",
        "",
        "默认",
        "2026-11-23 10:00",
        "2026-02-30",
        "自播",
        "S",
        "活动日",
        "nan",
        "9" * 25,
    ]
)


@settings(max_examples=3)
@given(
    lines=st.lists(st.lists(CELLS | st.text(max_size=5), max_size=6).map(",".join), max_size=4),
    data=st.binary(max_size=60),
)
@pytest.mark.parametrize("name", TABLES)
def test_any_table_of_the_operators_gets_an_answer(name: str, lines: list[str], data: bytes) -> None:
    for text in ("\n".join([TABLES[name], *lines]).encode(), data):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "f.csv").write_bytes(text)
            (Path(folder) / "bidctl.toml").write_text(f'[tables]\n{name} = "f.csv"\n', "utf-8")
            said = Terminal(Path(folder))("doctor", "--offline", "--json")
            assert said.code in {0, 1} and not list(Path(folder).glob("bidctl-bug-*")), said.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    shown = CliRunner().invoke(cli, [command, "--help"])
    assert shown.exit_code == 0, shown
    assert COMMANDS[command][1].isascii() is False
    assert "--lang" in shown.output or isinstance(cli.get_command(click.Context(cli), command), click.Group)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_what_all_take(command: str) -> None:
    found = cli.get_command(click.Context(cli), command)
    named = {option for param in found.params for option in param.opts} if found else set()
    wanted = {"--json", "--lang"} if command == "demo" else {"--config", "--json", "--lang"}  # a demo configures itself
    assert wanted <= named or isinstance(found, click.Group)


def test_help_lists_every_command_and_the_version_is_ours() -> None:
    listed = CliRunner().invoke(cli, ["--help"]).output
    assert all(command in listed for command in COMMANDS)
    assert __version__ in CliRunner().invoke(cli, ["--version"]).output


def test_help_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys, bidctl.cli as c; c.cli(['--help'], standalone_mode=False);"
        "print('|', *(m for m in sys.modules if '.' not in m))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    loaded = set(out.split("|")[-1].split())
    assert not loaded & {"numpy", "sqlalchemy", "httpx", "pydantic", "rich", "cryptography", "apscheduler"}
