"""Comments of tables and columns in plain English."""

from alembic import op

revision = "0004"
down_revision = "0003"

# Where, the comment before, the comment now. A column is named with its table.
COMMENTS = (
    (
        "TABLE active_artists",
        "Who did something that day; kept for some weeks.",
        "Artists who were active on a day; kept for some weeks.",
    ),
    (
        "TABLE last_active",
        "The last day each artist did something.",
        "The last day on which each artist was active.",
    ),
    (
        "TABLE observations",
        "What the worker saw when it last looked around; no request looks itself.",
        "What the worker observed at its last poll; requests only read it.",
    ),
    ("COLUMN profiles.is_registered", "not only met by a token", "not only seen in a token"),
    (
        "COLUMN known_tiles.seq",
        "of the newest event heard, in its canvas's sequence",
        "of the newest event received, in its canvas's sequence",
    ),
    ("COLUMN known_tiles.is_public", "null until an event told", "null until an event with it is received"),
    (
        "COLUMN known_tiles.x",
        "null until an event told its cell",
        "null until an event with its cell is received",
    ),
    (
        "COLUMN known_tiles.created_at",
        "null until tile.created was heard",
        "null until tile.created is received",
    ),
    ("COLUMN known_canvases.seq", "of the newest event heard", "of the newest event received"),
    (
        "COLUMN known_canvases.is_public",
        "null until an event told",
        "null until an event with it is received",
    ),
    (
        "COLUMN known_canvases.created_at",
        "null until canvas.created was heard",
        "null until canvas.created is received",
    ),
    ("COLUMN reports.assignee_id", "who has it, or closed it", "the moderator assigned, or who closed it"),
    (
        "COLUMN audit.actor_id",
        "null: nobody but time, as when a suspension ends",
        "null: automatic, as when a suspension ends",
    ),
)


def upgrade() -> None:
    for what, _, comment in COMMENTS:
        _comment(what, comment)


def downgrade() -> None:
    for what, comment, _ in COMMENTS:
        _comment(what, comment)


def _comment(what: str, comment: str) -> None:
    quoted = comment.replace("'", "''")
    op.execute(f"COMMENT ON {what} IS '{quoted}'")
