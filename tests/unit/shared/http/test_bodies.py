"""The structure of a JSON body is bounded before any model reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.errors import Invalid
from shared.http.bodies import DEFAULT_BOUNDS, MAX_DEPTH, MAX_KEYS, BodyBounds
from shared.http.bodies import check_structure as check_within


def check_structure(body: bytes) -> None:
    check_within(body, DEFAULT_BOUNDS)


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    "value",
    [
        {f"k{number}": "a: b, {[" for number in range(MAX_KEYS)},
        {"text": 'quotes \\" and : [[[[[[[[[[ are only text'},
        {"palette": ["#000000"] * 255, "name": "a, b"},
        {"area": {"x": 1}, "x": 1},
        [],
        "text",
    ],
)
def test_what_is_within_the_bounds_passes(value: Any) -> None:
    check_structure(json.dumps(value).encode())
    check_structure(json.dumps(value, indent=4).encode())


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": ', b'"', b'{"a": "\\', b"\xff", b"1" * 5000])
def test_text_that_is_no_json_is_left_to_the_model_or_refused(body: bytes) -> None:
    try:
        check_structure(body)
    except Invalid as error:
        assert error.faults[0].loc == ("body",)


def test_a_body_with_too_many_keys_is_refused() -> None:
    together = json.dumps({"a": {f"k{number}": 0 for number in range(MAX_KEYS)}}).encode()
    with pytest.raises(Invalid, match="64 keys"):
        check_structure(together)


def test_a_body_with_too_many_items_is_refused() -> None:
    bodies: list[Any] = [[0] * 513, [[0, 1]] * 300, [[]] * 513, {"a": [0] * 500, "b": [0] * 20}]
    for items in bodies:
        with pytest.raises(Invalid, match="512 items"):
            check_structure(json.dumps(items).encode())
    check_within(b"[" + b"0," * 999 + b"0]", BodyBounds(items=1000))


def test_a_body_that_is_nested_too_deeply_is_refused() -> None:
    check_structure(nested(MAX_DEPTH))
    for body in (nested(MAX_DEPTH + 1), nested(30_000), b"[" * 60_000, b'{"a":' * 60 + b"1" + b"}" * 60):
        with pytest.raises(Invalid, match="nested"):
            check_structure(body)


def test_a_key_that_occurs_twice_in_one_object_is_refused_and_named() -> None:
    with pytest.raises(Invalid) as refused:
        check_structure(b'{"a": {"x": 1}, "x": 1, "\\u0061": 2}')
    assert [fault.loc for fault in refused.value.faults] == [("body", "a")]
