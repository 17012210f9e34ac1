"""The statements of the services can be prepared."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from contextlib import closing

import psycopg2
import pytest
from sqlalchemy import Executable

import services
import shared
from shared.db.migrations import migrate
from shared.db.statements import compile_statement
from tests.support.parts import SERVICES, Databases


def list_statements(packages: Sequence[str]) -> list[Executable]:
    """Return the statements that modules of these packages keep, also in containers and objects of theirs."""
    modules = [
        importlib.import_module(found.name)
        for package in (services, shared)
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if found.name.startswith(tuple(packages)) and not re.search(r"migrations|__main__", found.name)
    ]
    return [one for module in modules for value in vars(module).values() for one in find_statements(value)]


def find_statements(value: object) -> Iterator[Executable]:
    """Find the statements in a value."""
    if isinstance(value, Executable):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from find_statements(one)
    elif type(value).__module__.startswith("services."):
        yield from find_statements(getattr(value, "__dict__", {}))


@pytest.mark.parametrize("service", SERVICES)
def test_every_statement_of_a_service_can_be_prepared(database: Databases, service: str) -> None:
    url = database(service)
    migrate(service, url)
    refused = []
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in list_statements([f"services.{service}.", "shared.messaging."]):
            if definition := compile_statement(statement).definition:
                try:
                    cursor.execute(f"PREPARE it {definition.sql}; DEALLOCATE it", definition.constants)
                except psycopg2.Error as error:
                    refused.append(f"{error}: {definition.sql}")
    assert refused == []
