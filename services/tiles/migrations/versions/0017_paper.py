"""The colour of a canvas's paper, on which everyone sees the same picture."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "canvases",
        sa.Column(
            "paper_color",
            sa.Text(),
            nullable=False,
            server_default="#ffffff",
            comment="what shows where pixels are transparent",
        ),
    )
    op.create_check_constraint(op.f("ck_canvases_paper_color"), "canvases", "paper_color ~ '^#[0-9a-f]{6}$'")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_canvases_paper_color"), "canvases")
    op.drop_column("canvases", "paper_color")
