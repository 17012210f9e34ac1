"""Alembic, driven from code: each service keeps its revisions in its own `migrations/versions`."""

from __future__ import annotations

from pathlib import Path

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, make_url, text

ONE_AT_A_TIME = 4_071_969
"""Advisory lock held while migrating, so that two replicas starting together do not both climb."""


def alembic_config(service: str, database_url: str) -> Config:
    """Configure Alembic for one service's database."""
    config = Config()
    config.set_main_option("script_location", str(Path("services", service, "migrations").absolute()))
    config.attributes["database_url"] = database_url
    return config


def migrate(service: str, database_url: str) -> None:
    """Bring the service's database to the newest revision; does nothing when it is there already."""
    command.upgrade(alembic_config(service, database_url), "head")


def run_migrations(metadata: MetaData) -> None:
    """Run what Alembic asked for; called by each service's `migrations/env.py`."""
    url = make_url(context.config.attributes["database_url"]).set(drivername="postgresql+psycopg2")
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
