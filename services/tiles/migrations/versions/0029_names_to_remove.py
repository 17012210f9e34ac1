"""Artists who left, whose names the journal may still show: all of them so far."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    op.create_table(
        "names_to_remove",
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("is_last", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.PrimaryKeyConstraint("artist_id", name="pk_names_to_remove"),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_names_to_remove_artist_id"),
        comment="Artists who left, and when their names are removed from the journal, the last time or not.",
    )
    op.execute("INSERT INTO names_to_remove (artist_id) SELECT id FROM artists WHERE status = 'deleted'")


def downgrade() -> None:
    op.drop_table("names_to_remove")
