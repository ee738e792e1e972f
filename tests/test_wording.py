"""Every text an operator reads exists in Chinese and English: phrases, reasons, alerts, names, commands; a missing half fails."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import pkgutil
import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import bidctl
import sim
from bidctl.adapters.store.words import Say as StoreSay
from bidctl.audit.report import Clause
from bidctl.catalog import load as load_policy
from bidctl.cli import COMMANDS, cli
from bidctl.cli.orders import COMMANDS as ORDERS_COMMANDS
from bidctl.cli.settlement import COMMANDS as SETTLEMENT_COMMANDS
from bidctl.cli.sim import COMMANDS as SIM_COMMANDS
from bidctl.domain import names
from bidctl.domain.reasons import ALERT_WORDING, WORDING, Alert, Reason
from bidctl.engine.ports import ReadFailed
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import Phrases, Wording
from tests.cli.office import Terminal

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
IN_ENGLISH = ("拿量", "均衡", "保利", "消耗", "目标ROI")
"""What an English text may say in Chinese: words the operator has to type."""
LOOK_ALIKE = {"POLICIES_FOUND", "WRONG_VALUE", "DATABASE", "NO_FILE", "CHANGED", "POLICY_TEXT"}
"""Phrases of values alone."""


def modules() -> Iterator[str]:
    for package in (bidctl, sim):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith(("__main__", "fit_figures", "migrations.env")):
                yield found.name


def phrases() -> list[Phrases]:
    for name in modules():
        if name.endswith(".words"):
            importlib.import_module(name)
    return [phrase for package in Phrases.__subclasses__() for phrase in package]


PHRASES = phrases()


def bilingual(zh: str, en: str) -> bool:
    foreign = en
    for word in IN_ENGLISH:
        foreign = foreign.replace(word, "")
    return bool(CHINESE.search(zh)) and bool(re.search("[A-Za-z]", en)) and not CHINESE.search(foreign)


def holes(text: str) -> Counter[str]:
    """The values a phrase takes, with how they are printed."""
    return Counter(
        f"{name}!{turned}:{spec}" for _, name, spec, turned in string.Formatter().parse(text) if name is not None
    )


def test_there_are_phrases_of_every_package() -> None:
    packages = {type(p).__module__ for p in PHRASES}
    assert {
        "bidctl.words",
        "bidctl.cli.words",
        "bidctl.adapters.store.words",
        "bidctl.adapters.qianchuan.words",
    } <= packages
    assert len(PHRASES) > 200


def test_a_phrase_says_the_same_in_both_languages() -> None:
    assert [p.name for p in PHRASES if not bilingual(p.zh, p.en) and p.name not in LOOK_ALIKE] == []
    # the same values, so that a line of both can be taken apart
    assert [p.name for p in PHRASES if holes(p.zh) != holes(p.en)] == []
    assert [p.name for p in PHRASES if p.zh.count(" / ") != p.en.count(" / ")] == []
    assert [p.name for p in PHRASES for text in (p.zh, p.en) if "\n" in text or not text.strip()] == []


def test_a_code_means_one_phrase_and_goes_with_its_values() -> None:
    codes = Counter(p.code for p in PHRASES)
    assert [code for code, count in codes.items() if count > 1] == []
    with pytest.raises(UsageProblem) as refused:
        load_policy("nowhere")
    assert refused.value.told.code == "POLICY_NAME" and refused.value.told.values["reference"] == "nowhere"
    assert Problem(StoreSay.NO_LEDGER_FILE(file="x.db")).told.code == "adapters.store.NO_LEDGER_FILE"


def test_no_phrase_is_left_over() -> None:
    source = "\n".join(p.read_text("utf-8") for p in [*ROOT.glob("bidctl/**/*.py"), *ROOT.glob("sim/**/*.py")])
    unused = {p.code for p in PHRASES if f"Say.{p.name}" not in source}
    assert unused == set()


@pytest.mark.parametrize(
    ("kind", "table"), [(Reason, WORDING), (Alert, ALERT_WORDING), *((type(next(iter(t))), t) for t in names.TABLES)]
)
def test_what_is_stored_by_code_has_a_name(kind: type, table: dict) -> None:  # type: ignore[type-arg]
    assert {k for k in kind if k.name not in {"NO"}} <= set(table) or (table is WORDING and set(kind) <= set(table))  # type: ignore[attr-defined]
    assert all(bilingual(w.zh, w.en) for w in table.values())


def test_clauses_of_the_audit() -> None:
    assert all(bilingual(c.words.zh, c.words.en) for c in Clause)


def shorts() -> Iterator[tuple[str, str]]:
    """What lists of commands say of each."""
    for table in (COMMANDS, SIM_COMMANDS, ORDERS_COMMANDS, SETTLEMENT_COMMANDS):
        yield from ((name, short) for name, (_, short) in table.items())


def helps(command: click.Command = cli, name: str = "bidctl") -> Iterator[tuple[str, str]]:
    """Every text of help, of commands within commands too."""
    yield name, " ".join((command.help or "").split())
    for option in command.params:
        if isinstance(option, click.Option) and not option.is_eager:
            yield f"{name} {option.name}", option.help or ""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from helps(found, f"{name} {child}")


def test_help_is_a_line_of_both_languages() -> None:
    halves = [(where, Wording.read(text)) for where, text in [*helps(), *shorts()]]
    assert len(halves) > 100
    assert [(where, half) for where, half in halves if half.zh == half.en or not bilingual(half.zh, half.en)] == []


def test_help_is_shown_in_one_language(tmp_path: Path) -> None:
    for words in ([], *([command] for command in COMMANDS)):
        shown = {lang: Terminal(tmp_path).done(*words, "--help", BIDCTL_LANG=lang).out for lang in ("zh", "en")}
        assert not re.search("Usage|Options|Commands|default|required|Show", shown["zh"]), shown["zh"]
        assert shown["en"].startswith("Usage") and "用法" not in shown["en"]
        assert " / " not in shown["zh"] + shown["en"]


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            yield (function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")), node


def literal(node: ast.expr) -> str | None:
    """The text of a literal, the values of an f-string left out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(v.value for v in node.values if isinstance(v, ast.Constant) and isinstance(v.value, str))
    return None


