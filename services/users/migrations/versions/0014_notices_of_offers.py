"""Notices of canvases that are offered, and of answers to offers."""

from alembic import op

revision = "0014"
down_revision = "0013"

_OLD = (
    "'like', 'follower', 'mention', 'review_waiting', 'review_decided', 'lock_taken', 'tile_removed',"
    " 'report_closed', 'muted', 'invitation', 'claim_ending', 'canvas_opened', 'canvas_closed'"
)
_NEW = f"{_OLD}, 'canvas_offered', 'offer_answered'"


def _allow(kinds: str) -> None:
    op.drop_constraint(op.f("ck_notices_kind"), "notices")
    op.create_check_constraint(op.f("ck_notices_kind"), "notices", f"kind IN ({kinds})")
    op.drop_constraint(op.f("ck_notice_boxes_kinds_off"), "notice_boxes")
    op.create_check_constraint(
        op.f("ck_notice_boxes_kinds_off"), "notice_boxes", f"kinds_off <@ ARRAY[{kinds}]"
    )


def upgrade() -> None:
    _allow(_NEW)


def downgrade() -> None:
    op.execute("DELETE FROM notices WHERE kind IN ('canvas_offered', 'offer_answered')")
    op.execute(
        "UPDATE notice_boxes SET kinds_off = array_remove(array_remove(kinds_off, 'canvas_offered'),"
        " 'offer_answered')"
    )
    _allow(_OLD)
