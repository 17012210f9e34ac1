"""What one client may send: a request can neither hold the event loop nor be answered by megabytes."""

from __future__ import annotations

import gzip
import itertools
import json
import string
from typing import Any

import pytest

from tests.support.auth import Auth, fields_at_fault, problem
from tests.support.holds import measuring_holds

JSON = {"Content-Type": "application/json"}
KEYS = ["".join(letters) for letters in itertools.product(string.ascii_letters + string.digits, repeat=3)]


def encode(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


WORST = {
    "a megabyte of keys": encode(dict.fromkeys(KEYS[:120_000], 0)),
    "64 KiB of keys": encode(dict.fromkeys(KEYS[:6000], 0)),
    "a long key": encode({"k" * 60_000: 0}),
    "a long string": encode({"username": "u" * 60_000}),
    "wrong items": encode({"username": [{}] * 15_000}),
    "nested lists": encode({"username": [[1, 2]] * 6500}),
    "a string of quotes without an end": b'{"username": "' + b'\\"' * 30_000,
    "a string of backslashes without an end": b'{"username": "' + b"\\" * 60_001,
    "quotes only": b'"' * 60_000,
}


@pytest.mark.parametrize("path", ["/register", "/login", "/reset-password", "/confirm-email", "/refresh"])
@pytest.mark.parametrize("worst", WORST)
async def test_no_body_holds_the_loop_or_is_echoed(auth: Auth, path: str, worst: str) -> None:
    async with measuring_holds() as longest:
        for _ in range(3):
            response = await auth.call("POST", path, data=WORST[worst], headers=JSON)
            assert response.status in (413, 422)
            assert len(await response.read()) < 16 * 1024
    assert longest.seconds < 0.05


@pytest.mark.parametrize("path", ["/register", "/login"])
async def test_a_refusal_names_at_most_twenty_faults(auth: Auth, path: str) -> None:
    response = await auth.call("POST", path, json=dict.fromkeys(KEYS[:60], 0))
    assert await problem(response) == (422, "invalid")
    assert len((await response.json())["errors"]) == 20


async def test_a_compressed_body_is_refused_before_it_expands(auth: Auth) -> None:
    bomb = gzip.compress(b'{"username": "' + bytes(100_000_000))
    async with measuring_holds() as longest:
        response = await auth.call("POST", "/login", data=bomb, headers={**JSON, "Content-Encoding": "gzip"})
        assert await problem(response) == (415, "content_encoding")
    assert longest.seconds < 0.05


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"username": "ada", "username": "bob", "password": "x"}', "body.username"),
        ('{"username": ' + "1" * 5000 + "}", "body"),
        ('{"username": 1e999999, "password": "x"}', "body.username"),
        ('{"username": "ada", "password": ' + "[" * 100 + "]" * 100 + "}", "body"),
        ('{"username": "\\ud800", "password": "x"}', "body"),
    ],
)
async def test_json_that_parsers_disagree_on_is_refused(auth: Auth, body: str, field: str) -> None:
    assert await fields_at_fault(await auth.call("POST", "/login", data=body, headers=JSON)) == {field}


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "cursor=%00", "cursor=%ED%A0%80", "limit=" + "1" * 5000]
)
async def test_a_query_that_is_ambiguous_or_no_text_is_refused(auth: Auth, query: str) -> None:
    session: dict[str, Any] = await auth.register()
    response = await auth.call("GET", f"/sessions?{query}", token=session["access_token"])
    assert await problem(response) == (422, "invalid")
    assert len(await response.read()) < 2000
