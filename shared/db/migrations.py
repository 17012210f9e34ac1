"""Alembic, driven from code; the revisions of a service are in its `migrations/versions`."""

from __future__ import annotations

from pathlib import Path

import structlog
from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, make_url, text

from shared.db.locks import AdvisoryLock

log = structlog.get_logger(__name__)


def alembic_config(service: str, database_url: str) -> Config:
    """Configure Alembic for one service's database."""
    config = Config()
    config.set_main_option("script_location", str(Path("services", service, "migrations").absolute()))
    config.attributes["database_url"] = database_url
    return config


def migrate(service: str, database_url: str) -> None:
    """Upgrade the service's database to the newest revision of this code.

    A database that is ahead of this code is left as it is: newer code is being rolled out, or was rolled
    back. A migration keeps what the previous version needs (docs/deploy.md), so this code still works.
    """
    config = alembic_config(service, database_url)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    engine = _engine(database_url)
    with engine.connect() as connection:
        unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    engine.dispose()
    if unknown:
        log.warning("database is ahead of this code", service=service, revision=", ".join(unknown))
    else:
        command.upgrade(config, "head")


def run_migrations(metadata: MetaData) -> None:
    """Run the migrations that Alembic selected; called by each service's `migrations/env.py`."""
    engine = _engine(context.config.attributes["database_url"])
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": int(AdvisoryLock.MIGRATION)})
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _engine(database_url: str) -> Engine:
    return create_engine(make_url(database_url).set(drivername="postgresql+psycopg2"))
