"""Migrations of every service run up, down and up again, and make the schema of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, make_url, text

from shared.db.migrations import alembic_config, migrate
from tests.support.parts import Databases

SERVICES = ("auth", "users", "tiles")


def metadata_of(service: str) -> MetaData:
    metadata: MetaData = import_module(f"services.{service}.tables").metadata
    return metadata


@contextmanager
def migrated(service: str, url: str) -> Iterator[Connection]:
    migrate(service, url)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_every_migration_runs_up_down_and_up_again(service: str, database: Databases) -> None:
    config = alembic_config(service, database(service))
    for revision in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        command.upgrade(config, revision.revision)
        command.downgrade(config, str(revision.down_revision or "base"))
        command.upgrade(config, revision.revision)


def test_a_schema_newer_than_the_code_is_left_as_it_is(database: Databases) -> None:
    url = database("tiles")
    migrate("tiles", url)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'of-a-later-version'"))
    migrate("tiles", url)
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_heads() == ("of-a-later-version",)
    engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrated_schema_is_the_one_of_the_tables(service: str, database: Databases) -> None:
    with migrated(service, database(service)) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata_of(service)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_check_constraint_has_the_name_of_the_tables(service: str, database: Databases) -> None:
    tables = metadata_of(service).tables.values()
    called = {str(check.name) for table in tables for check in table.constraints if check.name}
    with migrated(service, database(service)) as connection:
        checks = connection.execute(text("SELECT conname FROM pg_constraint WHERE contype = 'c'"))
        assert {name for name in checks.scalars() if name.startswith("ck_")} <= called
