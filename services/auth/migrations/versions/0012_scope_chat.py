"""The scope chat of bots' tokens."""

from alembic import op

revision = "0012"
down_revision = "0011"

NAME = "ck_bot_tokens_scopes"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "bot_tokens")
    op.create_check_constraint(
        op.f(NAME), "bot_tokens", "scopes <@ ARRAY['read', 'paint', 'chat', 'moderate']"
    )


def downgrade() -> None:
    """Downgrade; tokens lose the scope."""
    op.execute("UPDATE bot_tokens SET scopes = array_remove(scopes, 'chat')")
    op.drop_constraint(op.f(NAME), "bot_tokens")
    op.create_check_constraint(op.f(NAME), "bot_tokens", "scopes <@ ARRAY['read', 'paint', 'moderate']")