SOURCES = sorted((ROOT / "bidctl").rglob("*.py"))


def test_pairs_in_the_code_are_pairs() -> None:
    """`shell.say(zh, en)`, `shell.text(zh, en)`, `Wording(zh, en)`: the first is Chinese, the second English."""
    odd, seen = [], 0
    for path in SOURCES:
        for name, call in calls(ast.parse(path.read_text("utf-8"))):
            pair = [literal(a) for a in call.args] if name in {"say", "text", "Wording", "Words"} else []
            if len(pair) == 2 and pair[0] is not None and pair[1] is not None and pair[0] != pair[1]:
                seen += 1
                if not bilingual(pair[0], pair[1]):
                    odd.append((path.name, call.lineno, *pair))
    assert odd == [] and seen > 150


def test_errors_for_people_are_phrases() -> None:
    """No error for people is built from a bare text in one language."""
    kinds = {k.__name__ for k in subclasses(Problem) | subclasses(ReadFailed)}
    odd = [
        (path.name, call.lineno)
        for path in SOURCES
        for name, call in calls(ast.parse(path.read_text("utf-8")))
        if name in kinds and call.args and literal(call.args[0]) is not None
    ]
    assert odd == []


def subclasses(kind: type) -> set[type]:
    return {kind} | {deeper for child in kind.__subclasses__() for deeper in subclasses(child)}


def test_a_line_of_both_can_be_taken_apart_whatever_is_put_in() -> None:
    inner = Wording("平台说 a / b", "the platform said a / b")
    for value in ("plain", "a / b", "甲 / 乙", inner):
        zh = f"读取 {value.zh if isinstance(value, Wording) else value}"
        en = f"read {value.en if isinstance(value, Wording) else value}"
        assert Wording.read(Wording(zh, en).both) == Wording(zh, en)
    assert Wording.read("only one / language").zh == "only one / language"
