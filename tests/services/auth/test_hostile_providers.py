"""Providers that lie, are slow, or answer nonsense: they log nobody in, and others log in as ever."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jws, jwt
from joserfc.jwk import OctKey, RSAKey

from services.auth.oidc import openid, transport
from tests.support.auth import Auth, StartAuth, problem
from tests.support.oidc import CLIENT_ID, CLIENT_SECRET, fragment_of, settings
from tests.support.waiting import eventually

KEY = RSAKey.generate_key(2048, {"kid": "1"})
FOREIGN_KEY = RSAKey.generate_key(2048, {"kid": "1"})


@dataclass
class Liar:
    """A provider whose every answer can be replaced; unless it is, it tells the truth."""

    url: str = ""
    answers: dict[str, Callable[[], web.StreamResponse]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256", "kid": "1"})
    key: Any = field(default_factory=lambda: KEY)
    asked: list[str] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    is_frozen: bool = False
    nonce: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        if self.is_frozen:
            await self.released.wait()
        if request.path in self.answers:
            return self.answers[request.path]()
        truth = {
            "/.well-known/openid-configuration": self._describe,
            "/jwks": lambda: {"keys": [KEY.as_dict(private=False)]},
            "/token": self._issue,
        }
        return web.json_response(truth[request.path]())

    def _describe(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            "authorization_response_iss_parameter_supported": True,
            **self.metadata,
        }

    def _issue(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "somebody",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            **self.claims,
        }
        told = {name: value for name, value in claims.items() if value is not None}
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self._sign(told)}

    def _sign(self, claims: dict[str, Any]) -> str:
        if self.header["alg"] == "none":
            parts = [json.dumps(self.header).encode(), json.dumps(claims).encode()]
            return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
        return jwt.encode(self.header, claims, self.key, algorithms=[self.header["alg"]])


@pytest.fixture
async def liar() -> AsyncIterator[Liar]:
    liar = Liar()
    async with TestServer(liar.app()) as server:
        liar.url = str(server.make_url("")).rstrip("/")
        yield liar
        liar.released.set()


@pytest.fixture
async def auth(start_auth: StartAuth, database_url: str, liar: Liar) -> Auth:
    return await start_auth(database_url, oidc_providers=json.dumps([settings(liar.url)]))


async def begin(auth: Auth, liar: Liar) -> tuple[Any, dict[str, str]]:
    """Begin to log in; returns the response, and what a provider is asked."""
    response = await auth.call("GET", "/oidc/elsewhere/start", allow_redirects=False)
    query = parse_qs(urlsplit(response.headers["Location"]).query)
    asked = {name: values[0] for name, values in query.items()}
    liar.nonce = asked.get("nonce", "")
    return response, asked


async def end(auth: Auth, response: Any, **answer: str) -> str:
    """Return from the provider with this answer; returns the outcome."""
    cookie = response.cookies["tessera_oidc"].value
    auth.client.session.cookie_jar.clear()
    ended = await auth.call(
        "GET",
        f"/oidc/elsewhere/callback?{urlencode(answer)}",
        headers={"Cookie": f"tessera_oidc={cookie}"},
        allow_redirects=False,
    )
    assert ended.status == 302, await ended.text()
    assert "tessera_refresh" not in ended.cookies
    return fragment_of(ended.headers["Location"])["oidc"]


async def log_in(auth: Auth, liar: Liar, **answer: str) -> str:
    response, asked = await begin(auth, liar)
    if "state" not in asked:
        return fragment_of(response.headers["Location"])["oidc"]
    return await end(auth, response, **{"code": "a code", "state": asked["state"], "iss": liar.url, **answer})


async def test_a_provider_that_tells_the_truth_is_believed(auth: Auth, liar: Liar) -> None:
    assert await log_in(auth, liar) == "register"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another login"},
        {"nonce": None},
        {"aud": "another site"},
        {"aud": ["another site", "and another"]},
        {"aud": [CLIENT_ID, "another site"]},
        {"aud": None},
        {"azp": "another site"},
        {"iss": "https://evil.test"},
        {"iss": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "nul\x00"},
        {"at_hash": base64.urlsafe_b64encode(hashlib.sha256(b"another").digest()[:16]).decode().rstrip("=")},
    ],
    ids=str,
)
async def test_an_id_token_that_is_not_for_this_login_is_refused(
    auth: Auth, liar: Liar, claims: dict[str, Any]
) -> None:
    liar.claims = claims
    assert await log_in(auth, liar) == "failed"


@pytest.mark.parametrize("lie", ["none", "HS256", "foreign key", "nonsense", "nothing"])
async def test_an_id_token_that_the_provider_did_not_sign_is_refused(
    auth: Auth, liar: Liar, lie: str
) -> None:
    if lie == "none":
        liar.header = {"alg": "none", "kid": "1"}
    elif lie == "HS256":
        liar.header, liar.key = {"alg": "HS256", "kid": "1"}, OctKey.import_key(CLIENT_SECRET)
    elif lie == "foreign key":
        liar.key = FOREIGN_KEY
    else:
        tokens = {"access_token": "x"} | ({"id_token": "§.§.§"} if lie == "nonsense" else {})
        liar.answers["/token"] = lambda: web.json_response(tokens)
    assert await log_in(auth, liar) == "failed"


@pytest.mark.parametrize(
    "more",
    [b'"sub": "half a character \\ud800"', b'"sub": "deep", "x": ' + b"[" * 3000 + b"]" * 3000],
    ids=["surrogate", "deep"],
)
async def test_claims_that_only_some_parsers_take_are_refused(auth: Auth, liar: Liar, more: bytes) -> None:
    response, asked = await begin(auth, liar)
    now = int(time.time())
    known = {"iss": liar.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": liar.nonce}
    signed = jws.serialize_compact(liar.header, json.dumps(known)[:-1].encode() + b", " + more + b"}", KEY)
    liar.answers["/token"] = lambda: web.json_response({"access_token": "opaque", "id_token": signed})
    assert await end(auth, response, code="a code", state=asked["state"], iss=liar.url) == "failed"


async def test_the_response_of_another_issuer_is_refused(auth: Auth, liar: Liar) -> None:
    assert await log_in(auth, liar, iss="https://evil.test") == "failed"
    assert "/token" not in liar.asked


async def test_a_response_without_issuer_is_refused_where_one_was_promised(auth: Auth, liar: Liar) -> None:
    response, asked = await begin(auth, liar)
    assert await end(auth, response, code="a code", state=asked["state"]) == "failed"


@pytest.mark.parametrize("state", [None, "", "of another login", "§", "\udcff"])
async def test_a_response_to_another_login_is_refused(auth: Auth, liar: Liar, state: str | None) -> None:
    response, _ = await begin(auth, liar)
    answer = {} if state is None else {"state": state.encode(errors="surrogateescape")}
    assert await end(auth, response, code="a code", iss=liar.url, **answer) == "expired"  # type: ignore[arg-type]
    assert "/token" not in liar.asked


@pytest.mark.parametrize("cookie", ["", "x", "AAAA", "é", "A" * 4000])
async def test_a_cookie_that_the_site_did_not_make_is_refused(auth: Auth, cookie: str) -> None:
    ended = await auth.call(
        "GET",
        "/oidc/elsewhere/callback?code=a&state=b",
        headers={"Cookie": f"tessera_oidc={cookie}"},
        allow_redirects=False,
    )
    assert fragment_of(ended.headers["Location"])["oidc"] == "expired"


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.test"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": ["http://127.0.0.1/jwks"]},
        {"userinfo_endpoint": "https://[/"},
    ],
    ids=str,
)
async def test_a_discovery_document_that_cannot_be_used_begins_no_login(
    auth: Auth, liar: Liar, metadata: dict[str, Any]
) -> None:
    liar.metadata = metadata
    assert await log_in(auth, liar) == "unavailable"


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="<h1>Welcome to our new provider</h1>", content_type="text/html"),
        lambda: web.Response(status=500),
        lambda: web.json_response([]),
        lambda: web.Response(body=b"{" + b" " * 300_000),
        lambda: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}),
    ],
    ids=["html", "500", "list", "large", "redirect"],
)
async def test_nonsense_from_a_provider_makes_it_unavailable(
    auth: Auth, liar: Liar, path: str, answer: Callable[[], web.Response]
) -> None:
    liar.answers[path] = answer
    assert await log_in(auth, liar) == "unavailable"


@pytest.mark.parametrize("methods", [5, "client_secret_basic", [None], []], ids=str)
async def test_a_nonsensical_list_of_methods_stops_no_login(auth: Auth, liar: Liar, methods: Any) -> None:
    liar.metadata = {"token_endpoint_auth_methods_supported": methods}
    assert await log_in(auth, liar) == "register"


@pytest.mark.parametrize("email", [7, "", "nul\x00@mail.test", "a\nb@mail.test", "x" * 300], ids=repr)
async def test_what_cannot_be_an_address_is_none(auth: Auth, liar: Liar, email: Any) -> None:
    liar.claims = {"email": email, "email_verified": True}
    response, asked = await begin(auth, liar)
    cookie = f"tessera_oidc={response.cookies['tessera_oidc'].value}"
    answer = urlencode({"code": "a code", "state": asked["state"], "iss": liar.url})
    path = f"/oidc/elsewhere/callback?{answer}"
    ended = await auth.call("GET", path, headers={"Cookie": cookie}, allow_redirects=False)
    left = fragment_of(ended.headers["Location"])
    assert (left["oidc"], left.get("email", "")) == ("register", "")


async def test_a_code_that_the_provider_refuses_logs_nobody_in(auth: Auth, liar: Liar) -> None:
    liar.answers["/token"] = lambda: web.json_response({"error": "invalid_grant"}, status=400)
    assert await log_in(auth, liar) == "failed"


@pytest.mark.slow
async def test_while_a_provider_never_answers_others_log_in(auth: Auth, liar: Liar) -> None:
    await auth.register("ada")
    liar.is_frozen = True
    waiting = [asyncio.create_task(log_in(auth, liar)) for _ in range(2 * transport.UNDERWAY)]

    async def are_under_way() -> bool:
        return len(liar.asked) == transport.UNDERWAY

    await eventually(are_under_way)
    assert (await auth.login("ada")).status == 200
    assert not any(task.done() and task.result() != "unavailable" for task in waiting)
    assert set(await asyncio.gather(*waiting)) == {"unavailable"}


async def test_linking_says_that_a_provider_is_down(auth: Auth, liar: Liar) -> None:
    ada = await auth.register("ada")
    liar.answers["/.well-known/openid-configuration"] = lambda: web.Response(status=503)
    response = await auth.request("POST", "/auth/identities/elsewhere", ada)
    assert await problem(response) == (503, "provider_unavailable")


async def test_a_provider_that_was_down_is_asked_again(auth: Auth, liar: Liar) -> None:
    liar.answers["/.well-known/openid-configuration"] = lambda: web.Response(status=503)
    assert await log_in(auth, liar) == "unavailable"
    liar.answers.clear()
    assert await log_in(auth, liar) == "register"


async def test_a_key_that_the_provider_has_replaced_is_fetched_again(
    auth: Auth, liar: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "KEYS_SECONDS", 0.0)
    assert await log_in(auth, liar) == "register"
    liar.key, liar.header = FOREIGN_KEY, {"alg": "RS256", "kid": "1"}
    liar.answers["/jwks"] = lambda: web.json_response({"keys": [FOREIGN_KEY.as_dict(private=False)]})
    assert await log_in(auth, liar) == "register"


async def test_foreign_tokens_do_not_make_the_site_fetch_keys_each_time(auth: Auth, liar: Liar) -> None:
    await log_in(auth, liar)
    liar.key = FOREIGN_KEY
    for _ in range(5):
        assert await log_in(auth, liar) == "failed"
    assert liar.asked.count("/jwks") == 1
