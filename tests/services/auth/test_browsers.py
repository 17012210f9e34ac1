"""The refresh token as a browser's cookie: who gets it, when it counts, and when it is forgotten."""

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
    """A request of our own page; the client keeps cookies as browsers do."""
    kwargs["headers"] = {**BROWSER, **kwargs.get("headers", {})}
    return await auth.call(kwargs.pop("method", "POST"), path, **kwargs)


async def signed_up(auth: Auth) -> dict[str, Any]:
    response = await in_browser(auth, "/register", json=auth.registration())
    assert response.status == 201
    session: dict[str, Any] = await response.json()
    return session


def set_cookie(response: ClientResponse) -> Morsel[str] | None:
    parsed = SimpleCookie("".join(response.headers.getall("Set-Cookie", [])))
    return parsed.get(COOKIE)


def kept(auth: Auth) -> str | None:
    """The cookie in the client's jar."""
    return next((cookie.value for cookie in auth.client.session.cookie_jar if cookie.key == COOKIE), None)


async def test_a_browser_gets_its_refresh_token_as_a_cookie_only(auth: Auth) -> None:
    registered = await in_browser(auth, "/register", json=auth.registration("ada"))
    logged_in = await in_browser(auth, "/login", json={"username": "ada", "password": PASSWORD})
    refreshed = await in_browser(auth, "/refresh")
    for response in (registered, logged_in, refreshed):
        cookie = set_cookie(response)
        assert cookie is not None
        assert len(cookie.value) == 43
        assert (await response.json())["refresh_token"] is None
        assert cookie.value not in await response.text()


async def test_no_script_no_other_site_and_no_other_path_gets_at_the_cookie(auth: Auth) -> None:
    response = await in_browser(auth, "/register", json=auth.registration())
    cookie = set_cookie(response)
    assert cookie is not None
    assert {name: value for name, value in cookie.items() if value} == {
        "httponly": True,
        "samesite": "Strict",
        "path": "/api/v1/auth",
        "max-age": str(30 * 86_400),
    }


@pytest.mark.parametrize(("scheme", "secure"), [("https", True), ("http", "")])
async def test_over_https_the_cookie_is_for_https_only(auth: Auth, scheme: str, secure: object) -> None:
    response = await in_browser(
        auth, "/register", json=auth.registration(), headers={"X-Forwarded-Proto": scheme}
    )
    cookie = set_cookie(response)
    assert cookie is not None
    assert cookie["secure"] == secure


async def test_other_clients_get_no_cookie(auth: Auth) -> None:
    response = await auth.call("POST", "/register", json=auth.registration())
    assert (await response.json())["refresh_token"]
    assert "Set-Cookie" not in response.headers


async def test_the_cookie_refreshes_the_session_without_a_body_or_with_an_empty_one(auth: Auth) -> None:
    await signed_up(auth)
    for body in WITHOUT_TOKEN:
        before = kept(auth)
        response = await in_browser(auth, "/refresh", **body)
        assert response.status == 200
        assert kept(auth) != before
        token = (await response.json())["access_token"]
        assert (await auth.call("GET", "/me", token=token)).status == 200
    assert auth.rows("SELECT count(*) FROM sessions") == [(1,)]


async def test_a_session_moves_from_a_body_into_the_cookie(auth: Auth) -> None:
    session = await auth.register()
    response = await in_browser(auth, "/refresh", json={"refresh_token": session["refresh_token"]})
    assert (await response.json())["refresh_token"] is None
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_tabs_that_refresh_at_once_keep_one_session(auth: Auth) -> None:
    await signed_up(auth)
    responses = await asyncio.gather(*(in_browser(auth, "/refresh") for _ in range(8)))
    assert [response.status for response in responses] == [200] * 8
    assert {cookie.value for response in responses if (cookie := set_cookie(response))} == {kept(auth)}
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_a_copied_cookie_that_comes_back_ends_the_session(
    start_auth: StartAuth, database_url: str
) -> None:
    auth = await start_auth(database_url, refresh_grace_seconds=0)
    await signed_up(auth)
    copied = kept(auth)
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
"""What a page of another site can make a browser send without a preflight; and another client's header."""


