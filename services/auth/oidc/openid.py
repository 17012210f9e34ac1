"""OpenID Connect: discovery, the exchange of a code, and the verification of the ID token that it returns.

Only endpoints that the discovery document of the configured issuer names are called.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote_plus, urlsplit

import aiohttp
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.auth.oidc.client import ProviderClient
from services.auth.oidc.rules import Flow, ProvenIdentity, ProviderRefused, check_issuer
from services.auth.settings import OidcProvider
from shared.errors import Unavailable

METADATA_SECONDS: Final = 3600.0
KEYS_SECONDS: Final = 60.0
"""How old the keys must be before they are fetched again for the sake of an unknown one."""

LEEWAY_SECONDS: Final = 60

# Only asymmetric ones: `none`, and HMAC with the client's secret, are refused.
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


class OpenIdClient(ProviderClient):
    """One provider of OpenID Connect."""

    def __init__(self, provider: OidcProvider, callback: str) -> None:
        super().__init__(provider, callback)
        self._metadata: _Metadata | None = None
        self._metadata_at = 0.0
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    async def make_authorization_url(self, flow: Flow) -> str:
        """Return where a login begins. Raises Unavailable("provider")."""
        metadata = await self._discover()
        return self._make_url(metadata.authorization_endpoint, flow, "openid email profile", nonce=flow.nonce)

    async def redeem(self, flow: Flow, code: str, issuer: str | None) -> ProvenIdentity:
        """Exchange the code for an ID token that says who somebody is."""
        metadata = await self._discover()
        check_issuer(issuer, self.provider.issuer, is_required=metadata.names_itself)
        tokens = await self._exchange(metadata, flow, code)
        claims = await self._verify(metadata, flow, tokens)
        return await self._identify(metadata, claims, tokens)

    async def _discover(self) -> _Metadata:
        now = time.monotonic()
        if self._metadata is None or now - self._metadata_at > METADATA_SECONDS:
            document = await self._transport.fetch(
                "GET", get_well_known_url(self.provider.issuer, external=True)
            )
            self._metadata, self._metadata_at = self._read_metadata(document), now
        return self._metadata

    def _read_metadata(self, document: Mapping[str, Any]) -> _Metadata:
        if document.get("issuer") != self.provider.issuer:
            raise Unavailable("provider", "its discovery document is of another issuer")
        methods = document.get("token_endpoint_auth_methods_supported")
        return _Metadata(
            authorization_endpoint=self._read_url(document, "authorization_endpoint"),
            token_endpoint=self._read_url(document, "token_endpoint"),
            jwks_uri=self._read_url(document, "jwks_uri"),
            userinfo_endpoint=self._read_url(document, "userinfo_endpoint")
            if document.get("userinfo_endpoint")
            else None,
            takes_secret_in_body=isinstance(methods, list) and "client_secret_basic" not in methods,
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _read_url(self, document: Mapping[str, Any], name: str) -> str:
        """Return an endpoint: with HTTPS, unless the issuer itself is on this machine."""
        url = document.get(name)
        schemes = {"https", urlsplit(self.provider.issuer).scheme}
        if not isinstance(url, str) or _read_scheme(url) not in schemes:
            raise Unavailable("provider", f"its discovery document has no usable {name}")
        return url

    async def _exchange(self, metadata: _Metadata, flow: Flow, code: str) -> Mapping[str, Any]:
        form = self._make_form(flow, code)
        if metadata.takes_secret_in_body:
            return await self._transport.fetch(
                "POST", metadata.token_endpoint, data=form | self._make_credentials()
            )
        # Characters with a meaning in HTTP Basic are escaped (RFC 6749, section 2.3.1).
        secret = self.provider.client_secret.get_secret_value()
        basic = aiohttp.encode_basic_auth(quote_plus(self.provider.client_id), quote_plus(secret))
        headers = {"Authorization": basic}
        return await self._transport.fetch("POST", metadata.token_endpoint, data=form, headers=headers)

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
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ProviderRefused(f"the ID token: {type(error).__name__}") from None
        return claims

    async def _decode(self, metadata: _Metadata, id_token: str) -> jwt.Token:
        """Verify the signature; the keys are fetched again if it was made with none of those known."""
        if self._keys is not None:
            try:
                return jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                if time.monotonic() - self._keys_at < KEYS_SECONDS:
                    raise
        self._keys = KeySet.import_key_set(dict(await self._transport.fetch("GET", metadata.jwks_uri)))  # type: ignore[arg-type]
        self._keys_at = time.monotonic()
        return jwt.decode(id_token, self._keys, algorithms=_ALGORITHMS)

    async def _identify(
        self, metadata: _Metadata, claims: CodeIDToken, tokens: Mapping[str, Any]
    ) -> ProvenIdentity:
        subject = claims["sub"]
        profile: Mapping[str, Any] = claims
        if "email" not in claims and metadata.userinfo_endpoint and "access_token" in tokens:
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            profile = await self._transport.fetch("GET", metadata.userinfo_endpoint, headers=bearer)
            if profile.get("sub") != subject:
                raise ProviderRefused("the user info is of somebody else")
        is_verified = profile.get("email_verified") in (True, "true")
        return self._prove(subject, profile.get("email"), is_email_verified=is_verified)


def _read_scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:  # "[" without "]", for instance
        return ""
