"""Access tokens and tickets, and known ways to forge them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.auth.keys.cipher import KeyCipher
from shared.http.tokens import TokenVerifier
from tests.support.auth import SECRET, Auth, problem


def encoded(part: dict[str, Any] | bytes) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@dataclass(frozen=True)
class Forger:
    """Forges variants of a token; it has the real signing key, for forged claims."""

    token: str
    kid: str
    key: Ed25519PrivateKey

    @property
    def header(self) -> dict[str, Any]:
        return jwt.get_unverified_header(self.token)

    @property
    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(self.token, options={"verify_signature": False})
        return claims

    def signed(self, header: dict[str, Any], claims: dict[str, Any], key: Any = None) -> str:
        return jwt.encode({**self.claims, **claims}, key or self.key, "EdDSA", {**self.header, **header})

    def signed_with_hmac(self, secret: bytes) -> str:
        head = encoded({**self.header, "alg": "HS256"}) + "." + encoded(self.claims)
        return head + "." + encoded(hmac.digest(secret, head.encode(), hashlib.sha256))

    def unsigned(self, algorithm: str) -> str:
        return f"{encoded({**self.header, 'alg': algorithm})}.{encoded(self.claims)}."

    def promoted(self) -> str:
        head, _, signature = self.token.split(".")
        return f"{head}.{encoded({**self.claims, 'roles': ['admin']})}.{signature}"

    def with_own_key(self) -> str:
        own = Ed25519PrivateKey.generate()
        jwk = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(own.public_key()))
        extra = {"jwk": jwk, "jku": "http://127.0.0.1:1/jwks.json", "x5u": "http://127.0.0.1:1/x"}
        return self.signed(extra, {}, own)


PEM = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo

FORGERIES: dict[str, Callable[[Forger], str]] = {
    "alg none": lambda forger: forger.unsigned("none"),
    "alg None": lambda forger: forger.unsigned("None"),
    "no signature": lambda forger: forger.unsigned("EdDSA"),
    "HS256 with the public key, raw": lambda forger: forger.signed_with_hmac(
        forger.key.public_key().public_bytes_raw()
    ),
    "HS256 with the public key, PEM": lambda forger: forger.signed_with_hmac(
        forger.key.public_key().public_bytes(*PEM)
    ),
    "kid of a file": lambda forger: forger.signed({"kid": "../../../../dev/null"}, {}),
    "kid of a statement": lambda forger: forger.signed({"kid": "' OR 1=1 --"}, {}),
    "kid unknown": lambda forger: forger.signed({"kid": "0" * 16}, {}),
    "kid empty": lambda forger: forger.signed({"kid": ""}, {}),
    "another key, kid of the real one": lambda forger: forger.signed({}, {}, Ed25519PrivateKey.generate()),
    "a key of its own in the header": Forger.with_own_key,
    "claims changed after signing": Forger.promoted,
    "issued in the future": lambda forger: forger.signed({}, {"iat": int(time.time()) + 600}),
    "not valid yet": lambda forger: forger.signed({}, {"nbf": int(time.time()) + 600}),
    "audience of tickets": lambda forger: forger.signed({}, {"aud": "tessera.ws"}),
    "another audience": lambda forger: forger.signed({}, {"aud": "elsewhere"}),
    "another issuer": lambda forger: forger.signed({}, {"iss": "elsewhere"}),
    "another type": lambda forger: forger.signed({"typ": "JWT"}, {}),
    "type of tickets": lambda forger: forger.signed({"typ": "ticket+jwt"}, {}),
    "subject not a number": lambda forger: forger.signed({}, {"sub": "ada"}),
    "expiry not a number": lambda forger: forger.signed({}, {"exp": "never"}),
    "roles not a list": lambda forger: forger.signed({}, {"roles": 1}),
    "truncated by one": lambda forger: forger.token[:-1],
    "truncated by half": lambda forger: forger.token[: len(forger.token) // 2],
    "two parts": lambda forger: forger.token.rpartition(".")[0],
    "five parts": lambda forger: forger.token + ".a.b",
    "not base64": lambda forger: "ü.ü.ü",
    "not JSON": lambda forger: f"{encoded(b'{')}.{encoded(b'{')}.{encoded(b'{')}",
    "long": lambda forger: "a" * 7000,
}


@pytest.fixture
async def forger(auth: Auth) -> Forger:
    session = await auth.register("mallory")
    [(kid, sealed)] = auth.rows("SELECT kid, sealed_private_key FROM signing_keys")
    key = Ed25519PrivateKey.from_private_bytes(KeyCipher(SECRET).decrypt(bytes(sealed), kid))
    return Forger(session["access_token"], kid, key)


async def test_a_token_signed_with_the_real_key_is_accepted(auth: Auth, forger: Forger) -> None:
    assert (await auth.call("GET", "/me", token=forger.signed({}, {}))).status == 200


async def test_tokens_and_revocations_are_dated_by_the_one_clock_of_the_database(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 60)
    session = await auth.register("ada")
    issued = jwt.decode(session["access_token"], options={"verify_signature": False})["iat"]
    await auth.call("POST", "/logout-all", token=session["access_token"])
    [(revoked,)] = auth.rows("SELECT extract(epoch FROM before) FROM revocations")
    [(now,)] = auth.rows("SELECT extract(epoch FROM clock_timestamp())")
    assert now - 60 < issued < revoked < now


async def test_no_forgery_is_accepted(auth: Auth, forger: Forger) -> None:
    answers = {}
    for name, forge in FORGERIES.items():
        response = await auth.call("GET", "/me", token=forge(forger))
        answers[name] = (response.headers.get("WWW-Authenticate"), await problem(response))
    assert answers == dict.fromkeys(FORGERIES, ("Bearer", (401, "token_invalid")))


async def test_a_token_that_lacks_a_claim_is_refused(auth: Auth, forger: Forger) -> None:
    for missing in forger.claims:
        claims = {name: value for name, value in forger.claims.items() if name != missing}
        token = jwt.encode(claims, forger.key, "EdDSA", forger.header)
        response = await auth.call("GET", "/me", token=token)
        assert (missing, await problem(response)) == (missing, (401, "token_invalid"))


async def test_an_expired_token_has_a_code_of_its_own(auth: Auth, forger: Forger) -> None:
    token = forger.signed({}, {"exp": int(time.time()) - 1})
    assert await problem(await auth.call("GET", "/me", token=token)) == (401, "token_expired")


async def test_another_authorization_scheme_is_refused(auth: Auth) -> None:
    for header in ("Bearer", "Bearer ", "Basic YTpi", "token", ""):
        response = await auth.call("GET", "/me", headers={"Authorization": header})
        assert await problem(response) == (401, "token_invalid")


async def test_an_access_token_identifies_the_account_and_the_session(auth: Auth) -> None:
    session = await auth.register("ada")
    [(session_id,)] = auth.rows("SELECT id FROM sessions")
    claims = jwt.decode(session["access_token"], options={"verify_signature": False})
    assert claims["exp"] - int(claims["iat"]) == session["expires_in"] == 900
    assert abs(claims.pop("iat") - time.time()) < 10
    assert len(claims.pop("jti")) == 32
    del claims["exp"]
    assert claims == {
        "iss": "tessera",
        "aud": "tessera",
        "sub": str(session["account"]["id"]),
        "sid": str(session_id),
        "username": "ada",
        "roles": [],
    }
    header = jwt.get_unverified_header(session["access_token"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")


async def test_a_new_role_is_in_the_next_access_token(auth: Auth) -> None:
    session = await auth.register()
    auth.rows("UPDATE accounts SET roles = ARRAY['moderator']")
    refreshed = await (await auth.refresh(session["refresh_token"])).json()
    assert jwt.decode(refreshed["access_token"], options={"verify_signature": False})["roles"] == [
        "moderator"
    ]


async def test_a_ticket_identifies_its_account_for_thirty_seconds(auth: Auth) -> None:
    session = await auth.register("ada")
    response = await auth.call("POST", "/ws-ticket", token=session["access_token"])
    assert response.status == 201
    answer = await response.json()
    assert answer["expires_in"] == 30
    identity, ticket_id = (await verifier_of(auth)).verify_ticket(answer["ticket"])
    assert (identity.account_id, identity.username) == (session["account"]["id"], "ada")
    assert len(ticket_id) == 32
    assert 25 < identity.expires_at - time.time() <= 30


async def test_every_ticket_is_different(auth: Auth) -> None:
    token = (await auth.register())["access_token"]
    tickets = {
        (await (await auth.call("POST", "/ws-ticket", token=token)).json())["ticket"] for _ in range(3)
    }
    assert len(tickets) == 3


async def test_a_ticket_is_not_accepted_as_an_access_token(auth: Auth) -> None:
    token = (await auth.register())["access_token"]
    ticket = (await (await auth.call("POST", "/ws-ticket", token=token)).json())["ticket"]
    assert await problem(await auth.call("GET", "/me", token=ticket)) == (401, "token_invalid")


async def test_a_guest_gets_no_ticket(auth: Auth) -> None:
    assert await problem(await auth.call("POST", "/ws-ticket")) == (401, "not_authenticated")


async def verifier_of(auth: Auth) -> TokenVerifier:
    """Make a verifier like those of other services, from the published keys."""

    async def published() -> dict[str, Any]:
        document: dict[str, Any] = await (await auth.client.get("/.well-known/jwks.json")).json()
        return document

    verifier = TokenVerifier(published)
    await verifier.refresh()
    return verifier
