"""How far a shop's orders, refunds and bills have been fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "syncs",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("account", "source")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("until", "begun_at")),
    )
