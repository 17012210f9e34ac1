"""Providers of OAuth 2 without OpenID Connect: their API says who somebody is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from services.auth.oidc.client import ProviderClient
from services.auth.oidc.rules import Flow, ProvenIdentity, ProviderRefused, check_issuer
from services.auth.oidc.transport import name_error
from services.auth.settings import OidcProvider


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a provider is; `issuer` is how its responses name it (RFC 9207)."""

    authorization: str
    token: str
    issuer: str


class OAuthClient(ProviderClient):
    """One provider without ID tokens, which has no nonce: state and PKCE bind a response to its login."""

    scope: str
    """All that is asked for: who somebody is, and an email address."""

    def __init__(
        self, provider: OidcProvider, callback: str, endpoints: Endpoints, *, user_agent: str = "Tessera"
    ) -> None:
        super().__init__(provider, callback, user_agent=user_agent)
        self._endpoints = endpoints

    @final
    async def make_authorization_url(self, flow: Flow) -> str:
        """Return where a login begins."""
        return self._make_url(self._endpoints.authorization, flow, self.scope)

    @final
    async def redeem(self, flow: Flow, code: str, issuer: str | None) -> ProvenIdentity:
        """Exchange the code for a token; the API is asked whose it is, and the token then forgotten."""
        # `iss` may be missing. Then the redirect URI, which is this provider's alone, tells responses apart
        # (RFC 9700, section 4.4.2).
        check_issuer(issuer, self._endpoints.issuer, is_required=False)
        form = self._make_form(flow, code) | self._make_credentials()
        tokens = await self._transport.fetch("POST", self._endpoints.token, data=form)
        token = tokens.get("access_token")
        # GitHub refuses a code with status 200.
        if "error" in tokens or not isinstance(token, str) or not token:
            raise ProviderRefused(f"no token: {name_error(tokens)}")
        return await self._identify({"Authorization": f"Bearer {token}"})

    @abstractmethod
    async def _identify(self, headers: Mapping[str, str]) -> ProvenIdentity:
        """Ask the API whose token these headers have.

        Raises Unavailable("provider"), ProviderRefused.
        """
