"""Mode `advise`: an exported table in place of a platform, and neither ledger nor writer."""

from __future__ import annotations

from pathlib import Path

from bidctl import catalog
from bidctl.adapters.export import ExportTable, load_columns, read_export
from bidctl.adapters.export.columns import DEFAULT
from bidctl.adapters.qianchuan.reads import CAPABILITIES
from bidctl.config import Settings
from bidctl.engine.advise import AdviceList, Given, advise
from bidctl.wiring import rule_settings


def advise_file(
    settings: Settings, file: Path, columns: Path | None, given: Given, policy: str
) -> tuple[ExportTable, AdviceList]:
    """The table of `file` and its advice under the operator's rules. Raises Problem, naming place and what to do."""
    loaded, rules = catalog.load(policy), rule_settings(settings)
    table = read_export(file, load_columns(columns) if columns else DEFAULT)
    return table, advise(table.rows, given, loaded, CAPABILITIES, rules)
