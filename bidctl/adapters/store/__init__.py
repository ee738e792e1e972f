"""The store: the ledger, the tokens and their backups in SQLite or PostgreSQL."""

from bidctl.adapters.store.backup import at_work, backup, export, restore
from bidctl.adapters.store.errors import StoreError
from bidctl.adapters.store.ledger import SqlLedger, open_ledger
from bidctl.adapters.store.tally import Tally, count_statements

__all__ = [
    "SqlLedger",
    "StoreError",
    "Tally",
    "at_work",
    "backup",
    "count_statements",
    "export",
    "open_ledger",
    "restore",
]
