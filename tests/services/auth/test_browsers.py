"""The refresh token in a browser's cookie: who receives it, when it is accepted, when it is deleted."""

from __future__ import annotations

import asyncio
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from aiohttp import ClientResponse

from tests.support.auth import PASSWORD, Auth, StartAuth, fields_at_fault, problem

BROWSER = {"X-Tessera-Client": "browser"}
COOKIE = "tessera_refresh"
WITHOUT_TOKEN: list[dict[str, Any]] = [{}, {"json": {}}]


async def in_browser(auth: Auth, path: str, **kwargs: Any) -> ClientResponse:
    """Send a request as the site's own page does; the client stores cookies like a browser."""
    kwargs["headers"] = {**BROWSER, **kwargs.get("headers", {})}
    return await auth.call(kwargs.pop("method", "POST"), path, **kwargs)


async def sign_up(auth: Auth) -> dict[str, Any]:
    response = await in_browser(auth, "/register", json=auth.registration())
    assert response.status == 201
    session: dict[str, Any] = await response.json()
    return session


def cookie_set_by(response: ClientResponse) -> Morsel[str] | None:
    parsed = SimpleCookie("".join(response.headers.getall("Set-Cookie", [])))
    return parsed.get(COOKIE)


def stored_cookie(auth: Auth) -> str | None:
    """Return the cookie in the client's jar."""
    return next((cookie.value for cookie in auth.client.session.cookie_jar if cookie.key == COOKIE), None)


async def test_a_browser_receives_its_refresh_token_only_as_a_cookie(auth: Auth) -> None:
    registered = await in_browser(auth, "/register", json=auth.registration("ada"))
    logged_in = await in_browser(auth, "/login", json={"username": "ada", "password": PASSWORD})
    refreshed = await in_browser(auth, "/refresh")
    for response in (registered, logged_in, refreshed):
        cookie = cookie_set_by(response)
        assert cookie is not None
        assert len(cookie.value) == 43
        assert (await response.json())["refresh_token"] is None
        assert cookie.value not in await response.text()


async def test_below_a_path_the_cookie_is_sent_only_there(auth: Auth) -> None:
    headers = {"X-Forwarded-Prefix": "/tessera"}
    response = await in_browser(auth, "/register", json=auth.registration(), headers=headers)
    cookie = cookie_set_by(response)
    assert cookie is not None
    assert cookie["path"] == "/tessera/api/v1/auth"


async def test_the_cookie_is_hidden_from_scripts_other_sites_and_other_paths(auth: Auth) -> None:
    response = await in_browser(auth, "/register", json=auth.registration())
    cookie = cookie_set_by(response)
    assert cookie is not None
    assert {name: value for name, value in cookie.items() if value} == {
        "httponly": True,
        "samesite": "Strict",
        "path": "/api/v1/auth",
        "max-age": str(30 * 86_400),
    }


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", "")])
async def test_over_https_the_cookie_is_secure(auth: Auth, scheme: str, secure: object) -> None:
    response = await in_browser(
        auth, "/register", json=auth.registration(), headers={"X-Forwarded-Proto": scheme}
    )
    cookie = cookie_set_by(response)
    assert cookie is not None
    assert cookie["secure"] == secure


async def test_other_clients_receive_no_cookie(auth: Auth) -> None:
    response = await auth.call("POST", "/register", json=auth.registration())
    assert (await response.json())["refresh_token"]
    assert "Set-Cookie" not in response.headers


async def test_the_cookie_refreshes_the_session_without_a_body_or_with_an_empty_one(auth: Auth) -> None:
    await sign_up(auth)
    for body in WITHOUT_TOKEN:
        before = stored_cookie(auth)
        response = await in_browser(auth, "/refresh", **body)
        assert response.status == 200
        assert stored_cookie(auth) != before
        token = (await response.json())["access_token"]
        assert (await auth.call("GET", "/me", token=token)).status == 200
    assert auth.rows("SELECT count(*) FROM sessions") == [(1,)]


async def test_a_session_can_move_from_the_body_into_the_cookie(auth: Auth) -> None:
    session = await auth.register()
    response = await in_browser(auth, "/refresh", json={"refresh_token": session["refresh_token"]})
    assert (await response.json())["refresh_token"] is None
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_tabs_that_refresh_at_the_same_time_keep_one_session(auth: Auth) -> None:
    await sign_up(auth)
    responses = await asyncio.gather(*(in_browser(auth, "/refresh") for _ in range(8)))
    assert [response.status for response in responses] == [200] * 8
    assert {cookie.value for response in responses if (cookie := cookie_set_by(response))} == {
        stored_cookie(auth)
    }
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_reuse_of_a_copied_cookie_ends_the_session(start_auth: StartAuth, database_url: str) -> None:
    auth = await start_auth(database_url, refresh_grace_seconds=0)
    await sign_up(auth)
    copied = stored_cookie(auth)
    assert (await in_browser(auth, "/refresh")).status == 200
    thief = await in_browser(auth, "/refresh", cookies={COOKIE: copied})
    assert await problem(thief) == (401, "token_reused")
    assert await problem(await in_browser(auth, "/refresh")) == (401, "token_invalid")


