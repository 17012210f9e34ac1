"""One-time passwords: they expire, and serve only to choose another."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    # Those that were made before and not replaced yet cannot be told from passwords that their owners chose.
    op.add_column(
        "accounts",
        sa.Column(
            "password_expires_at",
            sa.DateTime(timezone=True),
            comment="of a one-time password, which its owner must replace by then; null: the owner chose it",
        ),
    )


def downgrade() -> None:
    op.drop_column("accounts", "password_expires_at")
