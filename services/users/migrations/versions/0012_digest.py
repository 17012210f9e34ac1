"""A digest of notices by mail, for those who ask for it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column(
        "notice_boxes",
        sa.Column(
            "digest", sa.Boolean(), nullable=False, server_default=sa.false(), comment="wanted by mail"
        ),
    )
    op.add_column(
        "notice_boxes",
        sa.Column(
            "digest_seq",
            sa.BigInteger(),
            nullable=False,
            server_default=sa.text("0"),
            comment="up to which notices were mailed",
        ),
    )
    op.add_column(
        "notice_boxes",
        sa.Column("digested_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
    )
    op.create_index(
        "ix_notice_boxes_digested_at", "notice_boxes", ["digested_at"], postgresql_where=sa.text("digest")
    )


def downgrade() -> None:
    op.drop_index("ix_notice_boxes_digested_at")
    for column in ("digested_at", "digest_seq", "digest"):
        op.drop_column("notice_boxes", column)
