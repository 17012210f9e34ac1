"""People as they are shown beside what they did, joined in the statement that reads it."""

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
    """Somebody's id and names."""

    id: int
    username: str
    display_name: str


class PersonView(View):
    """Somebody's id and names."""

    id: int
    username: str
    display_name: str


def person_columns(source: FromClause, prefix: str) -> Sequence[ColumnElement[Any]]:
    """Return the columns that `person_of` reads, of an alias of profiles."""
    return (
        source.c.id.label(f"{prefix}_id"),
        source.c.username.label(f"{prefix}_username"),
        func.coalesce(source.c.display_name, source.c.username).label(f"{prefix}_display_name"),
    )


def person_of(row: Row, prefix: str) -> Person | None:
    """Read a person from a row of `person_columns`, None where the join found nobody."""
    person_id = getattr(row, f"{prefix}_id")
    if person_id is None:
        return None
    return Person(person_id, getattr(row, f"{prefix}_username"), getattr(row, f"{prefix}_display_name"))


ACTOR = profiles.alias("actor")
REPORTER = profiles.alias("reporter")
ASSIGNEE = profiles.alias("assignee")
