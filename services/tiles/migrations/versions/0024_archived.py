"""Archived canvases."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column(
        "canvases",
        sa.Column(
            "is_archived",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="it stays as it is; nobody paints",
        ),
    )


def downgrade() -> None:
    op.drop_column("canvases", "is_archived")
