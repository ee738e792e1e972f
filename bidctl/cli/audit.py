"""`audit`: judge a platform journal by the rulebook, in code that shares nothing with the engine."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.cli.common import Shell, options


@click.command()
@click.argument("journal", type=click.Path(path_type=Path))
@click.option("--ledger", "ledger_path", type=click.Path(path_type=Path), help="bidctl's database, for clause 5.5. 账本")
@options
def audit(shell: Shell, journal: Path, ledger_path: Path | None) -> None:
    """Check clauses 5.1 to 5.5 of the rulebook on a platform's JOURNAL; exit code 1 where one is broken."""
    pass
