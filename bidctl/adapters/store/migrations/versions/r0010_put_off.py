"""A write may be `put_off`: no table changes, but an older program does not know the word and must not read it."""

from __future__ import annotations

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Nothing to change."""
