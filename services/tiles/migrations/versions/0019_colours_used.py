"""Which colours of a canvas's palette have been used, so that the others may be changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "canvases",
        sa.Column(
            "colours_used",
            postgresql.BIT(256),
            comment="bit n: colour n has been used, in a picture or a template; null: any may have been",
        ),
    )
    op.create_check_constraint(
        op.f("ck_canvases_colours_used"),
        "canvases",
        "position(B'1' IN substring(colours_used FROM cardinality(palette) + 2)) = 0",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_canvases_colours_used"), "canvases")
    op.drop_column("canvases", "colours_used")
