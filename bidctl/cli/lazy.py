"""A group whose commands live in modules that are imported on use, so that help answers at once."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

import click

from bidctl.cli.language import Context


def lazy(commands: Mapping[str, tuple[str, str]]) -> type[click.Group]:
    """A group of `commands`: name -> (module:function, help text in both languages); help speaks the caller's language."""

    class Lazy(click.Group):
        context_class = Context

        def list_commands(self, ctx: click.Context) -> list[str]:
            return list(commands)

        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
            if cmd_name not in commands:
                return None
            module, _, name = commands[cmd_name][0].partition(":")
            command: click.Command = getattr(importlib.import_module(module), name)
            command.context_class = Context
            return command

        def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
            with formatter.section("Commands"):
                formatter.write_dl([(name, text) for name, (_, text) in commands.items()])

    return Lazy
