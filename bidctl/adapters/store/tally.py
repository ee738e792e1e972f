"""Counting what the store costs: statements, rows fetched, rows sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event


@dataclass(slots=True)
class Tally:
    """What passed while counting. `statements`: calls of the driver, those that begin a transaction not among them, a bulk call
    counts once.
    `rows_read`: rows fetched by the store. `rows_written`: parameter sets of bulk calls and single changes."""

    statements: int = 0
    rows_read: int = 0
    rows_written: int = 0


@contextmanager
def count_statements(engine: Engine) -> Iterator[Tally]:
    """Counts everything that passes through `engine` inside the block.

    >>> with count_statements(ledger.engine) as tally: ...  # doctest: +SKIP
    """
    tally = Tally()

    def executed(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> None:
        tally.statements += 1
        if statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            tally.rows_written += len(parameters) if executemany else 1

    event.listen(engine, "before_cursor_execute", executed)
    engine.update_execution_options(tally=tally)
    try:
        yield tally
    finally:
        engine.update_execution_options(tally=None)
        event.remove(engine, "before_cursor_execute", executed)
