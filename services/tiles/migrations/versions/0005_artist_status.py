"""Whether an artist is suspended or deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("artists", sa.Column("status", sa.Text, nullable=False, server_default=sa.text("'active'")))
    op.add_column(
        "artists", sa.Column("account_version", sa.Integer, nullable=False, server_default=sa.text("0"))
    )
    op.create_check_constraint(
        op.f("ck_artists_status"), "artists", "status IN ('active', 'suspended', 'deleted')"
    )


def downgrade() -> None:
    op.drop_column("artists", "account_version")
    op.drop_column("artists", "status")
