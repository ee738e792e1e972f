"""Our stop-loss pauses in a table of their own, so that the transaction which stores an outcome can mark them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "pauses",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("account", "campaign")),
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in ("paused_at", "enabled_at")),
        *(sa.Column(name, sa.Double, nullable=False) for name in ("spend", "gmv", "orders")),
    )
    op.execute(
        "INSERT INTO pauses (account, campaign, paused_at, spend, gmv, orders) "
        "SELECT account, campaign, paused_by_us_at, 0, 0, 0 FROM lives WHERE paused_by_us_at IS NOT NULL"
    )
    op.drop_column("lives", "paused_by_us_at")
