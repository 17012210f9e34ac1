"""What was written around reported messages goes some time after the report is closed."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_index(
        "ix_reports_evidence",
        "reports",
        ["updated_at"],
        postgresql_where=sa.text("queue_rank = 2 AND evidence -> 'messages' <> '[]'"),
    )


def downgrade() -> None:
    op.drop_index("ix_reports_evidence")
