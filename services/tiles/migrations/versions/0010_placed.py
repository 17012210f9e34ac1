"""Counts of placed pixels, and the origin of each pixel of a tile."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column(
        "charges",
        sa.Column(
            "pixels_published",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
            comment="what users was told last",
        ),
    )
    op.create_table(
        "placed_hours",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False, comment="since 1970"),
        sa.Column("colour", sa.SmallInteger(), nullable=False),
        sa.Column("pixels", sa.Integer(), nullable=False, comment="without those that were taken back"),
        sa.CheckConstraint("pixels >= 0", name="pixels"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_placed_hours_canvas_id"),
        sa.PrimaryKeyConstraint("canvas_id", "hour", "colour", name="pk_placed_hours"),
        comment="Pixels placed on a canvas in place mode, by hour and colour.",
    )
    op.create_table(
        "unpublished_charges",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_unpublished_charges_canvas_id"),
        sa.PrimaryKeyConstraint("canvas_id", name="pk_unpublished_charges"),
        comment="Canvases on which artists have placed pixels that users has not been told of.",
    )
    op.create_table(
        "origins",
        sa.Column("tile_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False, comment="see pixels.rules.Origins.pack"),
        sa.ForeignKeyConstraint(["tile_id"], ["tiles.id"], name="fk_origins_tile_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tile_id", name="pk_origins"),
        comment="The version that painted each pixel of a tile; as of `version`, from where its history goes on.",
    )


def downgrade() -> None:
    op.drop_table("origins")
    op.drop_table("unpublished_charges")
    op.drop_table("placed_hours")
    op.drop_column("charges", "pixels_published")
