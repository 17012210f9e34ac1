"""Strokes that one process hands over to another."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column(
            "outcomes",
            sa.JSON,
            nullable=False,
            comment="of its strokes, for the process that handed them over",
        ),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        comment=(
            "Strokes that one process handed to another, by letter; whoever writes one records it, so once."
        ),
    )
    op.create_index("ix_letters_written_at", "letters", ["written_at"], postgresql_using="brin")


def downgrade() -> None:
    op.drop_table("letters")
