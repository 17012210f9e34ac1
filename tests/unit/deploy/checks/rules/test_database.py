"""What is found of PostgreSQL."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from deploy.checks.doctor import CHECKS
from deploy.checks.facts.broker import Broker
from deploy.checks.facts.clock import ClockOffset
from deploy.checks.facts.database import DatabaseStates, list_tables
from deploy.checks.facts.probe_client import HttpResult
from deploy.checks.facts.processes import ProcessState, ProcessStates
from deploy.checks.findings import Facts, examine
from tests.support.facts import RUN, codes, database_state, findings


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"trouble": "refused"}, "database-down"),
        ({"trouble": "timeout"}, "database-silent"),
        ({"trouble": "password", "message": "no"}, "database-password"),
        ({"trouble": "connections", "message": "no"}, "database-connections"),
        ({"trouble": "missing", "message": "no"}, "database-missing"),
        ({"trouble": "other", "message": "no"}, "database-error"),
        ({"revision": None}, "migrations-missing"),
        ({"revision": "1"}, "migrations-missing"),
        ({"revision": "3"}, "schema-newer"),
        ({"clock": ClockOffset(-3600.2, -3600.1)}, "database-clock"),
        ({"clock": ClockOffset(-8.0, 0.1)}, None),
        ({"lacks_tables": ("outbox",)}, "database-table-missing"),
        ({"strange_tables": ("mine",)}, None),
        ({"forbidden": ("outbox",)}, "database-privileges"),
        ({"signing_keys": 0}, "keys-missing"),
        ({"signing_keys": 1}, None),
        ({"connections": 95, "max_connections": 100}, "connections-high"),
        ({"outbox_waiting": 4, "outbox_oldest": 60.0}, "outbox-stuck"),
    ],
)
def test_a_state_of_a_database_is_found(changes: dict[str, Any], code: str | None) -> None:
    databases = DatabaseStates((database_state(**changes),))
    assert codes(databases, Broker("b", {}, ()), ProcessStates(())) == ([code] if code else [])


def test_a_database_that_the_services_can_use_is_slow_rather_than_silent() -> None:
    tiles = ProcessState("tiles-web", "tiles", "web", "pid 1", False, HttpResult(200), HttpResult(200))
    facts = (
        RUN,
        DatabaseStates((database_state(trouble="timeout"),)),
        Broker("b", {"tiles": ("timeout", "")}, ()),
        ProcessStates((tiles,)),
    )
    found = examine(CHECKS, Facts({type(fact): fact for fact in facts}))
    assert {one.code for one in found} == {"check-failed"}
    assert any(
        "PostgreSQL was too slow for the doctor, although tiles can use it" in one.cause for one in found
    )


def test_a_renamed_table_gets_its_name_back_where_only_one_can_be_meant() -> None:
    def fix(lacks: tuple[str, ...], strange: tuple[str, ...]) -> str:
        database = database_state(lacks_tables=lacks, strange_tables=strange)
        return findings(DatabaseStates((database,)))[0].fix

    assert fix(("inbox",), ("away",)) == "tessera psql tiles --command 'ALTER TABLE away RENAME TO inbox'"
    assert fix(("inbox",), ("away", "mine")) == "Rename it back, or restore a backup."
    assert fix(("inbox",), ()) == "Rename it back, or restore a backup."


@pytest.mark.parametrize("service", ["auth", "users", "tiles"])
def test_the_tables_read_from_the_code_are_those_of_its_metadata(service: str) -> None:
    metadata = import_module(f"services.{service}.tables").metadata
    assert list_tables(service) == set(metadata.tables)
