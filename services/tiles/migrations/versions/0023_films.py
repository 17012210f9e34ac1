"""Films."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

MOMENT = sa.DateTime(timezone=True)
ZERO = sa.text("0")


def upgrade() -> None:
    op.create_table(
        "films",
        sa.Column("id", sa.BigInteger()),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False, comment="of the history that it shows"),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column(
            "step", sa.Integer(), nullable=False, comment="pixels of the canvas for one of the picture"
        ),
        sa.Column("scale", sa.Integer(), nullable=False, comment="how often a pixel is repeated"),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "attempt", sa.Integer(), nullable=False, server_default=ZERO, comment="rises with each; a fence"
        ),
        sa.Column("leased_until", MOMENT, comment="then another worker begins it again"),
        sa.Column("frames", sa.Integer(), comment="null until the changes have been counted"),
        sa.Column("frames_done", sa.Integer(), nullable=False, server_default=ZERO),
        sa.Column(
            "size_bytes", sa.Integer(), nullable=False, server_default=ZERO, comment="of the file so far"
        ),
        sa.Column("failure", sa.Text()),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_films"),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_films_canvas_id"),
        sa.ForeignKeyConstraint(["creator_id"], ["artists.id"], name="fk_films_creator_id"),
        sa.CheckConstraint("format IN ('apng', 'gif', 'webp', 'mp4')", name="format"),
        sa.CheckConstraint("status IN ('waiting', 'drawing', 'ready', 'failed')", name="status"),
        sa.CheckConstraint("(status = 'drawing') = (leased_until IS NOT NULL)", name="lease"),
        sa.CheckConstraint("(status = 'failed') = (failure IS NOT NULL)", name="failure"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.CheckConstraint("size_bytes BETWEEN 0 AND 67108864", name="size_bytes"),
        comment="Histories of canvases as files, which the worker makes and which are kept for a day.",
    )
    op.create_index("ix_films_canvas_id", "films", ["canvas_id"])
    op.create_index("ix_films_creator_id", "films", ["creator_id"])
    op.create_index("ix_films_expires_at", "films", ["expires_at"])
    op.create_index(
        "uq_films_underway",
        "films",
        ["creator_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('waiting', 'drawing')"),
    )
    op.create_table(
        "film_parts",
        sa.Column("film_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("film_id", "number", name="pk_film_parts"),
        sa.ForeignKeyConstraint(["film_id"], ["films.id"], name="fk_film_parts_film_id", ondelete="CASCADE"),
        comment="The files of films, in the order of the numbers.",
    )


def downgrade() -> None:
    op.drop_table("film_parts")
    op.drop_table("films")
