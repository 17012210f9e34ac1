"""Alembic's entry to the schema of auth."""

from services.auth.tables import metadata
from shared.db.migrations import run_migrations

run_migrations(metadata)
