"""Profiles, follows, and the projection that stats are counted from."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ZERO = sa.text("0")
NOW = sa.func.now()


def upgrade() -> None:
    # A trusted extension: the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "profiles",
        sa.Column("id", sa.BigInteger, autoincrement=False, comment="the account's id in auth"),
        sa.Column("username", sa.Text, nullable=False, comment="auth keeps names unique; this is its copy"),
        sa.Column("display_name", sa.Text, comment="null until the artist chose one"),
        sa.Column("bio", sa.Text),
        sa.Column("avatar_color", sa.Text, comment="null until the artist chose one"),
        sa.Column(
            "version", sa.Integer, nullable=False, server_default=ZERO, comment="rises with every change"
        ),
        sa.Column("followers", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("following", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column(
            "search_text",
            sa.Text,
            sa.Computed("lower(username || ' ' || coalesce(display_name, ''))", persisted=True),
            comment="what a search looks through; begins with the username",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
        sa.CheckConstraint(
            "char_length(display_name) BETWEEN 1 AND 50", name=op.f("ck_profiles_display_name")
        ),
        sa.CheckConstraint("char_length(bio) <= 500", name=op.f("ck_profiles_bio")),
        sa.CheckConstraint("avatar_color ~ '^#[0-9a-f]{6}$'", name=op.f("ck_profiles_avatar_color")),
        sa.CheckConstraint("followers >= 0 AND following >= 0", name=op.f("ck_profiles_follow_counts")),
        comment="Made by the first token seen or by account.registered, whichever is first.",
    )
    op.create_index("ix_profiles_lower_username", "profiles", [sa.text("lower(username)")])
    op.create_index(
        "ix_profiles_search_text",
        "profiles",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.BigInteger, nullable=False),
        sa.Column("followee_id", sa.BigInteger, nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name="pk_follows"),
        sa.ForeignKeyConstraint(["follower_id"], ["profiles.id"], name="fk_follows_follower_id"),
        sa.ForeignKeyConstraint(["followee_id"], ["profiles.id"], name="fk_follows_followee_id"),
        sa.CheckConstraint("follower_id <> followee_id", name=op.f("ck_follows_not_oneself")),
    )
    op.create_index("ix_follows_followee_id_follower_id", "follows", ["followee_id", "follower_id"])
    op.create_table(
        "artist_stats",
        sa.Column("artist_id", sa.BigInteger, autoincrement=False),
        sa.Column("tiles_created", sa.Integer, nullable=False, server_default=ZERO),
        sa.Column("likes_received", sa.BigInteger, nullable=False, server_default=ZERO),
        sa.Column("canvases_created", sa.Integer, nullable=False, server_default=ZERO),
        sa.PrimaryKeyConstraint("artist_id", name="pk_artist_stats"),
        sa.CheckConstraint(
            "tiles_created >= 0 AND likes_received >= 0 AND canvases_created >= 0",
            name=op.f("ck_artist_stats_not_negative"),
        ),
        comment="Sums over known_tiles and known_canvases. No profile is needed: events may be quicker.",
    )
    for counter in ("likes_received", "tiles_created"):
        op.create_index(f"ix_artist_stats_{counter}_artist_id", "artist_stats", [counter, "artist_id"])
    op.create_table(
        "known_tiles",
        sa.Column("tile_id", sa.BigInteger, autoincrement=False),
        sa.Column("canvas_id", sa.BigInteger, nullable=False),
        sa.Column("creator_id", sa.BigInteger, nullable=False),
        sa.Column("like_count", sa.Integer, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger,
            nullable=False,
            comment="of the newest event heard, in its canvas's sequence",
        ),
        sa.PrimaryKeyConstraint("tile_id", name="pk_known_tiles"),
        sa.ForeignKeyConstraint(["creator_id"], ["artist_stats.artist_id"], name="fk_known_tiles_creator_id"),
        sa.CheckConstraint("like_count >= 0", name=op.f("ck_known_tiles_like_count")),
        comment="Each tile as its newest event left it.",
    )
    op.create_index(
        "ix_known_tiles_creator_id",
        "known_tiles",
        ["creator_id"],
        postgresql_where=sa.text("NOT is_deleted"),
        postgresql_include=["like_count"],
    )
    op.create_table(
        "known_canvases",
        sa.Column("canvas_id", sa.BigInteger, autoincrement=False),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False, comment="of the newest event heard"),
        sa.PrimaryKeyConstraint("canvas_id", name="pk_known_canvases"),
        sa.ForeignKeyConstraint(["owner_id"], ["artist_stats.artist_id"], name="fk_known_canvases_owner_id"),
        comment="Each canvas as its newest event left it.",
    )
    op.create_index(
        "ix_known_canvases_owner_id",
        "known_canvases",
        ["owner_id"],
        postgresql_where=sa.text("NOT is_deleted"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True)),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("routing_key", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 5000},
    )
    op.create_table(
        "inbox",
        sa.Column("message_id", sa.Uuid),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.PrimaryKeyConstraint("message_id", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"], postgresql_using="brin")


def downgrade() -> None:
    for table in (
        "inbox",
        "outbox",
        "known_canvases",
        "known_tiles",
        "artist_stats",
        "follows",
        "profiles",
    ):
        op.drop_table(table)
    op.execute("DROP EXTENSION pg_trgm")
