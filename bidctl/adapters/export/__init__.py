"""Exported tables (.csv, .xlsx) of platforms' consoles, read into report rows."""

from bidctl.adapters.export.columns import ColumnMap, load_columns
from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.table import ExportTable, read_export

__all__ = ["ColumnMap", "ExportTable", "TableError", "load_columns", "read_export"]
