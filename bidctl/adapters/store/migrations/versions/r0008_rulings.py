"""What people rule on rows put aside: whose amount counts, and who said so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("quarantine", sa.Column("fen", sa.BigInteger, nullable=True))
    op.add_column("quarantine", sa.Column("how", sa.SmallInteger, nullable=True))
    op.create_table(
        "rulings",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("key", "order_id")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("fen", "row")),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("rulings_account", "rulings", ["account"])
