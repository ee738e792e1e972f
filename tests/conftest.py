"""Fixtures that every test may ask for."""

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes depends on the machine: no deadlines. The gate tries the same examples each time, so that what it says
# of a commit stays true; `make explore` looks for new ones.
settings.register_profile("gate", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))

MEMORY, ROOM = Path("/dev/shm"), 2 * 1024**3
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    os.environ.setdefault(
        "PYTEST_DEBUG_TEMPROOT", str(MEMORY)
    )  # ledgers sync every commit: waiting for a disk tests nothing

pytest.register_assert_rewrite("tests.contracts.ledger_contract")

from tests.fixtures.postgres import migrated, postgres, postgres_ledger_url, postgres_url  # noqa: E402
from tests.long.coverage import pytest_terminal_summary  # noqa: E402

__all__ = ["migrated", "postgres", "postgres_ledger_url", "postgres_url", "pytest_terminal_summary"]
