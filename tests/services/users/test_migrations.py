"""Migrations: a downgrade leaves nothing behind, and constraints are those of tables.py."""

from __future__ import annotations

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, make_url

from services.users.tables import metadata
from shared.db.migrations import alembic_config
from tests.support.parts import Databases


def engine_of(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg2"))


def test_downgrading_leaves_nothing_behind(database: Databases) -> None:
    url = database("users")
    config = alembic_config("users", url)
    command.upgrade(config, "head")
    command.downgrade(config, "base")
    engine = engine_of(url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_the_migrated_schema_is_that_of_the_tables(migrated_users: str) -> None:
    engine = engine_of(migrated_users)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        migrated = {
            (table, constraint["name"])
            for table in metadata.tables
            for constraint in inspect(connection).get_check_constraints(table)
        }
    engine.dispose()
    # Alembic does not compare CHECK constraints.
    wanted = {
        (table.name, constraint.name)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert migrated == wanted
