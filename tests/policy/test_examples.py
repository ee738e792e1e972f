"""Examples in docstrings run."""

from __future__ import annotations

import doctest
from types import ModuleType

import pytest

from bidctl.domain import values
from bidctl.policy import maths
from bidctl.policy.rulebook import floor
from bidctl.policy.rulebook import settings as numbers


@pytest.mark.parametrize("module", [values, maths, floor, numbers], ids=lambda module: module.__name__)
def test_examples_run(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
