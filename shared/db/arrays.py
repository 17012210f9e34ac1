"""Arrays as one literal each: PostgreSQL parses `ARRAY[...]` ten times as slowly, value by value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_HEX = r"\\x"  # starts a bytea, escaped as an element of an array


def integers(values: Iterable[int]) -> str:
    """Write an array of integers."""
    return f"{{{','.join(map(str, values))}}}"


def optional_integers(values: Iterable[int | None]) -> str:
    """Write an array of integers some of which are null."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def byte_strings(values: Iterable[bytes | bytearray | None]) -> str:
    """Write an array of bytea."""
    return f"{{{','.join(['NULL' if value is None else _HEX + value.hex() for value in values])}}}"


def texts(values: Iterable[str | None]) -> str:
    """Write an array of text, or of a type whose values are written as text (uuid, timestamptz)."""
    return f"{{{','.join(['NULL' if value is None else _quote(value) for value in values])}}}"


def any_values(values: Iterable[Any]) -> str:
    """Write an array of the type that is expected there; `ARRAY['...']` would be text[] once and for all."""
    return f"{{{','.join([_write(value) for value in values])}}}"


def _write(value: Any) -> str:
    if value is None:
        return "NULL"
    return _HEX + value.hex() if isinstance(value, bytes | bytearray) else _quote(str(value))


def _quote(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
