"""Run by Alembic: the schema that the users service wants."""

from services.users.tables import metadata
from shared.db.migrations import run_migrations

run_migrations(metadata)