FORGED: list[dict[str, Any]] = [
    {},
    {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "data": b"a=b"},
    {"headers": {"Content-Type": "text/plain"}, "data": b'{"refresh_token": null}'},
    {"headers": {"X-Tessera-Client": "app"}},
]
"""Requests that a page of another site can send without a preflight, and one with another client's header."""


@pytest.mark.parametrize("forged", FORGED)
async def test_the_cookie_is_ignored_without_the_header(auth: Auth, forged: dict[str, Any]) -> None:
    session = await sign_up(auth)
    mine = stored_cookie(auth)
    for path in ("/refresh", "/logout", "/logout-all"):
        response = await auth.call("POST", path, **forged)
        assert response.status in {401, 415, 422}
        assert "Set-Cookie" not in response.headers
    assert stored_cookie(auth) == mine
    assert (await auth.call("GET", "/me", token=session["access_token"])).status == 200
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_no_other_site_is_allowed_to_send_the_header(auth: Auth) -> None:
    asked = {
        "Origin": "https://evil.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-tessera-client",
    }
    preflight = await auth.call("OPTIONS", "/refresh", headers=asked)
    assert preflight.status == 405
    assert not [name for name in preflight.headers if name.lower().startswith("access-control-")]


async def test_without_the_header_the_token_must_be_in_the_body(auth: Auth) -> None:
    await sign_up(auth)
    for body in [*WITHOUT_TOKEN, {"json": {"refresh_token": None}}]:
        assert await fields_at_fault(await auth.call("POST", "/refresh", **body)) == {"body.refresh_token"}


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "ü" * 43, "a" * 5000, '"quoted"'])
async def test_an_unknown_cookie_is_refused(auth: Auth, cookie: str | None) -> None:
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    assert await problem(await in_browser(auth, "/refresh", headers=headers)) == (401, "token_invalid")


async def test_a_cookie_that_is_not_valid_text_is_refused(auth: Auth) -> None:
    reader, writer = await asyncio.open_connection(auth.client.host, auth.client.port)
    writer.write(
        b"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: tessera\r\nX-Tessera-Client: browser\r\n"
        b"Cookie: tessera_refresh=\xff\xfe\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    assert (await reader.readline()).split()[1] in {b"401", b"400"}
    writer.close()


async def test_logging_out_ends_the_session_of_the_cookie_and_deletes_the_cookie(auth: Auth) -> None:
    session = await sign_up(auth)
    assert (await in_browser(auth, "/logout")).status == 204
    assert stored_cookie(auth) is None
    assert (await auth.call("GET", "/me", token=session["access_token"])).status == 401
    assert (await in_browser(auth, "/logout")).status == 204


async def test_ending_all_sessions_deletes_the_cookie(auth: Auth) -> None:
    session = await sign_up(auth)
    assert (await in_browser(auth, "/logout-all", token=session["access_token"])).status == 204
    assert stored_cookie(auth) is None


async def test_deleting_the_account_deletes_the_cookie(auth: Auth) -> None:
    session = await sign_up(auth)
    response = await in_browser(
        auth, "/account", method="DELETE", token=session["access_token"], json={"password": PASSWORD}
    )
    assert response.status == 204
    assert stored_cookie(auth) is None


async def test_a_wrong_password_deletes_neither_account_nor_cookie(auth: Auth) -> None:
    session = await sign_up(auth)
    response = await in_browser(
        auth, "/account", method="DELETE", token=session["access_token"], json={"password": "wrong"}
    )
    assert response.status == 403
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_the_header_is_documented(auth: Auth) -> None:
    document = await (await auth.client.get("/openapi.json")).json()
    described = {
        (path, method)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if any(parameter["name"] == "X-Tessera-Client" for parameter in operation["parameters"])
    }
    assert described == {
        *(
            (f"/api/v1/auth/{name}", "post")
            for name in (
                "register",
                "login",
                "login/second-factor",
                "passkeys/login",
                "one-time-password",
                "oidc/register",
                "refresh",
                "logout",
                "logout-all",
            )
        ),
        ("/api/v1/auth/account", "delete"),
    }
