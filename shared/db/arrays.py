"""Arrays as one literal each: PostgreSQL parses `ARRAY[...]` ten times as slowly, value by value."""

from __future__ import annotations

from collections.abc import Iterable

_HEX = r"\\x"  # starts a bytea, escaped as an element of an array


def integers(values: Iterable[int]) -> str:
    """Write an array of integers."""
    return f"{{{','.join(map(str, values))}}}"


def byte_strings(values: Iterable[bytes | bytearray | None]) -> str:
    """Write an array of bytea."""
    return f"{{{','.join(['NULL' if value is None else _HEX + value.hex() for value in values])}}}"


def texts(values: Iterable[str | None]) -> str:
    """Write an array of text, or of a type whose values are written as text (uuid, timestamptz)."""
    return f"{{{','.join(['NULL' if value is None else _quote(value) for value in values])}}}"


def _quote(value: str) -> str:
    escaped = value.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
