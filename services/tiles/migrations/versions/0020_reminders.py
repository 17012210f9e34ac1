"""What artists have been reminded of: claims that end, canvases that open and close."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    for table in ("locks", "areas"):
        op.add_column(
            table,
            sa.Column(
                "reminded_of", sa.DateTime(timezone=True), comment="end of which its holder was reminded"
            ),
        )
    op.create_table(
        "canvas_moments",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('opened', 'closed')", name=op.f("ck_canvas_moments_kind")),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_canvas_moments_canvas_id"),
        sa.PrimaryKeyConstraint("canvas_id", "kind", "moment", name="pk_canvas_moments"),
        comment="Openings and closings that were published in the last days.",
    )
    for column in ("starts_at", "ends_at"):
        op.create_index(
            f"ix_canvases_{column}",
            "canvases",
            [column],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )


def downgrade() -> None:
    for column in ("starts_at", "ends_at"):
        op.drop_index(f"ix_canvases_{column}")
    op.drop_table("canvas_moments")
    for table in ("locks", "areas"):
        op.drop_column(table, "reminded_of")
