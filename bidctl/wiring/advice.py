"""Mode `advise`: an exported table in place of a platform, and neither ledger nor writer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bidctl import catalog
from bidctl.adapters.export import ExportTable, load_columns, read_export
from bidctl.adapters.export.columns import DEFAULT
from bidctl.adapters.qianchuan.reads import CAPABILITIES
from bidctl.config import Settings
from bidctl.engine.advise import AdviceList, Given, advise
from bidctl.engine.replay import Step
from bidctl.engine.replay_table import DayAdvice, replay_table
from bidctl.wiring import rule_settings


def advise_file(
    settings: Settings, file: Path, columns: Path | None, given: Given, policy: str
) -> tuple[ExportTable, AdviceList]:
    """The table of `file` and its advice under the operator's rules. Raises Problem, naming place and what to do."""
    loaded, rules = catalog.load(policy), rule_settings(settings)
    table = _read(file, columns)
    return table, advise(table.rows, given, loaded, CAPABILITIES, rules)


def _read(file: Path, columns: Path | None) -> ExportTable:
    table = read_export(file, load_columns(columns) if columns else DEFAULT)
    table.demand_grid(CAPABILITIES.grid)
    return table


DEFAULT_POLICY = "policies.handbook:Handbook"


def replay_file(
    settings: Settings, file: Path, columns: Path | None, given: Given, policy: str | None, since: date | None,
    until: date | None, step: Step,
) -> list[DayAdvice]:  # fmt: skip
    """The advice that `file` would have given at each of its days' ends. Raises Problem, naming place and what to do."""
    loaded, rules = catalog.load(policy or DEFAULT_POLICY), rule_settings(settings)
    table = _read(file, columns)
    return replay_table(table.rows, given, loaded, CAPABILITIES, rules, since, until, step)
