"""Artists whom artists ignore."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "ignores",
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("ignored_id", sa.BigInteger(), nullable=False),
        sa.Column("ignored_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("artist_id <> ignored_id", name=op.f("ck_ignores_not_oneself")),
        sa.ForeignKeyConstraint(["artist_id"], ["profiles.id"], name="fk_ignores_artist_id"),
        sa.ForeignKeyConstraint(["ignored_id"], ["profiles.id"], name="fk_ignores_ignored_id"),
        sa.PrimaryKeyConstraint("artist_id", "ignored_id", name="pk_ignores"),
        comment="Artists whose messages an artist does not see.",
    )
    op.create_index("ix_ignores_ignored_id", "ignores", ["ignored_id"])


def downgrade() -> None:
    op.drop_table("ignores")
