"""Kinds of notices that an artist has switched off, and new ones."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0011"
down_revision = "0010"

_OLD = (
    "'like', 'follower', 'mention', 'review_waiting', 'review_decided', 'lock_taken', 'tile_removed',"
    " 'report_closed', 'muted'"
)
_NEW = f"{_OLD}, 'invitation', 'claim_ending', 'canvas_opened', 'canvas_closed'"


def upgrade() -> None:
    op.add_column(
        "notice_boxes",
        sa.Column(
            "kinds_off",
            ARRAY(sa.Text()),
            nullable=False,
            server_default="{}",
            comment="of which the recipient wants no notices",
        ),
    )
    op.create_check_constraint(
        op.f("ck_notice_boxes_kinds_off"), "notice_boxes", f"kinds_off <@ ARRAY[{_NEW}]"
    )
    op.drop_constraint(op.f("ck_notices_kind"), "notices")
    op.create_check_constraint(op.f("ck_notices_kind"), "notices", f"kind IN ({_NEW})")


def downgrade() -> None:
    op.execute(
        "DELETE FROM notices WHERE kind IN ('invitation', 'claim_ending', 'canvas_opened', 'canvas_closed')"
    )
    op.drop_constraint(op.f("ck_notices_kind"), "notices")
    op.create_check_constraint(op.f("ck_notices_kind"), "notices", f"kind IN ({_OLD})")
    op.drop_constraint(op.f("ck_notice_boxes_kinds_off"), "notice_boxes")
    op.drop_column("notice_boxes", "kinds_off")
