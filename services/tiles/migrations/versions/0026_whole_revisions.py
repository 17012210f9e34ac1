"""Finding the newest whole picture of a tile up to a change, however many changes came later."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index(
        "ix_revisions_whole",
        "revisions",
        ["tile_id", "seq"],
        postgresql_where=sa.text("pixels IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_revisions_whole", table_name="revisions")
