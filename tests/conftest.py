"""Fixtures that every test may ask for."""

import pytest

pytest.register_assert_rewrite("tests.contracts.ledger_contract")

from tests.fixtures.postgres import migrated, postgres, postgres_ledger_url, postgres_url  # noqa: E402

__all__ = ["migrated", "postgres", "postgres_ledger_url", "postgres_url"]
