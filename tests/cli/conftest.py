"""An operator's folder beside an emulated platform."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from tests.cli.office import Office, Terminal, office


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """Five campaigns whose targets are far off; nothing authorised or enrolled yet."""
    with office(tmp_path) as made:
        yield made


@pytest.fixture
def shell(tmp_path: Path) -> Terminal:
    """Commands in an empty folder."""
    return Terminal(tmp_path)


@pytest.fixture(autouse=True)
def _impatient() -> Iterator[None]:
    """Reads are repeated without waiting: how long is the business of the client's own tests."""
    with stamina.set_testing(True, attempts=2):
        yield
