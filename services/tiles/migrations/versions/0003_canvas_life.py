"""Search and sorting of canvases, and the number of their last visible change."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Upgrade."""
    # A trusted extension: the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.add_column(
        "canvases",
        sa.Column(
            "picture_seq",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="number of the last change of what is seen; never ahead of seq",
        ),
    )
    op.add_column(
        "canvases",
        sa.Column(
            "active_minute",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of the last change, since 1970; coarse, so that its index is written once a minute at most",
        ),
    )
    op.add_column(
        "canvases",
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed("lower(name || ' ' || coalesce(description, ''))", persisted=True),
            comment="what a search looks through; begins with the name",
        ),
    )
    op.execute(
        "UPDATE canvases SET picture_seq = seq, active_minute = floor(extract(epoch FROM updated_at) / 60)"
    )
    active = sa.text("is_active")
    op.create_index("ix_canvases_active", "canvases", ["active_minute", "id"], postgresql_where=active)
    op.create_index("ix_canvases_tiles", "canvases", ["tile_count", "id"], postgresql_where=active)
    op.create_index(
        "ix_canvases_search_text",
        "canvases",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )


def downgrade() -> None:
    """Downgrade."""
    op.drop_index("ix_canvases_search_text", "canvases")
    op.drop_index("ix_canvases_tiles", "canvases")
    op.drop_index("ix_canvases_active", "canvases")
    op.drop_column("canvases", "search_text")
    op.drop_column("canvases", "active_minute")
    op.drop_column("canvases", "picture_seq")
    op.execute("DROP EXTENSION pg_trgm")
