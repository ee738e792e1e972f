"""A fit's past: from the ledger, or from an exported table."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.export import load_columns, read_export
from bidctl.adapters.export.columns import DEFAULT
from bidctl.config import Settings
from bidctl.wiring.replay import recorded, with_ledger
from sim.past import Past
from sim.past_of_ledger import past_of_ledger
from sim.past_of_table import past_of_table


def ledger_past(settings: Settings, file: Path | None, account: str | None) -> Past:
    """What the ledger (of `file`, else the configured one) recorded of an account. Raises Problem."""
    history = recorded(with_ledger(settings, file), account)
    return past_of_ledger(history, str(history.account))


def table_past(file: Path, columns: Path | None) -> Past:
    """What an export tells. Raises Problem, naming place and what to do."""
    table = read_export(file, load_columns(columns) if columns else DEFAULT)
    return past_of_table(table.rows, str(file))
