"""Notices of what concerns an artist."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "notice_boxes",
        sa.Column("recipient_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
            comment="of the newest notice",
        ),
        sa.Column(
            "read_seq",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
            comment="up to which all are read",
        ),
        sa.CheckConstraint("read_seq BETWEEN 0 AND seq", name=op.f("ck_notice_boxes_read_seq")),
        sa.PrimaryKeyConstraint("recipient_id", name="pk_notice_boxes"),
        comment="Held by whoever writes a notice. No profile is needed: events may be quicker.",
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recipient_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="a new one with each change"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False, comment="unread notices about the same are one"),
        sa.Column("actor_ids", ARRAY(sa.BigInteger()), nullable=False, server_default="{}"),
        sa.Column("canvas_id", sa.BigInteger()),
        sa.Column("tile_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('like', 'follower', 'mention', 'review_waiting', 'review_decided', 'lock_taken',"
            " 'tile_removed', 'report_closed', 'muted')",
            name=op.f("ck_notices_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["notice_boxes.recipient_id"], name="fk_notices_recipient_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("recipient_id", "seq", name="uq_notices_seq"),
        comment="What happened that concerns an artist; the newest thousand of each.",
    )
    op.create_index("ix_notices_subject", "notices", ["recipient_id", "kind", "subject"])


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("notice_boxes")
