"""How often each reason held, so that old holds can be compacted away. Counting starts from the holds stored so far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "hold_counts",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("account", "mode", "day")),
        sa.Column("reason", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("count", sa.BigInteger, nullable=False),
    )
    op.execute(
        "INSERT INTO hold_counts (account, mode, day, reason, count) "
        "SELECT account, mode, '', reason, COUNT(*) FROM decisions WHERE field IS NULL GROUP BY account, mode, reason"
    )
