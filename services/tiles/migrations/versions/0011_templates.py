"""Templates: pictures to paint by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "templates",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False, comment="random; who has it may see the template"),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "slot", sa.SmallInteger(), nullable=False, comment="one of those that an artist has on a canvas"
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "x", sa.Integer(), nullable=False, comment="pixel; negative where it reaches beyond the canvas"
        ),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("pixels", sa.Integer(), nullable=False, comment="that are not transparent"),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column(
            "indices", sa.LargeBinary(), nullable=False, comment="row-major palette indices, zlib-compressed"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("slot BETWEEN 1 AND 20", name="slot"),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 100", name="name_length"),
        sa.CheckConstraint(
            "width BETWEEN 1 AND 8192 AND height BETWEEN 1 AND 8192 AND width * height <= 1048576",
            name="size",
        ),
        sa.CheckConstraint(
            "x BETWEEN -width + 1 AND 8191 AND y BETWEEN -height + 1 AND 8191", name="position"
        ),
        sa.CheckConstraint("pixels BETWEEN 1 AND width * height", name="pixels"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_templates_canvas_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["artists.id"], name="fk_templates_creator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_templates"),
        sa.UniqueConstraint("slug", name="uq_templates_slug"),
        sa.UniqueConstraint("canvas_id", "creator_id", "slot", name="uq_templates_canvas_id_creator_id_slot"),
        comment="Pictures to paint by, laid over a canvas.",
    )
    op.create_index("ix_templates_canvas_id_id", "templates", ["canvas_id", "id"])
    op.create_index("ix_templates_creator_id", "templates", ["creator_id"])


def downgrade() -> None:
    op.drop_table("templates")
