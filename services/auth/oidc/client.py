"""The client of a provider that people log in with: what all kinds of providers have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.auth.oidc.rules import Flow, ProvenIdentity, check_subject, clean_email
from services.auth.oidc.transport import Transport
from services.auth.settings import OidcProvider


class ProviderClient(ABC):
    """One provider, by the code flow with PKCE (RFC 6749, section 4.1; RFC 7636).

    `callback` is the redirect URI.
    """

    def __init__(self, provider: OidcProvider, callback: str, *, user_agent: str = "Tessera") -> None:
        self.provider = provider
        self._callback = callback
        self._transport = Transport(provider.id, user_agent)

    @abstractmethod
    async def make_authorization_url(self, flow: Flow) -> str:
        """Return where a login begins. Raises Unavailable("provider")."""

    @abstractmethod
    async def redeem(self, flow: Flow, code: str, issuer: str | None) -> ProvenIdentity:
        """Exchange the code of a response, which may name its `issuer`, for the identity that logs in.

        Raises Unavailable("provider"), ProviderRefused.
        """

    def _make_url(self, endpoint: str, flow: Flow, scope: str, **more: str) -> str:
        url: str = prepare_grant_uri(
            endpoint,
            client_id=self.provider.client_id,
            response_type="code",
            redirect_uri=self._callback,
            scope=scope,
            state=flow.state,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
            **more,
        )
        return url

    def _make_form(self, flow: Flow, code: str) -> dict[str, str]:
        """Return what is exchanged for tokens, without the client's credentials."""
        return {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._callback,
            "code_verifier": flow.verifier,
        }

    def _make_credentials(self) -> dict[str, str]:
        """Return the client's credentials as a part of the form."""
        secret = self.provider.client_secret.get_secret_value()
        return {"client_id": self.provider.client_id, "client_secret": secret}

    def _prove(self, subject: object, email: object, *, is_email_verified: bool) -> ProvenIdentity:
        """Make an identity of what the provider says; raises ProviderRefused."""
        cleaned = clean_email(email)
        return ProvenIdentity(
            self.provider.id,
            self.provider.issuer,
            check_subject(subject),
            cleaned,
            is_email_verified and cleaned is not None,
        )
