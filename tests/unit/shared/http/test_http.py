"""The conventions of HTTP that need no server."""

from __future__ import annotations

from datetime import datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.errors import Invalid, NotAllowed, NotAuthenticated, Refusal
from shared.http.access import Access, admit
from shared.http.etags import etag, expected_version, is_unchanged
from shared.http.models import BIGINT_MAX, Moment, Paging
from shared.http.paging import decode_cursor, encode_cursor, slice_of
from shared.http.problems import STATUS
from shared.identity import Identity


def request(**headers: str) -> web.Request:
    return make_mocked_request("GET", "/", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_every_refusal_has_a_status() -> None:
    assert set(STATUS) == set(Refusal.__subclasses__())


@given(st.lists(st.integers(0, BIGINT_MAX), min_size=1, max_size=3))
def test_a_decoded_cursor_is_the_encoded_one(values: list[int]) -> None:
    assert decode_cursor(encode_cursor(values), len(values)) == values


@given(st.text(max_size=60))
def test_a_foreign_cursor_is_refused(text: str) -> None:
    try:
        decode_cursor(text, 1)
    except Invalid as refused:
        assert refused.faults[0].loc == ("query", "cursor")


MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def test_a_moment_with_any_offset_is_converted_to_utc() -> None:
    moment = MOMENT.validate_python("0085-03-09T11:43:29-21:37")
    assert moment.isoformat() == "0085-03-10T09:20:29+00:00"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-00:01"])
def test_a_moment_outside_the_calendar_of_utc_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="beyond the calendar"):
        MOMENT.validate_python(text)


def test_the_last_page_has_no_cursor() -> None:
    paging = Paging(limit=2)
    assert slice_of([1, 2], paging, lambda n: (n,)) == ([1, 2], None)
    items, cursor = slice_of([1, 2, 3], paging, lambda n: (n,))
    assert items == [1, 2]
    assert cursor is not None
    assert decode_cursor(cursor, 1) == [2]


@pytest.mark.parametrize(
    ("given_tag", "version"), [('"7-3"', 7), ('"7"', 7), ("7", 7), ('W/"7-3"', 7), ("*", None)]
)
def test_a_condition_names_a_version(given_tag: str, version: int | None) -> None:
    assert expected_version(request(If_Match=given_tag)) == version


@pytest.mark.parametrize("given_tag", ["x", '"-7"', '"1.5"', "9" * 30, '"٣"'])
def test_a_condition_that_names_no_version_is_refused(given_tag: str) -> None:
    with pytest.raises(Invalid):
        expected_version(request(If_Match=given_tag))


def test_a_tag_matches_alone_in_a_list_weak_or_as_a_star() -> None:
    tag = etag(7, 3)
    for held in (tag, f'"x", {tag}', f"W/{tag}", "*"):
        assert is_unchanged(request(If_None_Match=held), tag)
    assert not is_unchanged(request(If_None_Match=etag(7, 4)), tag)
    assert not is_unchanged(request(), tag)


def identity(*roles: str) -> Identity:
    return Identity(1, "ann", frozenset(roles), "session", 0)


@pytest.mark.parametrize(
    ("access", "who", "error"),
    [
        (Access.GUEST, None, None),
        (Access.ARTIST, None, NotAuthenticated),
        (Access.ARTIST, identity(), None),
        (Access.MODERATOR, None, NotAuthenticated),
        (Access.MODERATOR, identity(), NotAllowed),
        (Access.MODERATOR, identity("moderator"), None),
        (Access.MODERATOR, identity("admin"), None),
        (Access.ADMIN, identity("moderator"), NotAllowed),
        (Access.ADMIN, identity("admin"), None),
    ],
)
def test_an_operation_admits_only_callers_with_its_role(
    access: Access, who: Identity | None, error: type[Exception] | None
) -> None:
    if error is None:
        admit(access, who)
    else:
        with pytest.raises(error):
            admit(access, who)
