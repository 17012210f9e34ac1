"""Talking to a provider: discovery, the exchange of a code, and the verification of what that proves.

Nothing that a provider does holds up anybody else: each exchange has a deadline, a bound on bytes and a bound
on how many are under way, and only endpoints of the configured issuer are called, without following
redirects.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import aiohttp
import orjson
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.auth.oidc.rules import SUBJECT_MAX, Flow, ProvenIdentity, ProviderRefused, check_issuer
from services.auth.settings import OidcProvider
from shared.errors import Unavailable

SECONDS: Final = 5.0
"""For one request to a provider; somebody waits for it."""

MOST_BYTES: Final = 256 * 1024
UNDERWAY: Final = 16
"""Requests to one provider at a time in this process; more are refused at once."""

METADATA_SECONDS: Final = 3600.0
KEYS_SECONDS: Final = 60.0
"""How old keys must be before an unknown one lets them be fetched again."""

LEEWAY_SECONDS: Final = 60

# Asymmetric ones only: none, and HMAC with the client's secret, are refused.
_ALGORITHMS: Final = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
]


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What discovery says of a provider."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    takes_secret_in_body: bool
    names_itself: bool
    """Whether every response has `iss` (RFC 9207)."""


class ProviderClient:
    """One provider, as a client of which people log in here; `callback` is the redirect URI."""

    def __init__(self, provider: OidcProvider, callback: str) -> None:
        self.provider = provider
        self._callback = callback
        self._slots = asyncio.Semaphore(UNDERWAY)
        self._metadata: _Metadata | None = None
        self._metadata_at = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    async def make_authorization_url(self, flow: Flow) -> str:
        """Return where a login begins. Raises Unavailable("provider")."""
        metadata = await self._discover()
        url: str = prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=self.provider.client_id,
            response_type="code",
            redirect_uri=self._callback,
            scope="openid email profile",
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
        return url

    async def redeem(self, flow: Flow, code: str, issuer: str | None) -> ProvenIdentity:
        """Exchange the code of a response, which names its `issuer`, for who somebody is.

        Raises Unavailable("provider"), ProviderRefused.
        """
        metadata = await self._discover()
        check_issuer(issuer, self.provider.issuer, is_required=metadata.names_itself)
        tokens = await self._exchange(metadata, flow, code)
        claims = await self._verify(metadata, flow, tokens)
        return await self._identify(metadata, claims, tokens)

    async def _discover(self) -> _Metadata:
        now = time.monotonic()
        if self._metadata is None or now - self._metadata_at > METADATA_SECONDS:
            document = await self._fetch("GET", get_well_known_url(self.provider.issuer, external=True))
            self._metadata, self._metadata_at = self._read_metadata(document), now
        return self._metadata

    def _read_metadata(self, document: Mapping[str, Any]) -> _Metadata:
        if document.get("issuer") != self.provider.issuer:
            raise Unavailable("provider", "its discovery document is of another issuer")
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return _Metadata(
            authorization_endpoint=self._read_url(document, "authorization_endpoint"),
            token_endpoint=self._read_url(document, "token_endpoint"),
            jwks_uri=self._read_url(document, "jwks_uri"),
            userinfo_endpoint=self._read_url(document, "userinfo_endpoint")
            if document.get("userinfo_endpoint")
            else None,
            takes_secret_in_body="client_secret_basic" not in methods,
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _read_url(self, document: Mapping[str, Any], name: str) -> str:
        """Return an endpoint: with HTTPS, unless the issuer itself is on this machine."""
        url = document.get(name)
        scheme = urlsplit(url).scheme if isinstance(url, str) else ""
        if not isinstance(url, str) or scheme not in {"https", urlsplit(self.provider.issuer).scheme}:
            raise Unavailable("provider", f"its discovery document has no usable {name}")
        return url

    async def _exchange(self, metadata: _Metadata, flow: Flow, code: str) -> Mapping[str, Any]:
        secret = self.provider.client_secret.get_secret_value()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": flow.verifier,
        }
        if metadata.takes_secret_in_body:
            credentials = {"client_id": self.provider.client_id, "client_secret": secret}
            return await self._fetch("POST", metadata.token_endpoint, data={**form, **credentials})
        # The characters that HTTP Basic gives a meaning are escaped (RFC 6749, section 2.3.1).
        basic = aiohttp.encode_basic_auth(quote_plus(self.provider.client_id), quote_plus(secret))
        headers = {"Authorization": basic}
        return await self._fetch("POST", metadata.token_endpoint, data=form, headers=headers)

    async def _verify(self, metadata: _Metadata, flow: Flow, tokens: Mapping[str, Any]) -> CodeIDToken:
        id_token = tokens.get("id_token")
        if not isinstance(id_token, str):
            raise ProviderRefused("no ID token")
        try:
            decoded = await self._decode(metadata, id_token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": self.provider.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                {
                    "nonce": flow.nonce,
                    "client_id": self.provider.client_id,
                    "access_token": tokens.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise ProviderRefused(f"the ID token: {type(error).__name__}") from None
        return claims

    async def _decode(self, metadata: _Metadata, id_token: str) -> jwt.Token:
        """Verify the signature, with keys fetched again if it is of none that is known."""
        if self._keys is not None:
            try:
                return jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                if time.monotonic() - self._keys_at < KEYS_SECONDS:
                    raise
        self._keys = KeySet.import_key_set(dict(await self._fetch("GET", metadata.jwks_uri)))  # type: ignore[arg-type]
        self._keys_at = time.monotonic()
        return jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS)

    async def _identify(
        self, metadata: _Metadata, claims: CodeIDToken, tokens: Mapping[str, Any]
    ) -> ProvenIdentity:
        subject = claims["sub"]
        if not isinstance(subject, str) or not 1 <= len(subject) <= SUBJECT_MAX or "\x00" in subject:
            raise ProviderRefused("the ID token has no usable subject")
        said: Mapping[str, Any] = claims
        if "email" not in claims and metadata.userinfo_endpoint and "access_token" in tokens:
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            said = await self._fetch("GET", metadata.userinfo_endpoint, headers=bearer)
            if said.get("sub") != subject:
                raise ProviderRefused("the user info is of somebody else")
        email = said.get("email")
        return ProvenIdentity(
            self.provider.id,
            self.provider.issuer,
            subject,
            email if isinstance(email, str) else None,
            said.get("email_verified") in (True, "true"),
        )

    async def _fetch(self, method: str, url: str, **options: Any) -> Mapping[str, Any]:
        """Return the JSON object of a response. Raises Unavailable("provider"), ProviderRefused for a 4xx."""
        if self._slots.locked():
            raise Unavailable("provider", "too many requests to it are under way")
        try:
            async with self._slots, asyncio.timeout(SECONDS), aiohttp.ClientSession() as session:
                headers = {"Accept": "application/json", **options.pop("headers", {})}
                async with session.request(
                    method, url, headers=headers, allow_redirects=False, **options
                ) as response:
                    body = await _read_bounded(response.content)
                    status = response.status
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise Unavailable("provider", f"{self.provider.id}: {type(error).__name__}") from None
        if 400 <= status < 500 and method == "POST":
            raise ProviderRefused(f"status {status}")
        try:
            document = orjson.loads(body)
        except ValueError:
            document = None
        if status != 200 or not isinstance(document, dict):
            raise Unavailable("provider", f"{self.provider.id}: status {status} without a JSON object")
        return document


async def _read_bounded(content: aiohttp.StreamReader) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("too large")
    return bytes(body)
