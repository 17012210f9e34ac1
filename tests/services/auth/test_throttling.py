"""Password guessing is throttled by counts in the database."""

from __future__ import annotations

import asyncio

from tests.support.auth import PASSWORD, Auth, StartAuth, problem

FROM = [{"X-Real-Ip": f"203.0.113.{number}"} for number in range(100)]


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
        (await auth.login(f"n{number}", "wrong", headers={"X-Real-Ip": f"2001:db8::{number}"})).status
        for number in range(3)
    ]
    assert statuses == [401, 401, 429]


async def test_x_forwarded_for_is_ignored(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, login_failures_per_address=2)
    statuses = [
        (await auth.login(f"n{number}", "wrong", headers={"X-Forwarded-For": f"203.0.113.{number}"})).status
        for number in range(3)
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


async def test_parallel_logins_from_one_address_do_not_deadlock(auth: Auth) -> None:
    await asyncio.gather(*(auth.register(f"artist{number}") for number in range(6)))
    responses = await asyncio.gather(
        *(auth.login(f"artist{number % 6}", PASSWORD if number % 3 else "wrong") for number in range(30))
    )
    assert sorted({response.status for response in responses}) == [200, 401]


async def test_the_name_typed_at_a_login_is_not_stored(auth: Auth) -> None:
    await auth.login("my-password-by-mistake", "wrong")
    [(everything,)] = auth.rows("SELECT string_agg(encode(key, 'escape'), '') FROM login_throttles")
    assert "mistake" not in everything
