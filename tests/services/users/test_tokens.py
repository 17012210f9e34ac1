"""Tokens: only those that auth signed for this purpose and that have not expired are accepted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.users.app import create_app
from services.users.settings import UsersSettings
from tests.support.identities import TestKeys
from tests.support.parts import free_ports
from tests.support.users import ANN, NO_BROKER, Users
from tests.support.waiting import eventually

Forge = Callable[[TestKeys], str]


def altered(keys: TestKeys, headers: dict[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
    """Return a valid token signed again with other headers or claims, or by another key."""
    good = keys.token(*ANN)
    payload = jwt.decode(good, options={"verify_signature": False}) | claims
    given = jwt.get_unverified_header(good) | (headers or {})
    algorithm = given["alg"]
    return jwt.encode(
        {name: value for name, value in payload.items() if value is not None},
        key or ("" if algorithm == "none" else keys.private),
        algorithm,
        {name: value for name, value in given.items() if value is not None},
    )


def hs256_with_the_public_key(keys: TestKeys) -> str:
    public = keys.private.public_key().public_bytes_raw()
    return altered(keys, {"alg": "HS256"}, public + public)


def another_key_in_the_header(keys: TestKeys) -> str:
    other = Ed25519PrivateKey.generate()
    public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(other.public_key()))
    return altered(keys, {"jwk": public, "kid": None}, other)


FORGED: dict[str, Forge] = {
    "of another key": lambda keys: altered(keys, key=Ed25519PrivateKey.generate()),
    "alg none": lambda keys: altered(keys, {"alg": "none"}),
    "HS256 with the public key": hs256_with_the_public_key,
    "its own key": another_key_in_the_header,
    "a key elsewhere": lambda keys: altered(keys, {"jku": keys.jwks_url, "kid": "elsewhere"}),
    "kid that is a path": lambda keys: altered(keys, {"kid": "../../../dev/null"}),
    "no kid": lambda keys: altered(keys, {"kid": None}),
    "another type": lambda keys: altered(keys, {"typ": "JWT"}),
    "a WebSocket ticket": lambda keys: keys.ticket(*ANN),
    "expired": lambda keys: keys.token(*ANN, exp=int(time.time()) - 1),
    "not yet valid": lambda keys: keys.token(*ANN, nbf=int(time.time()) + 60),
    "of another audience": lambda keys: keys.token(*ANN, aud="other"),
    "of another issuer": lambda keys: keys.token(*ANN, iss="other"),
    "without a subject": lambda keys: altered(keys, sub=None),
    "without an end": lambda keys: altered(keys, exp=None),
    "without roles": lambda keys: altered(keys, roles=None),
    "of a subject that is no account": lambda keys: keys.token(*ANN, sub="ann"),
    "with roles that are no list": lambda keys: altered(keys, roles=7),
    "truncated": lambda keys: keys.token(*ANN)[:-5],
    "cut in the middle": lambda keys: keys.token(*ANN).rpartition(".")[0],
    "no token": lambda _: "x",
    "not ASCII": lambda _: "ä.ö.ü",
    "very long": lambda _: "a" * 7000,
}


@pytest.mark.parametrize(
    ("claim", "ahead", "status"),
    [("iat", 5, 200), ("iat", 30, 401), ("nbf", 5, 200), ("nbf", 30, 401), ("exp", 0, 401)],
)
async def test_the_clock_of_auth_may_be_ahead_by_seconds_but_no_token_outlives_its_end(
    users: Users, claim: str, ahead: int, status: int
) -> None:
    claims: dict[str, Any] = {claim: int(time.time()) + ahead}
    headers = {"Authorization": f"Bearer {users.keys.token(*ANN, **claims)}"}
    response = await users.call(None, "GET", "/users/profile", headers=headers)
    assert response.status == status


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_an_invalid_token_is_401(users: Users, forge: Forge) -> None:
    headers = {"Authorization": f"Bearer {forge(users.keys)}"}
    response = await users.call(None, "GET", "/users/profile", headers=headers)
    assert response.status == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await response.json())["code"] in {"token_invalid", "token_expired"}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YW5uOnB3", "Token x", "bearer\tx"])
async def test_a_header_without_a_bearer_token_is_401(users: Users, header: str) -> None:
    response = await users.call(None, "GET", "/users/profile", headers={"Authorization": header})
    assert response.status == 401


async def test_an_invalid_token_is_refused_even_where_guests_are_allowed(users: Users) -> None:
    response = await users.call(None, "GET", "/users", headers={"Authorization": "Bearer x"})
    assert response.status == 401


async def test_a_subject_beyond_any_account_is_401(users: Users) -> None:
    token = users.keys.token(*ANN, sub=str(2**63))
    response = await users.call(None, "GET", "/users/profile", headers={"Authorization": f"Bearer {token}"})
    assert response.status == 401


async def test_identity_headers_of_a_client_are_ignored(users: Users) -> None:
    spoofed = {"X-User-Id": "1", "X-Forwarded-User": "ann", "X_User_Id": "1"}
    assert (await users.call(None, "GET", "/users/profile", headers=spoofed)).status == 401


async def test_without_keys_the_service_names_auth_and_recovers(
    aiohttp_client: Any, database_url: str
) -> None:
    keys = TestKeys()
    published = web.Application()
    published.router.add_get("/jwks.json", keys._publish)
    server = TestServer(published, port=free_ports(1)[0])
    settings = UsersSettings(
        database_url=database_url, broker_url=NO_BROKER, jwks_url=f"http://127.0.0.1:{server.port}/jwks.json"
    )
    users = Users(await aiohttp_client(create_app(settings)), keys)
    assert (await (await users.client.get("/ready")).json())["code"] == "auth_unavailable"
    response = await users.call(ANN, "GET", "/users/profile")
    assert (response.status, (await response.json())["code"]) == (503, "auth_unavailable")
    assert (await users.call(None, "GET", "/users")).status == 200

    async def is_served() -> bool:
        return (await users.call(ANN, "GET", "/users/profile")).status == 200

    async with server:
        await eventually(is_served)
