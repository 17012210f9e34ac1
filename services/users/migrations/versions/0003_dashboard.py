"""Counters of the dashboard, who was active when, what the worker sees, and what the feed shows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ZERO = sa.text("0")


def counter(name: str, comment: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=ZERO, comment=comment)


def upgrade() -> None:
    op.add_column("known_tiles", sa.Column("is_public", sa.Boolean, comment="null until an event told"))
    op.add_column("known_tiles", sa.Column("x", sa.Integer, comment="null until an event told its cell"))
    op.add_column("known_tiles", sa.Column("y", sa.Integer))
    op.add_column("known_canvases", sa.Column("is_public", sa.Boolean, comment="null until an event told"))
    for table, event in (("known_tiles", "tile.created"), ("known_canvases", "canvas.created")):
        op.add_column(
            table,
            sa.Column("created_at", sa.DateTime(timezone=True), comment=f"null until {event} was heard"),
        )
    _index_tiles(drop="creator_id", create="creator_id_tile_id", columns=["creator_id", "tile_id"])
    op.create_table(
        "totals",
        sa.Column("id", sa.SmallInteger, autoincrement=False),
        counter("accounts", "registered and not deleted"),
        counter("canvases"),
        counter("tiles"),
        counter("likes"),
        counter("open_reports", "open or assigned"),
        sa.PrimaryKeyConstraint("id", name="pk_totals"),
        sa.CheckConstraint("id = 1", name=op.f("ck_totals_one_row")),
        comment="What there is now.",
    )
    op.create_table(
        "daily",
        sa.Column("day", sa.Date, comment="UTC, as all days here"),
        counter("accounts", "registered that day"),
        counter("canvases", "made that day"),
        counter("tiles", "made that day"),
        counter("likes", "given that day, also those taken back since"),
        counter("reports", "made that day"),
        counter("active", "artists in active_artists of that day"),
        counter("last_active", "artists in last_active of that day"),
        sa.PrimaryKeyConstraint("day", name="pk_daily"),
        comment="What happened on each day.",
    )
    op.create_table(
        "active_artists",
        sa.Column("day", sa.Date),
        sa.Column("artist_id", sa.BigInteger, autoincrement=False),
        sa.PrimaryKeyConstraint("day", "artist_id", name="pk_active_artists"),
        comment="Who did something that day; kept for some weeks.",
    )
    op.create_table(
        "last_active",
        sa.Column("artist_id", sa.BigInteger, autoincrement=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("before", sa.Date, comment="the day it was until the last change"),
        sa.PrimaryKeyConstraint("artist_id", name="pk_last_active"),
        comment="The last day each artist did something.",
    )
    op.create_table(
        "observations",
        sa.Column("kind", sa.Text),
        sa.Column("name", sa.Text),
        sa.Column("value", sa.BigInteger, comment="messages, viewers; null where nothing is counted"),
        sa.Column("state", sa.Text, nullable=False, comment="ready, or what was wrong"),
        sa.Column("observed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_observations"),
        sa.CheckConstraint("kind IN ('service', 'queue', 'viewers')", name=op.f("ck_observations_kind")),
        comment="What the worker saw when it last looked around; no request looks itself.",
    )
    op.execute(
        "INSERT INTO totals (id, accounts, canvases, tiles, likes, open_reports)"
        " SELECT 1, (SELECT count(*) FROM profiles WHERE is_registered AND status <> 'deleted'),"
        " coalesce(sum(canvases_created), 0), coalesce(sum(tiles_created), 0), coalesce(sum(likes_received), 0),"
        " (SELECT count(*) FROM reports WHERE queue_rank < 2) FROM artist_stats"
    )
    op.execute(
        "INSERT INTO daily (day, accounts) SELECT CAST(joined_at AT TIME ZONE 'UTC' AS date), count(*)"
        " FROM profiles WHERE is_registered GROUP BY 1"
    )


def downgrade() -> None:
    for table in ("observations", "last_active", "active_artists", "daily", "totals"):
        op.drop_table(table)
    _index_tiles(drop="creator_id_tile_id", create="creator_id", columns=["creator_id"])
    for column in ("created_at", "y", "x", "is_public"):
        op.drop_column("known_tiles", column)
    for column in ("created_at", "is_public"):
        op.drop_column("known_canvases", column)


def _index_tiles(*, drop: str, create: str, columns: list[str]) -> None:
    op.drop_index(f"ix_known_tiles_{drop}", "known_tiles")
    op.create_index(
        f"ix_known_tiles_{create}",
        "known_tiles",
        columns,
        postgresql_where=sa.text("NOT is_deleted"),
        postgresql_include=["like_count"],
    )
