"""Fixtures that every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("bidctl", deadline=None)  # how long an example takes depends on the machine
settings.load_profile("bidctl")

MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault(
        "PYTEST_DEBUG_TEMPROOT", str(MEMORY)
    )  # ledgers sync every commit: waiting for a disk tests nothing

pytest.register_assert_rewrite("tests.contracts.ledger_contract")

from tests.fixtures.postgres import migrated, postgres, postgres_ledger_url, postgres_url  # noqa: E402
from tests.long.coverage import pytest_terminal_summary  # noqa: E402

__all__ = ["migrated", "postgres", "postgres_ledger_url", "postgres_url", "pytest_terminal_summary"]
