"""The comment on profiles names all that makes one."""

from alembic import op

revision = "0016"
down_revision = "0015"

BEFORE = "Made by the first token seen or by account.registered, whichever is first."
AFTER = "Made by the first token or the first event that names the account, whichever is first."


def upgrade() -> None:
    op.create_table_comment("profiles", AFTER, existing_comment=BEFORE)


def downgrade() -> None:
    op.create_table_comment("profiles", BEFORE, existing_comment=AFTER)
