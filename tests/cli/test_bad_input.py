"""What bad input gets: one line naming place, what was found and what to do; the right exit code; nothing written."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bidctl.cli.files import demand_ours
from tests.cli.office import CONFIG, Office, Terminal

NOWHERE = "http://127.0.0.1:9"
TABLE = "计划ID,日期,消耗,ROI目标,整体成交金额,整体成交订单数\n1861000000000000001,2026-09-01,100,2.00,200,10\n"


PROSE = {
    "No such file": "没有这个文件", "Is a directory": "是文件夹",
    "a number": "数字", "digits": "数字ID",
    "unknown key": "不认识的键", "did you mean": "是否指", "quotes": "加引号", "unknown variable": "不认识",
    "nothing to enrol": "没有要托管的计划", "found ": "取值 ", "not enrolled": "未托管", "no decision": "还没有存过决定",
    "an image": "是图片", "empty file": "空文件", "no workbook": "不是工作簿", "binary": "二进制", "no heading row": "没有表头",
    "something else is there": "已有别的内容",
    "no column": "没有列", "column 消耗 twice": "两个 消耗 列",
    "column ": "", "line 2": "第2行", "line 3": "第3行", "another process": "另一个进程", "exists": "已存在",
    "already there": "已经存在", "no such file": "没有这个文件",
    "the disk": "磁盘", "newer": "更新版本", "something else": "别的程序",
}  # fmt: skip
"""What the English words of these tests are in Chinese."""


def in_chinese(word: str) -> str:
    for english, chinese in PROSE.items():
        word = word.replace(english, chinese)
    return word


def refused(run: Terminal, command: Sequence[object], code: int, *words: str, **environ: str) -> None:
    """A refusal in either language: one line with its words, of that language alone, and the exit code."""
    for lang, expected in (("en", words), ("zh", [in_chinese(word) for word in words])):
        said = run(*command, **environ, BIDCTL_LANG=lang)
        assert said.code == code, said
        *progress, last = said.err.strip().splitlines()
        told = [
            line for line in progress if not line.endswith(" ...") and "[warning" not in line
        ]  # notices stand there too
        assert last.startswith("bidctl: ") and not told, said.err
        assert "Traceback" not in said.err + said.out and "bug" not in said.err, said.err
        for word in expected:
            assert word in said.err, (word, said.err)
        assert " / " not in said.err and (lang == "en" or re.search(r"[\u4e00-\u9fff]", said.err)), said.err


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


CONFIGS = {
    "not TOML": ("[platform\n", ["bidctl.toml", "TOML"]),
    "unknown section": ("[platfrom]\napp_id = '1'\n", ["platfrom", "unknown key", "did you mean platform?"]),
    "unknown key": ("[run]\ntick_minuets = 5\n", ["run.tick_minuets", "did you mean tick_minutes?"]),
    "too often": ("[run]\ntick_minutes = 0.1\n", ["run.tick_minutes", "0.1"]),
    "text for a number": ("[run]\ntick_minutes = 'often'\n", ["run.tick_minutes", "often"]),
    "an id that lost digits": ("[run]\naccounts = [1.7e15]\n", ["run.accounts", "quotes"]),
    "stop-loss below zero": ("[stoploss]\nloss_of_day = -5\n", ["stoploss.loss_of_day", "-5", "yuan"]),
    "stop-loss misspelt": ("[stoploss]\nloss_of_day = 'of'\n", ["stoploss.loss_of_day"]),
    "no such database": ("[store]\nurl = 'mysql://x'\n", ["store.url", "mysql://x", "sqlite:///"]),
    "plain http": ("[platform]\nbase_url = 'http://example.com'\n", ["https://"]),
    "a limit that is no number": ("[stoploss]\nloss_of_day = nan\n", ["stoploss.loss_of_day", "nan", "yuan", "off"]),
    "a limit without an end": ("[stoploss]\nspend_without_orders = inf\n", ["spend_without_orders", "inf", "yuan"]),
    "a limit that is a flag": ("[stoploss]\nloss_of_day = true\n", ["stoploss.loss_of_day", "True", "yuan"]),
    "a flag for a number": ("[run]\ntick_minutes = true\n", ["run.tick_minutes", "True", "a number"]),
    "no number": ("[run]\ntick_minutes = nan\n", ["run.tick_minutes", "nan"]),
    "an account that is a name": ("[run]\naccounts = ['shop']\n", ["run.accounts", "shop", "digits"]),
    "no address": ("[platform]\nbase_url = 'not a url'\n", ["platform.base_url", "not a url", "https://"]),
    "no port": ("[platform]\nbase_url = 'http://127.0.0.1:99999'\n", ["platform.base_url", "99999"]),
    "no webhook": ("[notify]\nwebhook = 'ftp://x'\n", ["notify.webhook", "ftp://x", "https://"]),
    "no robot": ("[notify]\nfeishu = 'robot'\n", ["notify.feishu", "robot", "https://"]),
    "a key in no section": ("language = 'en'\n", ["language", "unknown key", "did you mean run.language?"]),
    "limits off on a real platform": ("[platform]\nlimits = 'off'\n", ["loopback"]),
}


@pytest.mark.parametrize("case", CONFIGS)
def test_a_wrong_configuration(shell: Terminal, case: str) -> None:
    text, words = CONFIGS[case]
    (shell.folder / "bidctl.toml").write_text(text, "utf-8")
    before = files(shell.folder)
    for command in (["status"], ["run", "--once"], ["kill"], ["advise", "x.csv"]):
        refused(shell, command, 2, "bidctl.toml", *words)
    assert files(shell.folder) == before


def test_a_configuration_of_another_encoding(shell: Terminal) -> None:
    file = shell.folder / "bidctl.toml"
    file.write_bytes("# 配置\n[run]\nlanguage = 'en'\n".encode("gb18030"))
    refused(shell, ["status"], 2, "bidctl.toml", "UTF-8")
    file.write_bytes("[run]\nlanguage = 'en'\n".encode("utf-8-sig"))  # as some editors save it
    assert "enrolled campaigns" in shell.done("status", BIDCTL_LANG="").out


def test_a_language_that_is_none(shell: Terminal) -> None:
    said = shell("status", BIDCTL_LANG="fr")
    assert said.code == 2 and "BIDCTL_LANG" in said.err and "fr" in said.err and "zh, en" in said.err


def test_a_variable_of_a_section_that_is_none(shell: Terminal) -> None:
    (shell.folder / "bidctl.toml").write_text("run = 5\n", "utf-8")
    refused(shell, ["status"], 2, "bidctl.toml", "run", "5", BIDCTL_RUN__LEASE_S="30")


RULES = {
    "unknown": ("spacing = 60\n", ["spacing"]),
    "loosened": ("spacing_s = 600\n", ["spacing_s", "600", "R-SPACE"]),
    "wider step": ("max_step = 0.5\n", ["max_step", "0.5", "R-BAND"]),
    "negative": ("evidence_orders = -1\n", ["evidence_orders", "-1"]),
    "text": ("fresh_s = 'soon'\n", ["fresh_s", "soon"]),
}


@pytest.mark.parametrize("case", RULES)
def test_a_wrong_number_of_the_rulebook(desk: Office, case: str) -> None:
    text, words = RULES[case]
    config = desk.run.folder / "bidctl.toml"
    config.write_text(f"{config.read_text('utf-8')}\n[rules]\n{text}", "utf-8")
    for command in (["run", "--once"], ["plan"], ["run", "--mode", "live", "--once"]):
        refused(desk.run, command, 2, "rules", *words)
    assert desk.written() == [] and not (desk.run.folder / "plan.json").exists()


VARIABLES = {
    "BIDCTL_PLATFORM__APPID": ("1", ["BIDCTL_PLATFORM__APPID", "did you mean BIDCTL_PLATFORM__APP_ID?"]),
    "BIDCTL_TICK": ("5", ["BIDCTL_TICK", "unknown variable"]),
    "BIDCTL_RUN__TICK_MINUTES": ("soon", ["run.tick_minutes", "soon"]),
    "BIDCTL_STORE__URL": ("oracle://x", ["store.url", "oracle://x"]),
    "BIDCTL_RUN__LEASE_S": ("soon", ["BIDCTL_RUN__LEASE_S", "run.lease_s", "soon"]),
    "BIDCTL_STOPLOSS__LOSS_OF_DAY": ("nan", ["BIDCTL_STOPLOSS__LOSS_OF_DAY", "nan", "yuan"]),
    "BIDCTL_RULES__SPACING_S": ("7200", ["BIDCTL_RULES__SPACING_S", "[rules]"]),
    "BIDCTL_CONFIG": ("nowhere.toml", ["nowhere.toml", "bidctl init"]),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_a_wrong_variable(shell: Terminal, name: str) -> None:
    value, words = VARIABLES[name]
    refused(shell, ["status"], 2, *words, **{name: value})
    assert files(shell.folder) == {}


ENROL = ("enrol", "--account", "1700000000000011", "--campaign", "1861000000000001")
UNITS = {
    "margin in percent": ([*ENROL, "--goal", "2", "--margin", "45"], ["--margin", "45", "did you mean 0.45?"]),
    "no goal": ([*ENROL, "--goal", "0"], ["--goal", "found 0"]),
    "goal is no number": ([*ENROL, "--goal", "nan"], ["--goal", "nan"]),
    "goal is text": ([*ENROL, "--goal", "two"], ["--goal", "two"]),
    "goal in percent": ([*ENROL, "--goal", "250"], ["--goal", "250"]),
    "break-even below zero": ([*ENROL, "--goal", "2", "--break-even", "-1"], ["--break-even", "-1"]),
    "settled share in percent": ([*ENROL, "--goal", "2", "--settled-share", "75"], ["did you mean 0.75?"]),
    "a budget that is none": ([*ENROL, "--goal", "2", "--budget-cap", "nan"], ["--budget-cap"]),
    "nothing between the bounds": (
        [*ENROL, "--goal", "2", "--minimum", "9", "--maximum", "2"],
        ["--minimum", "9", "--maximum"],
    ),
    "a base above its cap": (
        [*ENROL, "--goal", "2", "--budget-base", "900", "--budget-cap", "500"],
        ["--budget-base", "500"],
    ),
    "a window that is none": ([*ENROL, "--goal", "2", "--quiet", "25:00-26:00"], ["--quiet", "25:00-26:00"]),
    "a policy that is none": ([*ENROL, "--goal", "2", "--policy", "policies.nothing:X"], ["policies.nothing"]),
    "a policy without its class": ([*ENROL, "--goal", "2", "--policy", "policies.hold"], ["module:Class"]),
    "an intent that is none": ([*ENROL, "--goal", "2", "--intent", "赚钱"], ["--intent", "赚钱"]),
    "an id that is a name": (["enrol", "--account", "shop", "--campaign", "1", "--goal", "2"], ["--account", "shop"]),
    "a plan's name for its id": ([*ENROL[:3], "--campaign", "春季", "--goal", "2"], ["--campaign", "春季"]),
    "nothing to enrol": ([*ENROL[:3], "--goal", "2"], ["nothing to enrol"]),
    "advice at a margin in percent": (["advise", "t.csv", "--margin", "45"], ["did you mean 0.45?"]),
    "advice with a goal of 0": (["advise", "t.csv", "--goal", "0"], ["--goal"]),
    "a mode that is none": (["run", "--mode", "wet"], ["wet", "--help"]),
    "a command that is none": (["runn"], ["runn"]),
    "an option that is none": (["status", "--acount", "1"], ["--acount", "--account"]),
    "a callback without code": (["connect", "--code", "https://x/?state=1"], ["auth_code"]),
    "a proposal that is none": (["approve", "abc"], ["abc", "bidctl pending"]),
    "a campaign that is not enrolled": (["hold", "1", "--account", "2"], ["not enrolled"]),
    "a target that is none": (["revert", "1", "--account", "2", "--to", "nan"], ["--to", "nan", "0.01"]),
    "a target below nothing": (["revert", "1", "--account", "2", "--to", "-1"], ["--to", "-1", "0.01"]),
    "a target out of all range": (["revert", "1", "--account", "2", "--to", "1000"], ["--to", "1000", "100"]),
    "a revert of what is not enrolled": (["revert", "1", "--account", "2"], ["2/1", "not enrolled"]),
    "no decision to explain": (["explain", "1", "--account", "2"], ["no decision"]),
    "a plan file that is none": (["apply", "t.csv"], ["t.csv", "bidctl plan"]),
    "a plan file that is missing": (["apply", "no.json"], ["no.json"]),
    "a scenario that is none": (["emulate", "qianchuan", "--scenario", "moon"], ["moon"]),
    "a scenario file that is missing": (["emulate", "qianchuan", "--scenario", "moon.toml"], ["moon.toml"]),
    "a speed that is none": (["emulate", "qianchuan", "--speed", "nan"], ["--speed", "nan"]),
    "a speed without an end": (["emulate", "qianchuan", "--speed", "inf"], ["--speed", "inf"]),
    "a seed below nothing": (["emulate", "qianchuan", "--seed", "-5"], ["--seed", "-5"]),
    "days that are none": (["demo", "--days", "nan"], ["--days", "nan"]),
    "a seed that is too large": (["demo", "--seed", str(2**64)], ["--seed", str(2**64)]),
    "a replay of nothing": (["replay"], ["bidctl.db", "bidctl run"]),
    "a platform that is none": (["emulate", "tikt"], ["tikt"]),
}


@pytest.mark.parametrize("case", UNITS)
def test_a_wrong_word_or_unit(shell: Terminal, case: str) -> None:
    command, words = UNITS[case]
    (shell.folder / "t.csv").write_text(TABLE, "utf-8")
    (shell.folder / "bidctl.toml").write_text(CONFIG.format(url="https://api.oceanengine.com").replace(
        'limits = "off"\nclock = "emulator"\n', ""), "utf-8")  # fmt: skip
    refused(shell, command, 2, *words)
    assert shell.done("status", "--json").tree == []


@dataclass(frozen=True)
class Table:
    """A file that is no table to us. `words`: what the line must name."""

    name: str
    data: bytes
    words: tuple[str, ...]


HEAD = "计划ID,日期,消耗,ROI目标\n"
TABLES = [
    Table("empty.csv", b"", ("empty file",)),
    Table("picture.csv", b"\x89PNG\r\n\x1a\n0000", ("an image",)),
    Table("page.csv", b"<!DOCTYPE html><html></html>", ("HTML",)),
    Table("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", (".xls",)),
    Table("broken.xlsx", b"PK\x03\x04 not a zip", ("no workbook",)),
    Table("bytes.csv", b"a\x00b\x00c", ("binary",)),
    Table("story.csv", "从前有座山\n".encode(), ("no heading row", "计划ID")),
    Table("nospend.csv", "计划ID,日期,ROI目标\n1,2026-09-01,2\n".encode(), ("no column 消耗", "--columns")),
    Table(
        "word.csv", (HEAD + "1861000000000000001,2026-09-01,许多,2.00\n").encode(), ("line 2", "column 消耗", "许多")
    ),
    Table("rounded.csv", (HEAD + "1.86E+18,2026-09-01,100,2.00\n").encode(), ("line 2", "计划ID", "1.86E+18")),
    Table("day.csv", (HEAD + "1861000000000000001,昨天,100,2.00\n").encode(), ("line 2", "日期", "昨天")),
    Table("minus.csv", (HEAD + "1861000000000000001,2026-09-01,-100,2.00\n").encode(), ("line 2", "消耗", "-100")),
    Table("wide.csv", (HEAD + "1861000000000000001,2026-09-01,1,000.00,2.00\n").encode(), ("line 2", "5", "4")),
    Table("two.csv", "计划ID,日期,消耗,消耗,ROI目标\n1,2026-09-01,1,2,2\n".encode(), ("column 消耗 twice",)),
    Table("fine.csv", (HEAD + "1861000000000000001,2026-09-01,100,2.005\n").encode(), ("line 2", "ROI目标", "2.005")),
    Table("nobody.csv", (HEAD + "-,2026-09-01,100,2.00\n").encode(), ("line 2", "计划ID")),
    Table("open.csv", (HEAD + '1861000000000000001,"2026-09-01,100,2.00\n').encode(), ("line 2", "日期")),
    Table("twice.csv", (HEAD + "1,2026-09-01,1,2\n1,2026-09-01,1,2\n").encode(), ("line 3", "line 2")),
]


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_a_table_that_is_none(shell: Terminal, table: Table) -> None:
    (shell.folder / table.name).write_bytes(table.data)
    refused(shell, ["advise", table.name, "--goal", "2"], 1, table.name, *table.words)
    assert list(files(shell.folder)) == [table.name]


def test_a_file_that_is_nested_without_end(shell: Terminal) -> None:
    (shell.folder / "deep.json").write_text("[" * 100_000, "utf-8")
    refused(shell, ["apply", "deep.json"], 2, "deep.json", "bidctl plan")
    (shell.folder / "deep.toml").write_text("a = " + "[" * 100_000, "utf-8")
    refused(shell, ["status", "--config", "deep.toml"], 2, "deep.toml", "TOML")
    (shell.folder / "t.csv").write_text(TABLE, "utf-8")
    refused(shell, ["advise", "t.csv", "--columns", "deep.toml"], 1, "deep.toml", "TOML")
    refused(shell, ["explain", "--policy", "./deep.toml"], 2, "deep.toml")
    refused(shell, ["emulate", "qianchuan", "--scenario", "deep.toml"], 2, "deep.toml")


def test_a_journal_or_a_ledger_that_is_not_there(shell: Terminal) -> None:
    (shell.folder / "j.jsonl").write_text("", "utf-8")
    refused(shell, ["audit", "none.jsonl"], 1, "none.jsonl", "No such file")
    refused(shell, ["audit", "."], 1, "Is a directory")
    refused(shell, ["audit", "j.jsonl", "--ledger", "none.db"], 1, "none.db", "No such file")


def test_a_column_map_that_is_none(shell: Terminal) -> None:
    (shell.folder / "t.csv").write_text(TABLE, "utf-8")
    for text, word in (("spend = 5\n", "spend"), ("cost = '消耗'\n", "cost"), ("spend\n", "TOML")):
        (shell.folder / "map.toml").write_text(text, "utf-8")
        refused(shell, ["advise", "t.csv", "--columns", "map.toml"], 1, "map.toml", word)
    refused(shell, ["advise", "t.csv", "--columns", "none.toml"], 1, "none.toml")


def _of_the_future(file: Path) -> None:
    Terminal(file.parent).done("status")
    with sqlite3.connect(file) as base:
        base.execute("UPDATE alembic_version SET version_num = 'r9999'")
    base.close()


def _of_something_else(file: Path) -> None:
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE recipes (name TEXT)")
    base.close()


LEDGERS: dict[str, tuple[Callable[[Path], object], str]] = {
    "from the future": (_of_the_future, "r9999"),
    "of something else": (_of_something_else, "bidctl.db"),
    "no database": (lambda file: file.write_text("Dear diary, today\n" * 100, "utf-8"), "bidctl.db"),
    "a folder": (lambda file: file.mkdir(), "bidctl.db"),
}


@pytest.mark.parametrize("case", LEDGERS)
def test_a_ledger_that_is_none(shell: Terminal, case: str) -> None:
    make, word = LEDGERS[case]
    make(shell.folder / "bidctl.db")
    before = {n: b for n, b in files(shell.folder).items() if not n.endswith(("-wal", "-shm"))}
    for command in (["status"], ["pending"], [*ENROL, "--goal", "2"], ["plan"]):
        refused(shell, command, 1, word)
    after = {n: b for n, b in files(shell.folder).items() if not n.endswith(("-wal", "-shm"))}
    assert after == before


def test_a_folder_that_is_not_there(shell: Terminal) -> None:
    refused(shell, ["status"], 1, "no/such/folder", BIDCTL_STORE__URL="sqlite:///no/such/folder/b.db")


def test_an_unreachable_postgresql(shell: Terminal) -> None:
    url = "postgresql://nobody@127.0.0.1:9/nothing?connect_timeout=2"
    refused(shell, ["status"], 1, "127.0.0.1", BIDCTL_STORE__URL=url)


def test_an_unreachable_platform(desk: Office) -> None:
    desk.enrol_all()
    config = desk.run.folder / "bidctl.toml"
    text = config.read_text("utf-8")
    config.write_text(text.replace(desk.platform.url, NOWHERE), "utf-8")
    refused(desk.run, ["run", "--once"], 1, NOWHERE, "bidctl emulate")  # its clock is asked first
    config.write_text(text.replace(desk.platform.url, NOWHERE).replace('clock = "emulator"\n', ""), "utf-8")
    for command in (["run", "--once"], ["run", "--mode", "live", "--once"], ["plan"]):
        refused(desk.run, command, 1, desk.account)
    assert not (desk.run.folder / "plan.json").exists() and desk.written() == []
    refused(desk.run, ["enrol", "--account", desk.account, "--name", "*", "--goal", "2"], 1)
    refused(desk.run, ["connect", "--code", "auth-code-2"], 1)


def test_a_missing_and_a_wrong_key(desk: Office) -> None:
    desk.enrol_all()
    del desk.run.environ["BIDCTL_SECRET_KEY"]
    for command in (["run", "--once"], ["plan"], ["connect", "--code", "auth-code-1"], ["doctor"]):
        refused(desk.run, command, 1, "bidctl.key", "BIDCTL_SECRET_KEY")
    refused(desk.run, ["run", "--once"], 1, "BIDCTL_SECRET_KEY", BIDCTL_SECRET_KEY="secret")
    other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    refused(desk.run, ["run", "--once"], 1, "BIDCTL_SECRET_KEY", BIDCTL_SECRET_KEY=other)
    assert desk.written() == []


def test_never_authorised_and_no_longer_authorised(desk: Office) -> None:
    terms = ("--goal", "2", "--margin", "0.5", "--confirm-prior")
    desk.run.done("enrol", "--account", desk.account, "--campaign", desk.campaigns[0]["id"], *terms)
    refused(desk.run, ["run", "--once"], 1, "bidctl connect")
    desk.run.done("connect", "--code", "auth-code-1")
    desk.run.done("run", "--once")
    desk.advance(hours=25)  # the access token has ended, and somebody else has used up the refresh token
    path = "/open_api/oauth2/refresh_token/"
    desk.platform.control("POST", "faults", {"match": {"path": path}, "kind": "refresh_token_reused", "count": 9})
    refused(desk.run, ["run", "--mode", "live", "--once"], 1, "bidctl connect")
    assert desk.written() == []


def test_an_answer_that_does_not_parse(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    desk.advance(hours=2)
    path = "/open_api/v1.0/qianchuan/uni_promotion/list/"
    desk.platform.control("POST", "faults", {"match": {"path": path}, "kind": "garbage_json", "count": 50})
    refused(desk.run, ["run", "--mode", "live", "--once"], 1, desk.account, "uni_promotion/list")
    refused(desk.run, ["plan"], 1, "uni_promotion/list")
    assert desk.written() == []


def test_a_campaign_without_the_data_a_rule_needs(desk: Office) -> None:
    desk.run.done("connect", "--code", "auth-code-1")
    high = next(c for c in desk.campaigns if c["enrol"]["group"] == "too-high")
    terms = ("--goal", high["enrol"]["goal"], "--intent", "volume", "--confirm-prior")  # neither margin nor break-even
    desk.run.done("enrol", "--account", desk.account, "--campaign", high["id"], *terms)
    desk.advance(hours=2)
    (report,) = desk.tick("live")
    assert report["held"]["NO_FLOOR"] == 1 and desk.written() == []
    assert "break-even" in desk.run.done("explain", high["id"], "--account", desk.account).out


def test_live_refuses_without_stop_loss(desk: Office) -> None:
    config = desk.run.folder / "bidctl.toml"
    config.write_text(config.read_text("utf-8").split("[stoploss]")[0], "utf-8")
    for mode in ("live", "approve"):
        refused(desk.run, ["run", "--mode", mode, "--once"], 3, "R-STOPLOSS", "off")
    desk.run.done("run", "--once")


def test_a_second_process_is_refused(desk: Office) -> None:
    desk.enrol_all()
    with sqlite3.connect(desk.run.folder / "bidctl.db") as base:
        base.execute(
            "INSERT OR REPLACE INTO leases (name, owner, fence, until) VALUES ('controller', 'other:1:x', 7, 9e18)"
        )
    base.close()
    for command in (["run", "--once"], ["run", "--mode", "live", "--once"]):
        refused(desk.run, command, 3, "another process", "bidctl.db")
    desk.run.done("plan")  # looking is allowed beside it
    assert desk.written() == []


def test_init_writes_the_file_that_config_names(shell: Terminal) -> None:
    told = shell.done("init", "--config", "mine.toml", "--json").tree
    assert told == {"config": "mine.toml", "key": "mine.key"} and set(files(shell.folder)) == {"mine.toml", "mine.key"}
    shell.done("status", "--config", "mine.toml")


def test_init_never_overwrites(shell: Terminal) -> None:
    shell.done("init")
    before = files(shell.folder)
    refused(shell, ["init"], 2, "bidctl.toml", "exists")
    assert files(shell.folder) == before
    refused(shell, ["init", "--config", "bidctl.toml"], 2, "bidctl.toml", "exists")
    refused(shell, ["init", "bidctl.toml/inside.toml"], 1, "bidctl.toml/inside.key")
    assert files(shell.folder) == before


OTHERS = {
    "plan": (["plan", "keep.csv"], "keep.csv"),
    "report": (["sim", "compare", "steady", "--policy", "hold", "--html", "keep.csv"], "keep.csv"),
    "journal": (["emulate", "qianchuan", "--journal", "keep.csv"], "keep.csv"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_name_given_by_mistake_costs_no_file(shell: Terminal, case: str) -> None:
    command, name = OTHERS[case]
    (shell.folder / name).write_text(TABLE, "utf-8")
    before = files(shell.folder)
    refused(shell, command, 1, name, "something else is there")
    assert files(shell.folder) == before


def test_an_id_that_the_platform_does_not_list_is_told(desk: Office) -> None:
    mine = ("enrol", "--account", desk.account, "--goal", "2", "--campaign", desk.campaigns[0]["id"])
    desk.run.done("connect", "--code", "auth-code-1")
    desk.run.done(*mine)
    desk.run.done("run", "--once")
    assert "not among" not in desk.run.done(*mine).out
    said = desk.run.done(*mine[:-1], "99").out
    assert "1 campaigns enrolled" in said and "99: not among those" in said


def test_a_pipe_is_written_and_never_read(tmp_path: Path) -> None:
    """Looking into it first would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    demand_ours(tmp_path / "pipe", b"x")


def test_a_plan_is_made_anew_in_its_own_place(desk: Office) -> None:
    for _ in range(2):
        desk.run.done("plan", "week.json")


def test_a_journal_that_is_none(shell: Terminal) -> None:
    refused(shell, ["audit", "nowhere.jsonl"], 1, "nowhere.jsonl")
    (shell.folder / "j.jsonl").write_text("hello\n", "utf-8")
    said = shell("audit", "j.jsonl")
    assert said.code == 1 and "j.jsonl:1" in said.out and "Traceback" not in said.err
    refused(shell, ["audit", "j.jsonl", "--ledger", "none.db"], 1, "none.db")


def test_a_bug_of_ours_is_one_line_and_a_log(shell: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*words: object) -> None:
        raise ZeroDivisionError("over\nnothing")

    monkeypatch.setattr("bidctl.cli.common.load", broken)
    said = shell("status")
    assert said.code == 1 and "bug" in said.err and "over nothing" in said.err and len(said.err.splitlines()) == 1
    (log,) = shell.folder.glob("bidctl-bug-*.log")
    assert log.name in said.err and "ZeroDivisionError" in log.read_text("utf-8")
