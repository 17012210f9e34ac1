"""How many canvases an artist has made lately, as a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column(
        "artists",
        sa.Column(
            "canvases_taken_until",
            sa.DateTime(timezone=True),
            comment="to when the artist's latest canvases use up their share of a day each; null for none",
        ),
    )


def downgrade() -> None:
    op.drop_column("artists", "canvases_taken_until")
