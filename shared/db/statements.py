"""Statements are SQLAlchemy Core, compiled once each: a statement at module level costs its ~75 µs only once.

Values travel as psycopg2 parameters; rows come back as named tuples.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

from sqlalchemy.dialects.postgresql import psycopg2 as psycopg2_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import Integer, NullType, TypeEngine

Params = Mapping[str, Any]

_PREPARABLE = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"})
_DEPENDS_ON_VALUES = re.compile(r"%\(\w+\)s IS NULL|\bLIKE\b[^%]*%\(")
"""An optional filter, or a pattern: which index serves them is decided by their values."""
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


class Row(Protocol):
    """A named tuple whose fields are the columns of the statement."""

    def __getattr__(self, name: str) -> Any: ...


@dataclass(frozen=True, eq=False)
class Definition:
    """A statement as PREPARE takes it: parameters are numbered, constants are part of it.

    The planner needs the constants: a condition such as `status = 'pending'` lets it use a partial index.
    """

    sql: str
    """What follows the name: the types of the parameters, `AS` and the statement."""
    constants: Params
    parameters: tuple[str, ...]
    digest: str
    """Part of the statement's name on every connection, so that one name never means two statements."""


class CompiledStatement(NamedTuple):
    """SQL for psycopg2, the constants in it, the conversion of each parameter, and how to prepare it.

    Without definition is what PostgreSQL cannot prepare, such as SET, and what is planned for its values.
    """

    sql: str
    constants: dict[str, Any]
    to_database: Mapping[str, Callable[[Any], Any]]
    definition: Definition | None


class BoundStatement(NamedTuple):
    """SQL and the values to send with it; with the definition if the statement was used before.

    So a statement that was built for one request is not prepared.
    """

    sql: str
    values: Params
    definition: Definition | None


_dialect: Dialect = psycopg2_dialect.dialect()  # type: ignore[no-untyped-call]
_compiled: weakref.WeakKeyDictionary[Executable, CompiledStatement] = weakref.WeakKeyDictionary()


def compile_statement(statement: Executable) -> CompiledStatement:
    """Compile a Core statement for psycopg2, once for as long as the statement lives.

    Raises TypeError for an `IN (...)` bound to a list, whose SQL changes with each call: write `= ANY(:ids)`.
    """
    known = _compiled.get(statement)
    if known is not None:
        return known
    compiler = statement.compile(dialect=_dialect)  # type: ignore[attr-defined]
    assert isinstance(compiler, SQLCompiler)
    if compiler.post_compile_params or compiler.literal_execute_params:
        raise TypeError("IN bound to a list cannot be compiled once; use column == any_(bindparam(...))")
    to_database = {}
    constants = {}
    for name, bind in compiler.binds.items():
        processor = bind.type.dialect_impl(_dialect).bind_processor(_dialect)
        if processor is not None:
            to_database[name] = processor
        if not bind.required:
            value = bind.effective_value
            constants[name] = processor(value) if processor is not None else value
    types = {name: bind.type for name, bind in compiler.binds.items() if bind.required}
    definition = _define(compiler.string, types, constants)
    made = CompiledStatement(compiler.string, constants, to_database, definition)
    _compiled[statement] = made
    return made


def bind_values(statement: Executable, params: Params | None) -> BoundStatement:
    """Compile a statement and convert its values for the database."""
    was_used = statement in _compiled
    compiled = compile_statement(statement)
    values = dict(compiled.constants)
    for name, value in (params or {}).items():
        processor = compiled.to_database.get(name)
        values[name] = processor(value) if processor is not None else value
    return BoundStatement(compiled.sql, values, compiled.definition if was_used else None)


def _define(sql: str, types: Mapping[str, TypeEngine[Any]], constants: Params) -> Definition | None:
    """Declare a parameter with its type in SQLAlchemy; PostgreSQL infers that of one without, or its CAST."""
    if sql.split(maxsplit=1)[0].upper() not in _PREPARABLE or _DEPENDS_ON_VALUES.search(sql):
        return None
    names = dict.fromkeys(_PLACEHOLDER.findall(sql))
    constants = {name: constants[name] for name in names if name not in types}
    numbers = {name: f"${number}" for number, name in enumerate((n for n in names if n in types), 1)}
    numbered = _PLACEHOLDER.sub(lambda placeholder: numbers.get(placeholder[1], placeholder[0]), sql)
    declared = [_name_type(types[name]) for name in numbers]
    definition = f"({', '.join(declared)}) AS {numbered}" if declared else f"AS {numbered}"
    digest = blake2b(f"{definition}{constants}".encode(), digest_size=6).hexdigest()
    return Definition(definition, constants, tuple(numbers), digest)


def _name_type(declared: TypeEngine[Any]) -> str:
    if isinstance(declared, NullType):
        return "unknown"
    # As a literal that is too large for an integer: a cursor may lie beyond all values of its column.
    return "BIGINT" if isinstance(declared, Integer) else str(declared.compile(dialect=_dialect))
