"""Reports of messages, with what was written around them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "reports",
        sa.Column("evidence", JSONB(), comment="of a message: its canvas and author, and what was around it"),
    )
    op.drop_constraint(op.f("ck_reports_kind"), "reports")
    op.create_check_constraint(
        op.f("ck_reports_kind"), "reports", "kind IN ('tile', 'canvas', 'user', 'message')"
    )
    op.create_check_constraint(
        op.f("ck_reports_evidence"), "reports", "(kind = 'message') = (evidence IS NOT NULL)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM reports WHERE kind = 'message'")
    op.drop_constraint(op.f("ck_reports_evidence"), "reports")
    op.drop_constraint(op.f("ck_reports_kind"), "reports")
    op.create_check_constraint(op.f("ck_reports_kind"), "reports", "kind IN ('tile', 'canvas', 'user')")
    op.drop_column("reports", "evidence")
