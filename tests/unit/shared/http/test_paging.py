"""Cursors and pages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.http.models import BIGINT_MAX, Paging
from shared.http.paging import decode_cursor, encode_cursor, slice_of


@given(st.lists(st.integers(0, BIGINT_MAX), min_size=1, max_size=3))
def test_a_decoded_cursor_is_the_encoded_one(values: list[int]) -> None:
    assert decode_cursor(encode_cursor(values), len(values)) == values


@given(st.text(max_size=60))
def test_a_foreign_cursor_is_refused(text: str) -> None:
    try:
        decode_cursor(text, 1)
    except Invalid as refused:
        assert refused.faults[0].loc == ("query", "cursor")


def test_the_last_page_has_no_cursor() -> None:
    paging = Paging(limit=2)
    assert slice_of([1, 2], paging, lambda n: (n,)) == ([1, 2], None)
    items, cursor = slice_of([1, 2, 3], paging, lambda n: (n,))
    assert items == [1, 2]
    assert cursor is not None
    assert decode_cursor(cursor, 1) == [2]
