"""Every schema climbs up, down and up again, and is what the tables say."""

from __future__ import annotations

from importlib import import_module

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from shared.migrations import alembic_config, migrate
from tests.parts import Databases

SERVICES = ("auth", "users", "tiles")


@pytest.mark.parametrize("service", SERVICES)
def test_every_migration_climbs_up_and_down_and_up_again(service: str, database: Databases) -> None:
    config = alembic_config(service, database(service))
    for revision in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        command.upgrade(config, revision.revision)
        command.downgrade(config, str(revision.down_revision or "base"))
        command.upgrade(config, revision.revision)


def test_code_that_is_older_than_the_schema_leaves_it_alone(database: Databases) -> None:
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
    url = database(service)
    migrate(service, url)
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        metadata = import_module(f"services.{service}.tables").metadata
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