@pytest.mark.parametrize("forged", FORGED)
async def test_the_cookie_without_the_header_counts_for_nothing(auth: Auth, forged: dict[str, Any]) -> None:
    session = await signed_up(auth)
    mine = kept(auth)
    for path in ("/refresh", "/logout", "/logout-all"):
        response = await auth.call("POST", path, **forged)
        assert response.status in {401, 415, 422}
        assert "Set-Cookie" not in response.headers
    assert kept(auth) == mine
    assert (await auth.call("GET", "/me", token=session["access_token"])).status == 200
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_no_other_site_is_granted_the_header(auth: Auth) -> None:
    asked = {
        "Origin": "https://evil.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-tessera-client",
    }
    preflight = await auth.call("OPTIONS", "/refresh", headers=asked)
    assert preflight.status == 405
    assert not [name for name in preflight.headers if name.lower().startswith("access-control-")]


async def test_without_the_header_the_token_must_be_in_the_body(auth: Auth) -> None:
    await signed_up(auth)
    for body in [*WITHOUT_TOKEN, {"json": {"refresh_token": None}}]:
        assert await fields_at_fault(await auth.call("POST", "/refresh", **body)) == {"body.refresh_token"}


@pytest.mark.parametrize("cookie", [None, "", "nonsense", "ü" * 43, "a" * 5000, '"quoted"'])
async def test_a_cookie_that_is_nobodys_is_refused(auth: Auth, cookie: str | None) -> None:
    headers = {} if cookie is None else {"Cookie": f"{COOKIE}={cookie}"}
    assert await problem(await in_browser(auth, "/refresh", headers=headers)) == (401, "token_invalid")


async def test_a_cookie_of_bytes_that_are_no_text_is_refused(auth: Auth) -> None:
    reader, writer = await asyncio.open_connection(auth.client.host, auth.client.port)
    writer.write(
        b"POST /api/v1/auth/refresh HTTP/1.1\r\nHost: tessera\r\nX-Tessera-Client: browser\r\n"
        b"Cookie: tessera_refresh=\xff\xfe\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )
    assert (await reader.readline()).split()[1] in {b"401", b"400"}
    writer.close()


async def test_logging_out_ends_the_session_of_the_cookie_and_forgets_it(auth: Auth) -> None:
    session = await signed_up(auth)
    assert (await in_browser(auth, "/logout")).status == 204
    assert kept(auth) is None
    assert (await auth.call("GET", "/me", token=session["access_token"])).status == 401
    assert (await in_browser(auth, "/logout")).status == 204


async def test_ending_all_sessions_forgets_the_cookie(auth: Auth) -> None:
    session = await signed_up(auth)
    assert (await in_browser(auth, "/logout-all", token=session["access_token"])).status == 204
    assert kept(auth) is None


async def test_deleting_the_account_forgets_the_cookie(auth: Auth) -> None:
    session = await signed_up(auth)
    response = await in_browser(
        auth, "/account", method="DELETE", token=session["access_token"], json={"password": PASSWORD}
    )
    assert response.status == 204
    assert kept(auth) is None


async def test_a_wrong_password_leaves_account_and_cookie(auth: Auth) -> None:
    session = await signed_up(auth)
    response = await in_browser(
        auth, "/account", method="DELETE", token=session["access_token"], json={"password": "wrong"}
    )
    assert response.status == 403
    assert (await in_browser(auth, "/refresh")).status == 200


async def test_the_header_is_described(auth: Auth) -> None:
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
            for name in ("register", "login", "refresh", "logout", "logout-all")
        ),
        ("/api/v1/auth/account", "delete"),
    }
