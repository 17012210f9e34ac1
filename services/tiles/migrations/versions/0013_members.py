"""Members of canvases, and invitations to become one."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)
CHAT = "ck_canvases_chat"


def upgrade() -> None:
    op.add_column(
        "canvases",
        sa.Column(
            "who_paints",
            sa.Text(),
            nullable=False,
            server_default=sa.text("'everyone'"),
            comment="while it is public; on a private canvas only members do",
        ),
    )
    op.create_check_constraint(
        op.f("ck_canvases_who_paints"), "canvases", "who_paints IN ('everyone', 'members')"
    )
    op.drop_constraint(op.f(CHAT), "canvases")
    op.create_check_constraint(op.f(CHAT), "canvases", "chat IN ('everyone', 'members', 'off')")
    op.create_table(
        "members",
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("role IN ('viewer', 'painter', 'moderator')", name=op.f("ck_members_role")),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_members_canvas_id"),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_members_artist_id"),
        sa.PrimaryKeyConstraint("canvas_id", "artist_id", name="pk_members"),
        comment="What artists may on a canvas beyond what everybody may; changes with its seq.",
    )
    op.create_index("ix_members_artist_id", "members", ["artist_id"])
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("canvas_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, comment="SHA-256; the token is nowhere"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("max_uses", sa.Integer(), comment="null: as many as accept"),
        sa.Column("uses", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("expires_at", MOMENT, comment="null: never"),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False, server_default=sa.text("now()")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_invitations_token_hash")),
        sa.CheckConstraint("role IN ('viewer', 'painter', 'moderator')", name=op.f("ck_invitations_role")),
        sa.CheckConstraint("uses BETWEEN 0 AND coalesce(max_uses, uses)", name=op.f("ck_invitations_uses")),
        sa.ForeignKeyConstraint(["canvas_id"], ["canvases.id"], name="fk_invitations_canvas_id"),
        sa.ForeignKeyConstraint(["created_by"], ["artists.id"], name="fk_invitations_created_by"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        comment="Links by which artists become members of a canvas.",
    )
    op.create_index("ix_invitations_canvas_id", "invitations", ["canvas_id"])


def downgrade() -> None:
    op.drop_table("invitations")
    op.drop_table("members")
    op.execute("UPDATE canvases SET chat = 'off' WHERE chat = 'members'")
    op.drop_constraint(op.f(CHAT), "canvases")
    op.create_check_constraint(op.f(CHAT), "canvases", "chat IN ('everyone', 'off')")
    op.drop_constraint(op.f("ck_canvases_who_paints"), "canvases")
    op.drop_column("canvases", "who_paints")
