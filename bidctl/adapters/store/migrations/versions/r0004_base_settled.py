"""When a day's return to the base budget came to its end: it is tried until then, through holds, refusals and restarts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("lives", sa.Column("base_settled_at", sa.BigInteger, nullable=True))
