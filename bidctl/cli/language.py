"""The language people are spoken to, also before a command has been understood, and help in that language."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from bidctl.wording import LANGUAGES, Wording

CLICK = {
    "Usage:": "用法:",
    "Options": "选项",
    "Commands": "命令",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "[default: ": "[默认: ",
    "(required)": "(必填)",
    "[required]": "[必填]",
    "; required]": "; 必填]",
    "Show this message and exit.": "显示本说明",
    "Show the version and exit.": "显示版本",
}
"""The few words that click itself says in help."""


def language(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> str:
    """`zh` or `en`: the call's `--lang`, then `BIDCTL_LANG`, then `language` of the configuration, then Chinese. `words` of
    the call default to this process's. What cannot be read counts as not said: its own error is told elsewhere."""
    said = sys.argv[1:] if words is None else words
    told = (_option(said, "--lang"), environ.get("BIDCTL_LANG"), environ.get("BIDCTL_RUN__LANGUAGE"))
    return next((t for t in told if t in LANGUAGES), None) or _configured(said, environ) or "zh"


def _option(words: Sequence[str], name: str) -> str | None:
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == "--":
            return None
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _configured(words: Sequence[str], environ: Mapping[str, str]) -> str | None:
    file = _option(words, "--config") or environ.get("BIDCTL_CONFIG") or "bidctl.toml"
    with suppress(OSError, ValueError, KeyError, TypeError):
        found = tomllib.loads(Path(file).read_text("utf-8-sig"))["run"]["language"]
        return found if found in LANGUAGES else None
    return None


class Help(click.HelpFormatter):
    """Help in one language: our texts are lines of both, click's own words are few."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _spoken(args), prefix=_spoken("Usage:") + " ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_spoken(heading))

    def write_text(self, text: str) -> None:
        super().write_text(_half(" ".join(text.split())))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(term, _spoken(_half(text))) for term, text in rows], col_max, col_spacing)


class Context(click.Context):
    formatter_class = Help


def _half(text: str) -> str:
    """One language of a line of both; click hangs `[default: ...]` on its end."""
    ours, bracket = re.fullmatch(r"(.*?)(  \[[^\[]*\])?", text, re.DOTALL).groups()  # type: ignore[union-attr]
    return Wording.read(ours).text(language()) + (bracket or "")


def _spoken(text: str) -> str:
    if language() == "zh":
        for theirs, ours in CLICK.items():
            text = text.replace(theirs, ours)
    return text
