"""Comments of tables and columns in plain English."""

from alembic import op

revision = "0007"
down_revision = "0006"

# Where, the comment before, the comment now. A column is named with its table.
COMMENTS = (
    (
        "TABLE artists",
        "What tiles knows of accounts, from the first token seen or from events, whichever came first.",
        "Accounts as known to tiles, from the first token seen or from events, whichever came first.",
    ),
    (
        "TABLE locks",
        "One holder a tile by the primary key; a row past expires_at is no lock.",
        "One holder per tile by the primary key; a row past expires_at is no lock.",
    ),
    (
        "TABLE reviews",
        "What artists handed in on canvases in review mode; tiles hold approved pixels only.",
        "Submissions on canvases in review mode; tiles hold approved pixels only.",
    ),
    (
        "COLUMN canvases.active_minute",
        "of the last change, since 1970; coarse, so that its index is written once a minute at most",
        "of the last change, since 1970; coarse: its index is written at most once per minute",
    ),
    (
        "COLUMN reviews.pixels",
        "the tile as handed in; dropped when superseded",
        "the tile as submitted; dropped when superseded",
    ),
    (
        "COLUMN revisions.stroke",
        "3 bytes a pixel: offset as big-endian uint16, colour as uint8",
        "3 bytes per pixel: offset as big-endian uint16, colour as uint8",
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
