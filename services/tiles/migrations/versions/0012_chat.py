"""Chat: messages beside a canvas, and who may not write them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0012"
down_revision = "0011"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_artists_lower_username", "artists", [sa.text("lower(username)")])
    op.add_column(
        "canvases",
        sa.Column(
            "chat", sa.Text(), nullable=False, server_default=sa.text("'everyone'"), comment="who may write"
        ),
    )
    op.create_check_constraint(op.f("ck_canvases_chat"), "canvases", "chat IN ('everyone', 'off')")
    op.create_table(
        "chats",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
            comment="of the last message or removal",
        ),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_chats_canvas_id"),
        sa.PrimaryKeyConstraint("canvas_id", name="pk_chats"),
        comment="Held by whoever writes or removes a message, so that painting never waits for chat.",
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            comment="in the canvas's chat; a new one when it is removed",
        ),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), comment="null once removed"),
        sa.Column("mentions", ARRAY(sa.BigInteger()), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("char_length(text) BETWEEN 1 AND 500", name=op.f("ck_messages_text")),
        sa.ForeignKeyConstraint(["canvas_id"], ["chats.canvas_id"], name="fk_messages_canvas_id"),
        sa.ForeignKeyConstraint(["author_id"], ["artists.id"], name="fk_messages_author_id"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("canvas_id", "seq", name="uq_messages_seq"),
        comment="What artists write beside a canvas; kept for a month.",
    )
    op.create_index("ix_messages_canvas_id_id", "messages", ["canvas_id", "id"])
    op.create_index("ix_messages_author_id_created_at", "messages", ["author_id", "created_at"])
    op.create_index("ix_messages_created_at", "messages", ["created_at"])
    op.create_table(
        "mutes",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("until", MOMENT, comment="null: for good; a mute past it is none"),
        sa.Column("reason", sa.Text()),
        sa.Column("muted_by", sa.BigInteger(), nullable=False),
        sa.Column("muted_at", MOMENT, nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("char_length(reason) <= 200", name=op.f("ck_mutes_reason")),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_mutes_canvas_id"),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_mutes_artist_id"),
        sa.ForeignKeyConstraint(["muted_by"], ["artists.id"], name="fk_mutes_muted_by"),
        sa.PrimaryKeyConstraint("canvas_id", "artist_id", name="pk_mutes"),
        comment="Artists who may not write on a canvas.",
    )
    op.create_index("ix_mutes_artist_id", "mutes", ["artist_id"])


def downgrade() -> None:
    op.drop_table("mutes")
    op.drop_table("messages")
    op.drop_table("chats")
    op.drop_constraint(op.f("ck_canvases_chat"), "canvases")
    op.drop_column("canvases", "chat")
    op.drop_index("ix_artists_lower_username", "artists")
