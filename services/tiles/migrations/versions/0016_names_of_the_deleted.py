"""A username of deleted accounts that no account can register."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.execute("UPDATE artists SET username = '_deleted' WHERE status = 'deleted'")


def downgrade() -> None:
    op.execute("UPDATE artists SET username = 'deleted' WHERE status = 'deleted'")
