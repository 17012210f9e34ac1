"""Shrunk copies of parts of canvases, for views from afar."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("x", sa.Integer(), nullable=False, comment="counted in blocks from the left"),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column(
            "fingerprint",
            sa.BigInteger(),
            nullable=False,
            comment="of ids and versions of the tiles it shows",
        ),
        sa.Column("copy", sa.LargeBinary(), nullable=False, comment="compressed RGBA, an eighth of the size"),
        sa.PrimaryKeyConstraint("canvas_id", "x", "y", name="pk_blocks"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_blocks_canvas_id"),
        comment="Shrunk copies of blocks of 512 x 512 pixels; one with another fingerprint is drawn again.",
    )


def downgrade() -> None:
    op.drop_table("blocks")
