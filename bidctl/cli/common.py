"""Options every command takes, and how commands print: tables for people, JSON for machines."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from bidctl.cli.language import language
from bidctl.config import Settings, load
from bidctl.wording import LANGUAGES, Wording

F = TypeVar("F", bound=Callable[..., Any])
K = TypeVar("K", bound=Enum)
ACCOUNT_ZONE = ZoneInfo("Asia/Shanghai")
"""Natural days of Qianchuan accounts."""


@dataclass(frozen=True, slots=True)
class Shell:
    """What a command was called with: settings, `--json`, language."""

    settings: Settings
    as_json: bool
    lang: str

    def say(self, zh: str, en: str) -> None:
        """A line for a person; silent under `--json`."""
        if not self.as_json:
            click.echo(zh if self.lang == "zh" else en)

    def text(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def told(self, both: str) -> str:
        """The half of a line of both languages that this person reads."""
        return Wording.read(both).text(self.lang)

    def name(self, names: Mapping[K, Wording], value: K | None) -> str:
        """How people call a value of the machine's; its own name under `--json`."""
        if value is None:
            return ""
        if self.as_json:
            return value.value if isinstance(value.value, str) else value.name.lower()
        return names[value].text(self.lang)

    def when(self, at: datetime | None) -> str:
        """An instant in the accounts' time zone; exact and with its offset under `--json`."""
        if at is None:
            return self.text("从未", "never")
        local = at.astimezone(ACCOUNT_ZONE)
        return local.isoformat() if self.as_json else f"{local:%Y-%m-%d %H:%M}"

    def rows(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], keys: Sequence[str]) -> None:
        """A table, or with `--json` a list of objects under `keys`."""
        if self.as_json:
            click.echo(json.dumps([dict(zip(keys, row, strict=True)) for row in rows], ensure_ascii=False, default=str))
            return
        from bidctl.cli.layout import show

        show(title, columns, rows, terminal=os.isatty(1))

    def data(self, value: object) -> None:
        """One JSON document, under `--json` only."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, default=str))


def rounded(value: float) -> float | None:
    """A number for tables and JSON, to the hundredth; None where it is not known (NaN)."""
    return None if math.isnan(value) else round(float(value), 2)


class Reals(click.FloatRange):
    """A range of numbers; what is no number, or has no end, lies in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not in the range {self._describe_range()}", param, ctx)
        return number


SEED = click.IntRange(0, 2**64 - 1)
json_option = click.option("--json", "as_json", is_flag=True, help="输出 JSON, 供程序读取 / Print JSON for machines.")
spoken_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), expose_value=False, help="显示语言 / Language of what is printed."
)
"""Checked here, read by `language`: errors and help need it before a command is understood."""


of_advertiser = click.option("--account", required=True, help="广告账户ID / Advertiser id.")
last_days = click.option(
    "--days",
    type=click.IntRange(1, 41),
    default=7,
    show_default=True,
    help="到今天为止的天数 / Natural days up to today.",
)
"""`--account` and `--days` of a report on what the ledger has recorded."""


def table_of(name: str, says: str) -> Callable[[F], F]:
    """`--NAME FILE`: a table of the operator's in place of the one that `[tables]` names."""
    return click.option(f"--{name}", type=click.Path(path_type=Path), help=says)


def options(command: F) -> F:
    """`--config`, `--json`, `--lang`, handed to the command as one `Shell`."""
    import functools

    @functools.wraps(command)
    def wrapped(config: Path | None, as_json: bool, **words: Any) -> Any:
        settings, lang = load(config), language()
        run = settings.run.model_copy(update={"language": lang})  # notices speak it too
        return command(Shell(settings.model_copy(update={"run": run}), as_json, lang), **words)

    for add in (
        spoken_option,
        json_option,
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            help="配置文件 (bidctl.toml) / Configuration file (bidctl.toml).",
        ),
    ):
        wrapped = add(wrapped)
    return wrapped  # type: ignore[return-value]
