"""Where the first fetch of a shop began; 0 of fetches whose begin was not noted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("syncs", sa.Column("since", sa.BigInteger, nullable=False, server_default="0"))
