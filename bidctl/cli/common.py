"""Options every command takes, and how commands print: tables for people, JSON for machines."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from bidctl.config import Settings, load

F = TypeVar("F", bound=Callable[..., Any])
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
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
        Console(width=None if os.isatty(1) else 160).print(table)

    def data(self, value: object) -> None:
        """One JSON document, under `--json` only."""
        if self.as_json:
            click.echo(json.dumps(value, ensure_ascii=False, default=str))


def options(command: F) -> F:
    """`--config`, `--json`, `--lang`, handed to the command as one `Shell`."""
    import functools

    @functools.wraps(command)
    def wrapped(config: Path | None, as_json: bool, lang: str | None, **words: Any) -> Any:
        settings = load(config)
        spoken = lang or os.environ.get("BIDCTL_LANG") or settings.run.language
        return command(Shell(settings, as_json, "en" if spoken == "en" else "zh"), **words)

    for add in (
        click.option("--lang", type=click.Choice(["zh", "en"]), help="Language of what is printed. 语言"),
        click.option("--json", "as_json", is_flag=True, help="Print JSON for machines. 机器可读"),
        click.option("--config", type=click.Path(path_type=Path), help="Configuration file [bidctl.toml]. 配置文件"),
    ):
        wrapped = add(wrapped)
    return wrapped  # type: ignore[return-value]
