"""Comments of tables and columns in plain English."""

from alembic import op

revision = "0004"
down_revision = "0003"

# Where, the comment before, the comment now. A column is named with its table.
COMMENTS = (
    (
        "TABLE refresh_tokens",
        "The family of a session: one current token, and those it replaced, to tell when one comes back.",
        "One current token per session, and those it replaced, so that their reuse is recognised.",
    ),
    (
        "TABLE revocations",
        "What was broadcast while tokens that it concerns may be valid, for who did not hear it.",
        "Revocations of tokens that may not have expired yet, for processes that missed the broadcast.",
    ),
    (
        "COLUMN sessions.user_agent",
        "what it was opened with, as it called itself",
        "the User-Agent header of the login",
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
