"""A username of deleted accounts that no account can register."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("UPDATE profiles SET username = '_deleted' WHERE status = 'deleted'")


def downgrade() -> None:
    op.execute("UPDATE profiles SET username = 'deleted' WHERE status = 'deleted'")
