"""Paged lists: the cursor names the last row of the previous page, so new rows shift nothing."""

from __future__ import annotations

import base64
import binascii
import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

import orjson

from shared.errors import Invalid
from shared.http.models import BIGINT_MAX, Paging

RowT = TypeVar("RowT")

PAGE_BYTES = 1024 * 1024
"""The most bytes of pixels or texts on one page, before they are encoded."""


def after_id(paging: Paging) -> int:
    """Return the id after which the page starts, 0 for the first; raises Invalid for a foreign cursor."""
    return 0 if paging.cursor is None else decode_cursor(paging.cursor, 1)[0]


def slice_of(
    rows: Sequence[RowT],
    paging: Paging,
    key: Callable[[RowT], Sequence[int]],
    weigh: Callable[[RowT], int] | None = None,
) -> tuple[Sequence[RowT], str | None]:
    """Split rows read with `limit + 1` into the page and the cursor of the next one.

    With `weigh`, the bytes of each row, a page ends early rather than hold more than PAGE_BYTES.
    """
    length = paging.limit
    if weigh is not None:
        totals = itertools.accumulate(map(weigh, rows[:length]))
        length = max(1, sum(total <= PAGE_BYTES for total in totals))
    if len(rows) <= length:
        return rows, None
    return rows[:length], encode_cursor(key(rows[length - 1]))


def encode_cursor(values: Sequence[int]) -> str:
    """Encode the sort key of a row."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[int]:
    """Decode a cursor of `length` integers; raises Invalid for anything else."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        values = None
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(type(value) is int and 0 <= value <= BIGINT_MAX for value in values)
    ):
        raise Invalid.field("query", "cursor", msg="not a cursor of this list")
    return values
