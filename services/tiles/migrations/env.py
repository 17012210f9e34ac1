"""Alembic's entry to the schema of tiles."""

from services.tiles.tables import metadata
from shared.db.migrations import run_migrations

run_migrations(metadata)
