"""People as they are shown beside their work, joined in the statement that reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func

from services.users.tables import profiles
from shared.db import Row
from shared.http.models import View


@dataclass(frozen=True, slots=True)
class Person:
    """The id and names of an account."""

    id: int
    username: str
    display_name: str


class PersonView(View):
    """The id and names of an account."""

    id: int
    username: str
    display_name: str


def person_columns(source: FromClause, prefix: str) -> Sequence[ColumnElement[Any]]:
    """Return the columns that `read_person` reads, of an alias of profiles."""
    return (
        source.c.id.label(f"{prefix}_id"),
        source.c.username.label(f"{prefix}_username"),
        func.coalesce(source.c.display_name, source.c.username).label(f"{prefix}_display_name"),
    )


def read_person(row: Row, prefix: str) -> Person | None:
    """Read a person from a row of `person_columns`, or None if the join found no profile."""
    person_id = getattr(row, f"{prefix}_id")
    if person_id is None:
        return None
    return Person(person_id, getattr(row, f"{prefix}_username"), getattr(row, f"{prefix}_display_name"))


ACTOR = profiles.alias("actor")
REPORTER = profiles.alias("reporter")
ASSIGNEE = profiles.alias("assignee")
TARGET = profiles.alias("target")
CONCERNED = profiles.alias("concerned")
