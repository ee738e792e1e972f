"""What creatives did by day, and the reserve of new ones."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "creative_facts",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("account", "campaign")),
        sa.Column("day", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("creative", sa.Text, primary_key=True),
        sa.Column("known_at", sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in ("spend", "gmv", "gmv_1h")),
        *(sa.Column(name, sa.Double, nullable=True) for name in ("orders", "orders_1h")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reserve",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("account", "campaign", "name")),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
    )
