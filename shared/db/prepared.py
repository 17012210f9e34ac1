"""Prepared statements, which PostgreSQL parses and plans once per connection instead of once per call.

psycopg2 speaks the simple protocol only, so they are SQL: `PREPARE` travels in the round trip in which a
connection first meets a statement, and from then on `EXECUTE` with the values as literals.

PREPARE is not transactional: one that ran stays, even if its transaction is rolled back. Those of a round
trip are its first statements, so after a violated constraint they are known to have run. After any other
failure that is not known: they are forgotten, and the next attempt uses new names.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.db.statements import BoundStatement, Definition

PLAN_SECONDS = 10.0
"""Age of plans at which a connection makes them again.

PostgreSQL itself does so when a table is altered or analysed: perhaps a minute after it has grown from ten
rows, which are read one by one, to a million, which need the index.
"""


@dataclass(frozen=True)
class Rendered:
    """Statements as SQL for one round trip; `executes` are those that `preparing` prepares."""

    preparing: bytes
    statements: list[bytes]
    executes: Mapping[Definition, str]


class PreparedStatements:
    """The statements that one connection has prepared: at most about `limit`, then it begins again.

    With a limit of 0 nothing is prepared.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._executes: dict[Definition, str] = {}
        """The EXECUTE of each, with a placeholder for each parameter."""
        self._number = 0
        self._held = 0
        """How many the server holds at most, with those that were forgotten here."""
        self._planned_at = time.monotonic()

    def render(self, cursor: Any, statements: Iterable[BoundStatement]) -> Rendered:
        """Write statements as SQL, and the PREPARE of each that the connection has not met.

        `cursor` is psycopg2's, which writes literals. Call `confirm` when the PREPAREs are known to have run.
        """
        preparing: list[bytes] = []
        executes: dict[Definition, str] = {}
        written: list[bytes] = []
        if self._limit and self._held >= self._limit:
            preparing.append(b"DEALLOCATE ALL;")
            self.forget()
            self._held = 0
        elif self._held and time.monotonic() - self._planned_at >= PLAN_SECONDS:
            preparing.append(b"DISCARD PLANS;")
            self._planned_at = time.monotonic()
        for sql, values, definition in statements:
            if definition is None or not self._limit:
                written.append(cursor.mogrify(sql, values))
                continue
            execute = self._executes.get(definition) or executes.get(definition)
            if execute is None:
                name = self._issue_name(definition)
                preparing.append(cursor.mogrify(f"PREPARE {name} {definition.sql};", definition.constants))
                execute = executes[definition] = _write_execute(name, definition)
            written.append(cursor.mogrify(execute, [values[name] for name in definition.parameters]))
        return Rendered(b"".join(preparing), written, executes)

    def confirm(self, rendered: Rendered) -> None:
        """Remember what a round trip has prepared."""
        self._executes.update(rendered.executes)

    def forget(self) -> None:
        """Prepare each statement again when it is next used."""
        self._executes.clear()

    def _issue_name(self, definition: Definition) -> str:
        self._number += 1
        self._held += 1
        return f"s{self._number}_{definition.digest}"


def _write_execute(name: str, definition: Definition) -> str:
    placeholders = ", ".join(["%s"] * len(definition.parameters))
    return f"EXECUTE {name} ({placeholders})" if placeholders else f"EXECUTE {name}"
