"""Statements are SQLAlchemy Core, compiled once each: a statement at module level costs its ~75 µs only once.

Values travel as psycopg2 parameters; rows come back as named tuples.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from sqlalchemy.dialects.postgresql import psycopg2 as psycopg2_dialect
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler

Params = Mapping[str, Any]


class Row(Protocol):
    """A named tuple whose fields are the columns of the statement."""

    def __getattr__(self, name: str) -> Any: ...


class CompiledStatement(NamedTuple):
    """SQL for psycopg2, the constants in it, and the conversion of each parameter."""

    sql: str
    constants: dict[str, Any]
    to_database: Mapping[str, Callable[[Any], Any]]


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
    made = CompiledStatement(compiler.string, constants, to_database)
    _compiled[statement] = made
    return made


def bind(statement: Executable, params: Params | None) -> tuple[str, Params]:
    """Return the SQL of a statement and the values to send with it."""
    compiled = compile_statement(statement)
    values = dict(compiled.constants)
    for name, value in (params or {}).items():
        processor = compiled.to_database.get(name)
        values[name] = processor(value) if processor is not None else value
    return compiled.sql, values
