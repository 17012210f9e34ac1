"""Registration, and the caller's own account."""

from __future__ import annotations

import asyncio
import io
import json

import pytest

from tests.support.auth import Auth, fields_at_fault, problem


async def test_registering_opens_a_session_of_the_new_account(auth: Auth) -> None:
    session = await auth.register("Ada_Lovelace", email="Ada@Mail.test", display_name="  Ada  ")
    assert session["token_type"] == "Bearer"
    assert session["expires_in"] == 900
    account = session["account"]
    assert account.pop("id") > 0
    assert account.pop("created_at").endswith("Z")
    assert account == {
        "username": "Ada_Lovelace",
        "email": "Ada@mail.test",
        "email_verified": False,
        "roles": [],
        "status": "active",
    }


async def test_me_shows_the_account_of_the_access_token(auth: Auth) -> None:
    session = await auth.register()
    response = await auth.call("GET", "/me", token=session["access_token"])
    assert response.status == 200
    assert await response.json() == session["account"]


async def test_me_needs_an_access_token(auth: Auth) -> None:
    response = await auth.call("GET", "/me")
    assert await problem(response) == (401, "not_authenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_username_is_taken_whatever_its_case(auth: Auth) -> None:
    await auth.register("Ada")
    response = await auth.call("POST", "/register", json=auth.registration("aDA", email="other@mail.test"))
    assert await problem(response) == (409, "username_taken")


async def test_an_email_address_is_taken_whatever_its_case(auth: Auth) -> None:
    await auth.register(email="Somebody@Mail.test")
    response = await auth.call("POST", "/register", json=auth.registration(email="someBODY@mail.TEST"))
    assert await problem(response) == (409, "email_taken")


async def test_of_eight_parallel_registrations_of_one_name_one_succeeds(auth: Auth) -> None:
    wanted = [auth.registration("Ada", email=f"ada{number}@mail.test") for number in range(8)]
    responses = await asyncio.gather(*(auth.call("POST", "/register", json=each) for each in wanted))
    assert sorted(response.status for response in responses) == [201] + [409] * 7
    refused = [response for response in responses if response.status == 409]
    assert {await problem(response) for response in refused} == {(409, "username_taken")}
    assert auth.rows("SELECT count(*) FROM accounts") == [(1,)]
    assert auth.rows("SELECT count(*) FROM outbox WHERE routing_key LIKE 'account.%'") == [(1,)]


async def test_a_registration_is_published_without_the_email_address(auth: Auth) -> None:
    session = await auth.register("ada", display_name="Ada")
    account = session["account"]
    [(key, payload)] = auth.rows("SELECT routing_key, payload FROM outbox WHERE routing_key LIKE 'account.%'")
    message = json.loads(payload)
    assert key == f"account.registered.{account['id']}"
    assert message["producer"] == "auth"
    assert message["data"].pop("registered_at")[:19] == account["created_at"][:19]
    assert message["data"] == {"account_id": account["id"], "username": "ada", "display_name": "Ada"}


BROKEN_RULES: list[tuple[str, object]] = [
    ("username", "ab"),
    ("username", "a" * 51),
    ("username", "_ada"),
    ("username", "ada_"),
    ("username", "ada lovelace"),
    ("username", "ada\n"),
    ("username", "Ädä"),
    ("username", 7),
    ("username", None),
    ("email", "ada"),
    ("email", "ada@"),
    ("email", "ada@localhost"),
    ("email", "ada@mail.test\u0000"),
    ("email", "a" * 250 + "@mail.test"),
    ("password", "short-1"),
    ("password", "a" * 129),
    ("password", "Password1"),
    ("password", "newcomer-2024"),
    ("password", "My-Addressee-1"),
    ("password", ["wobbly-teapot-49"]),
    ("display_name", "   "),
    ("display_name", "a" * 51),
    ("display_name", "two\nlines"),
    ("is_admin", True),
]


async def test_a_field_that_breaks_a_rule_is_named_and_nothing_is_stored(auth: Auth) -> None:
    wanted = {"username": "Newcomer", "email": "addressee@mail.test", "password": "wobbly-teapot-49"}
    for field, value in BROKEN_RULES:
        response = await auth.call("POST", "/register", json={**wanted, field: value})
        assert (value, await fields_at_fault(response)) == (value, {f"body.{field}"})
    assert auth.rows("SELECT count(*) FROM accounts") == [(0,)]


async def test_a_missing_field_is_named(auth: Auth) -> None:
    for missing in ("username", "email", "password"):
        wanted = auth.registration()
        del wanted[missing]
        response = await auth.call("POST", "/register", json=wanted)
        assert await fields_at_fault(response) == {f"body.{missing}"}


async def test_a_body_that_is_not_an_object_is_refused(auth: Auth) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/register", "/login", "/refresh"):
        for body in (b"", b"{", b"[]", b"null", b'"text"', b'{"username": "\\ud800"}', b"\xff"):
            response = await auth.call("POST", path, data=body, headers=headers)
            assert (body, await problem(response)) == (body, (422, "invalid"))


async def test_a_body_that_is_not_json_is_refused(auth: Auth) -> None:
    response = await auth.call("POST", "/register", data=b"username=ada")
    assert await problem(response) == (415, "not_json")


async def test_an_oversize_body_is_refused(auth: Auth) -> None:
    body = io.BytesIO(b'{"username": "' + b"a" * 2_000_000 + b'"}')
    response = await auth.call("POST", "/register", data=body, headers={"Content-Type": "application/json"})
    assert await problem(response) == (413, "body_too_large")


@pytest.mark.real_hashes
async def test_the_password_of_a_registration_is_stored_only_as_argon2id(auth: Auth) -> None:
    await auth.register(password="wobbly-teapot-49")
    [(stored,)] = auth.rows("SELECT password_hash FROM accounts")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    [(everything,)] = auth.rows("SELECT string_agg(CAST(accounts AS text), '') FROM accounts")
    assert "wobbly-teapot-49" not in everything
