"""Entity tags and conditional requests."""

from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from shared.errors import Invalid
from shared.http.etags import etag, expected_version, is_unchanged


def request(**headers: str) -> web.Request:
    return make_mocked_request("GET", "/", headers={k.replace("_", "-"): v for k, v in headers.items()})


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
