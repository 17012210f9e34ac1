"""Logins, registrations and mail are limited by counts in the database."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from aiohttp import ClientResponse

from services.auth.accounts import passwords
from services.auth.accounts.passwords import Passwords
from tests.support.auth import PASSWORD, Auth, StartAuth, problem
from tests.support.waiting import PATIENCE

FROM = [{"X-Forwarded-For": f"203.0.113.{number}"} for number in range(100)]


async def test_after_too_many_failures_even_the_right_password_is_refused(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_account=3)
    await auth.register("ada")
    for number in range(3):
        assert (await auth.login("ada", "wrong", headers=FROM[number])).status == 401
    response = await auth.login("ADA", PASSWORD, headers=FROM[3])
    assert await problem(response) == (429, "too_many_logins")
    assert 290 <= int(response.headers["Retry-After"]) <= 300


async def test_unknown_accounts_are_throttled_like_existing_ones(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_account=2)
    statuses = [(await auth.login("nobody", "wrong")).status for _ in range(3)]
    assert statuses == [401, 401, 429]


async def test_a_client_address_is_throttled_across_names(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, login_failures_per_address=3)
    await auth.register("ada")
    statuses = [(await auth.login(f"name{number}", "wrong", headers=FROM[0])).status for number in range(4)]
    assert statuses == [401, 401, 401, 429]
    assert (await auth.login("ada", headers=FROM[1])).status == 200


async def test_the_ipv6_network_of_a_customer_counts_as_one_address(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_address=2)
    statuses = [
        (await auth.login(f"n{number}", "wrong", headers={"X-Forwarded-For": f"2001:db8::{number}"})).status
        for number in range(3)
    ]
    assert statuses == [401, 401, 429]


async def test_addresses_that_a_client_names_itself_are_ignored(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_address=2)
    # The gateway appends the address of its own peer.
    named = [{"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"} for number in range(3)]
    statuses = [
        (await auth.login(f"n{number}", "wrong", headers=headers)).status
        for number, headers in enumerate(named)
    ]
    assert statuses == [401, 401, 429]


async def test_parallel_guesses_are_all_counted(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, login_failures_per_account=4)
    await auth.register("ada")
    responses = await asyncio.gather(*(auth.login("ada", "wrong", headers=FROM[n]) for n in range(12)))
    assert sorted(response.status for response in responses) == [401] * 4 + [429] * 8


async def test_a_login_resets_the_failures_of_its_account(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, login_failures_per_account=3)
    await auth.register("ada")
    for _ in range(3):
        statuses = [(await auth.login("ada", guess)).status for guess in ("wrong", "wrong", PASSWORD)]
        assert statuses == [401, 401, 200]


async def test_a_login_neither_counts_against_its_address_nor_resets_it(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_address=2)
    await auth.register("ada")
    logins = [("ada", PASSWORD)] * 4 + [
        ("nobody", "wrong"),
        ("ada", PASSWORD),
        ("nobody", "wrong"),
        ("n", "w"),
    ]
    statuses = [(await auth.login(login, password)).status for login, password in logins]
    assert statuses == [200, 200, 200, 200, 401, 200, 401, 429]


async def test_replicas_share_the_count_and_a_restart_does_not_reset_it(
    start_auth: StartAuth, database_url: str
) -> None:
    one = await start_auth(database_url, login_failures_per_account=2)
    assert [(await one.login("ada", "wrong")).status for _ in range(2)] == [401, 401]
    another = await start_auth(database_url, login_failures_per_account=2)
    assert (await another.login("ada", "wrong")).status == 429


async def test_failures_expire_with_their_window(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, login_failures_per_account=1)
    assert [(await auth.login("ada", "wrong")).status for _ in range(2)] == [401, 429]
    auth.rows("UPDATE login_throttles SET expires_at = now()")
    assert (await auth.login("ada", "wrong")).status == 401


async def test_parallel_logins_from_one_address_do_not_deadlock(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "QUEUE_SECONDS", PATIENCE)  # a busy machine hashes slowly
    await asyncio.gather(*(auth.register(f"artist{number}") for number in range(6)))
    responses = await asyncio.gather(
        *(auth.login(f"artist{number % 6}", PASSWORD if number % 3 else "wrong") for number in range(30))
    )
    assert sorted({response.status for response in responses}) == [200, 401]


async def test_the_name_typed_at_a_login_is_not_stored(auth: Auth) -> None:
    await auth.login("my-password-by-mistake", "wrong")
    [(everything,)] = auth.rows("SELECT string_agg(encode(key, 'escape'), '') FROM login_throttles")
    assert "mistake" not in everything


async def test_the_spellings_and_addresses_of_an_account_share_one_count(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, login_failures_per_account=3)
    await auth.register("fillip", email="phil@mail.test")
    logins = ["fillip", "f\u0130llip", "PHIL@mail.test", "fill\u0130p", "phil@mail.test", "fillip"]
    statuses = [(await auth.login(login, "wrong")).status for login in logins]
    assert statuses == [401, 401, 401, 429, 429, 429]
    assert (await auth.login("fillip", headers=FROM[1])).status == 429


async def test_successful_logins_of_a_network_are_limited_too(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, logins_per_address=3)
    await auth.register("ada")
    statuses = [(await auth.login("ada", headers=FROM[0])).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert (await auth.login("ada", headers=FROM[1])).status == 200


async def test_registrations_of_a_network_are_limited_across_replicas(
    start_auth: StartAuth, database_url: str
) -> None:
    replicas = [await start_auth(database_url, registrations_per_address=3) for _ in range(2)]

    async def register(number: int, address: str) -> ClientResponse:
        auth = replicas[number % 2]
        body, headers = auth.registration(f"artist_{number}"), {"X-Forwarded-For": address}
        return await auth.call("POST", "/register", json=body, headers=headers)

    responses = await asyncio.gather(*(register(n, f"2001:db8::{n}") for n in range(8)))
    assert sorted(response.status for response in responses) == [201] * 3 + [429] * 5
    refused = next(response for response in responses if response.status == 429)
    assert await problem(refused) == (429, "too_many_registrations")
    assert 3500 <= int(refused.headers["Retry-After"]) <= 3600
    assert (await register(8, "2001:db8:0:1::1")).status == 201
    assert (await register(9, "203.0.113.1")).status == 201


async def test_registrations_are_limited_by_mail_domain_from_whatever_network(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, registrations_per_domain=2)

    async def register(number: int, email: str) -> ClientResponse:
        body = auth.registration(f"artist_{number}", email=email)
        return await auth.call("POST", "/register", json=body, headers=FROM[number])

    statuses = [(await register(n, f"any@n{n}.flood.example")).status for n in range(3)]
    assert statuses == [201, 201, 429]
    assert (await register(3, "ada@another.example")).status == 201


async def test_registrations_with_a_large_public_provider_are_not_counted_together(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, registrations_per_domain=1)
    for number in range(3):
        await auth.register(email=f"ada{number}@gmail.com")


async def test_a_refused_registration_hashes_no_password(
    start_auth: StartAuth, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = await start_auth(database_url, registrations_per_address=1)
    await auth.register()

    async def refuse(*_: object) -> str:
        raise AssertionError("hashed")

    monkeypatch.setattr(Passwords, "hash", refuse)
    response = await auth.call("POST", "/register", json=auth.registration())
    assert await problem(response) == (429, "too_many_registrations")


def confirmations(auth: Auth) -> int:
    """Return how many mails that confirm an address were requested."""
    [(count,)] = auth.rows("SELECT count(*) FROM outbox WHERE payload::text LIKE '%confirm_email%'")
    return int(count)


async def test_the_mail_of_a_registration_counts_for_its_network(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, mails_per_address=2)
    await auth.register()
    await auth.call("POST", "/verify-email", json={"email": "someone@mail.test"})
    await auth.call("POST", "/verify-email", json={"email": "another@mail.test"})
    assert confirmations(auth) == 2
    response = await auth.call("POST", "/register", json=auth.registration())
    assert await problem(response) == (429, "too_many_registrations")


async def test_one_mailbox_gets_few_mails_however_its_address_is_written(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, mails_per_account=3)
    for number in range(3):
        await auth.register(email=f"a.da+{number}@mail.test")
    for address in ("ada@mail.test", "ADA@mail.test", "a.d.a@mail.test"):
        await auth.call("POST", "/verify-email", json={"email": address}, headers=FROM[1])
    await auth.register(email="ada+another@mail.test")
    assert confirmations(auth) == 3


async def test_changes_of_a_password_notify_its_owner_a_few_times_per_hour(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, mails_per_account=2)
    token = (await auth.register("ada"))["access_token"]
    passwords = [PASSWORD, *(f"wobbly-teapot-{number}" for number in range(50, 54))]
    for current, new in itertools.pairwise(passwords):
        body = {"current_password": current, "new_password": new}
        assert (await auth.call("PUT", "/password", token=token, json=body)).status == 204
    assert auth.rows("SELECT count(*) FROM outbox WHERE payload::text LIKE '%password_changed%'") == [(2,)]
