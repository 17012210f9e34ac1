"""Logging in, refreshing, logging out."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import pytest

from tests.support.auth import PASSWORD, Auth, StartAuth, fields_at_fault, problem


async def test_login_accepts_the_username_or_the_email_address(auth: Auth) -> None:
    registered = await auth.register("Ada", email="ada@mail.test")
    for login in ("Ada", "aDA", "ada@mail.test", "ADA@MAIL.TEST"):
        response = await auth.login(login)
        assert response.status == 200
        session = await response.json()
        assert session["account"] == registered["account"]
        assert (await auth.call("GET", "/me", token=session["access_token"])).status == 200


async def test_login_accepts_the_email_address_in_a_field_of_its_own(auth: Auth) -> None:
    await auth.register("ada", email="ada@mail.test")
    response = await auth.call("POST", "/login", json={"email": "ada@mail.test", "password": PASSWORD})
    assert response.status == 200


async def test_a_wrong_password_and_an_unknown_account_get_the_same_response(auth: Auth) -> None:
    await auth.register("ada")
    answers = []
    for login in ("ada", "nobody", "nobody@mail.test", "no\\body'--"):
        response = await auth.login(login, "another-password-1")
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        document = await response.json()
        del document["request_id"]
        answers.append(document)
    assert answers[0]["code"] == "bad_credentials"
    assert all(answer == answers[0] for answer in answers)


async def test_an_unknown_account_takes_as_long_as_a_wrong_password(auth: Auth) -> None:
    await auth.register("ada")

    async def seconds(login: str) -> float:
        started = time.process_time()  # the work of this process, whatever else the machine does
        await auth.login(login, "another-password-1")
        return time.process_time() - started

    known, unknown = [], []
    for _ in range(8):
        known.append(await seconds("ada"))
        unknown.append(await seconds("nobody"))
    assert min(unknown) > 0.5 * min(known)
    assert statistics.median(unknown) < 2 * statistics.median(known) + 0.05


BROKEN_RULES: list[tuple[str, dict[str, Any], str]] = [
    ("/login", {"password": PASSWORD}, "body.username"),
    ("/login", {"username": "ada"}, "body.password"),
    ("/login", {"username": "", "password": PASSWORD}, "body.username"),
    ("/login", {"username": "a\u0000b", "password": PASSWORD}, "body.username"),
    ("/login", {"username": {}, "password": PASSWORD}, "body.username"),
    ("/login", {"username": "ada", "password": "a" * 129}, "body.password"),
    ("/login", {"username": "ada", "password": PASSWORD, "otp": 1}, "body.otp"),
    ("/refresh", {}, "body.refresh_token"),
    ("/refresh", {"refresh_token": 1}, "body.refresh_token"),
    ("/refresh", {"refresh_token": "a" * 201}, "body.refresh_token"),
    ("/logout", {"refresh_token": ""}, "body.refresh_token"),
    ("/logout", {"token": "a"}, "body.token"),
]


async def test_a_field_that_breaks_a_rule_is_named(auth: Auth) -> None:
    for path, body, field in BROKEN_RULES:
        assert (body, await fields_at_fault(await auth.call("POST", path, json=body))) == (body, {field})


async def test_a_suspension_is_revealed_only_with_the_right_password(auth: Auth) -> None:
    await auth.register("ada")
    auth.rows("UPDATE accounts SET status = 'suspended', suspension_reason = 'spam'")
    assert await problem(await auth.login("ada")) == (403, "account_suspended")
    assert await problem(await auth.login("ada", "wrong")) == (401, "bad_credentials")


async def test_a_suspended_account_cannot_use_its_sessions(auth: Auth) -> None:
    session = await auth.register("ada")
    auth.rows("UPDATE accounts SET status = 'suspended', suspension_reason = 'spam'")
    token = session["access_token"]
    assert await problem(await auth.refresh(session["refresh_token"])) == (403, "account_suspended")
    assert await problem(await auth.call("GET", "/me", token=token)) == (403, "account_suspended")
    assert await problem(await auth.call("POST", "/ws-ticket", token=token)) == (403, "account_suspended")


async def test_a_deleted_account_is_treated_as_unknown(auth: Auth) -> None:
    session = await auth.register("ada")
    auth.rows("UPDATE accounts SET status = 'deleted'")
    assert await problem(await auth.login("ada")) == (401, "bad_credentials")
    assert await problem(await auth.refresh(session["refresh_token"])) == (401, "token_invalid")
    assert await problem(await auth.call("GET", "/me", token=session["access_token"])) == (
        401,
        "token_invalid",
    )


@pytest.mark.real_hashes
async def test_a_hash_with_outdated_parameters_is_replaced_at_login(auth: Auth) -> None:
    from argon2 import PasswordHasher

    await auth.register("ada")
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    auth.rows("UPDATE accounts SET password_hash = %(older)s", {"older": older})
    responses = await asyncio.gather(*(auth.login("ada") for _ in range(4)))
    assert [response.status for response in responses] == [200] * 4
    [(stored,)] = auth.rows("SELECT password_hash FROM accounts")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await auth.login("ada")).status == 200


async def test_a_refresh_returns_a_new_pair_of_tokens_for_the_same_session(auth: Auth) -> None:
    first = await auth.register()
    response = await auth.refresh(first["refresh_token"])
    assert response.status == 200
    second = await response.json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["account"] == first["account"]
    assert auth.rows("SELECT count(*) FROM sessions") == [(1,)]
    assert (await auth.call("GET", "/me", token=second["access_token"])).status == 200
    assert (await auth.refresh(second["refresh_token"])).status == 200


async def test_a_session_ends_some_time_after_its_login_however_often_it_is_refreshed(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, refresh_seconds=3600, session_seconds=7200)
    session = await auth.register()
    for _ in range(2):
        session = await (await auth.refresh(session["refresh_token"])).json()
        auth.rows("UPDATE sessions SET created_at = created_at - interval '1 hour'")
    left = "SELECT extract(epoch FROM expires_at - now()) FROM sessions"
    [(seconds,)] = auth.rows(left)
    assert 0 < seconds <= 3600
    session = await (await auth.refresh(session["refresh_token"])).json()
    assert auth.rows(left)[0][0] <= 0
    assert await problem(await auth.refresh(session["refresh_token"])) == (401, "token_invalid")


async def test_an_unknown_refresh_token_is_invalid(auth: Auth) -> None:
    for token in ("nonsense", "A" * 43, "ü" * 40, "a\u0000b"):
        assert await problem(await auth.refresh(token)) == (401, "token_invalid")


async def test_tabs_that_refresh_at_the_same_time_share_one_successor(auth: Auth) -> None:
    session = await auth.register()
    responses = await asyncio.gather(*(auth.refresh(session["refresh_token"]) for _ in range(8)))
    assert [response.status for response in responses] == [200] * 8
    successors = {(await response.json())["refresh_token"] for response in responses}
    assert len(successors) == 1
    assert auth.rows("SELECT count(*) FROM refresh_tokens WHERE rotated_at IS NULL") == [(1,)]
    assert (await auth.refresh(successors.pop())).status == 200


async def test_late_reuse_of_a_replaced_token_ends_its_session(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, refresh_grace_seconds=0)
    stolen = await auth.register()
    other = await (await auth.login(stolen["account"]["username"])).json()
    current = await (await auth.refresh(stolen["refresh_token"])).json()
    assert await problem(await auth.refresh(stolen["refresh_token"])) == (401, "token_reused")
    assert await problem(await auth.refresh(current["refresh_token"])) == (401, "token_invalid")
    assert (await auth.call("GET", "/me", token=current["access_token"])).status == 401
    assert (await auth.refresh(other["refresh_token"])).status == 200


async def test_only_the_token_before_the_current_one_has_a_grace_period(auth: Auth) -> None:
    first = await auth.register()
    second = await (await auth.refresh(first["refresh_token"])).json()
    assert (await auth.refresh(second["refresh_token"])).status == 200
    assert await problem(await auth.refresh(first["refresh_token"])) == (401, "token_reused")


async def test_parallel_reuse_leaves_no_live_token(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, refresh_grace_seconds=0)
    session = await auth.register()
    responses = await asyncio.gather(*(auth.refresh(session["refresh_token"]) for _ in range(6)))
    statuses = sorted(response.status for response in responses)
    assert statuses == [200] + [401] * 5
    assert auth.rows("SELECT count(*) FROM refresh_tokens") == [(0,)]


async def test_a_session_that_is_not_refreshed_in_time_ends(auth: Auth) -> None:
    session = await auth.register()
    auth.rows("UPDATE sessions SET expires_at = now()")
    assert await problem(await auth.refresh(session["refresh_token"])) == (401, "token_invalid")
    assert (await auth.call("GET", "/me", token=session["access_token"])).status == 401


async def test_refresh_tokens_are_stored_only_as_hashes(auth: Auth) -> None:
    session = await auth.register()
    await auth.refresh(session["refresh_token"])
    [(everything,)] = auth.rows("SELECT string_agg(encode(token_hash, 'escape'), '') FROM refresh_tokens")
    assert session["refresh_token"] not in everything


async def test_logout_ends_the_session_of_the_access_token(auth: Auth) -> None:
    session = await auth.register()
    response = await auth.call("POST", "/logout", token=session["access_token"])
    assert (response.status, await response.read()) == (204, b"")
    assert await problem(await auth.refresh(session["refresh_token"])) == (401, "token_invalid")
    assert await problem(await auth.call("GET", "/me", token=session["access_token"])) == (
        401,
        "token_invalid",
    )


async def test_logout_ends_the_session_of_the_refresh_token(auth: Auth) -> None:
    session = await auth.register()
    body = {"refresh_token": session["refresh_token"]}
    assert (await auth.call("POST", "/logout", json=body)).status == 204
    assert (await auth.refresh(session["refresh_token"])).status == 401


async def test_logging_out_twice_succeeds(auth: Auth) -> None:
    session = await auth.register()
    for _ in range(2):
        response = await auth.call(
            "POST", "/logout", token=session["access_token"], json={"refresh_token": session["refresh_token"]}
        )
        assert response.status == 204


async def test_logout_needs_a_token(auth: Auth) -> None:
    assert await problem(await auth.call("POST", "/logout")) == (401, "not_authenticated")
    assert await problem(await auth.call("POST", "/logout", json={})) == (401, "not_authenticated")


async def test_logout_all_ends_every_session_of_the_account_and_no_other(auth: Auth) -> None:
    stranger = await auth.register()
    first = await auth.register("ada")
    second = await (await auth.login("ada")).json()
    assert (await auth.call("POST", "/logout-all", token=second["access_token"])).status == 204
    for session in (first, second):
        assert (await auth.refresh(session["refresh_token"])).status == 401
    assert (await auth.refresh(stranger["refresh_token"])).status == 200


async def test_the_list_of_sessions_marks_the_current_one(auth: Auth) -> None:
    await auth.register()
    first = await auth.register("ada")
    headers = {"User-Agent": "Painter/1.0", "X-Forwarded-For": "203.0.113.7"}
    second = await (await auth.login("ada", headers=headers)).json()
    page = await (await auth.call("GET", "/sessions", token=first["access_token"])).json()
    assert page["next_cursor"] is None
    assert [session["current"] for session in page["items"]] == [True, False]
    assert page["items"][1]["address"] == "203.0.113.7"
    assert page["items"][1]["user_agent"] == "Painter/1.0"

    page = await (await auth.call("GET", "/sessions?limit=1", token=second["access_token"])).json()
    rest = await auth.call(
        "GET", f"/sessions?limit=1&cursor={page['next_cursor']}", token=second["access_token"]
    )
    assert [session["current"] for session in (await rest.json())["items"]] == [True]


async def test_an_account_can_end_one_of_its_sessions(auth: Auth) -> None:
    first = await auth.register("ada")
    await auth.login("ada")
    token = first["access_token"]
    page = await (await auth.call("GET", "/sessions", token=token)).json()
    [other] = [session["id"] for session in page["items"] if not session["current"]]
    assert (await auth.call("DELETE", f"/sessions/{other}", token=token)).status == 204
    assert await problem(await auth.call("DELETE", f"/sessions/{other}", token=token)) == (
        404,
        "session_not_found",
    )
    assert (await auth.call("GET", "/me", token=token)).status == 200


async def test_an_invalid_session_id_is_not_found(auth: Auth) -> None:
    token = (await auth.register())["access_token"]
    for session_id in ("0", "-1", "9" * 19, "9" * 40, "abc", "1.5"):
        response = await auth.call("DELETE", f"/sessions/{session_id}", token=token)
        assert (await problem(response))[0] == 404


async def test_the_session_of_another_account_is_not_found_and_stays_live(auth: Auth) -> None:
    victim, attacker = await auth.register(), await auth.register()
    page = await (await auth.call("GET", "/sessions", token=victim["access_token"])).json()
    response = await auth.call(
        "DELETE", f"/sessions/{page['items'][0]['id']}", token=attacker["access_token"]
    )
    assert await problem(response) == (404, "session_not_found")
    assert (await auth.refresh(victim["refresh_token"])).status == 200
