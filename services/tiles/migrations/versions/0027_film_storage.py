"""Parts of films are stored as they are: PostgreSQL tried in vain to compress what is compressed."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("ALTER TABLE film_parts ALTER COLUMN data SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("ALTER TABLE film_parts ALTER COLUMN data SET STORAGE EXTENDED")
