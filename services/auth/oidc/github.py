"""Logging in with GitHub (docs.github.com: Authorizing OAuth apps; REST API, users and emails)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from services.auth.oidc.oauth import Endpoints, OAuthClient
from services.auth.oidc.rules import ProvenIdentity, ProviderRefused
from services.auth.settings import OidcProvider


class GitHubClient(OAuthClient):
    """The client of github.com, GHE.com or a GitHub Enterprise Server; the issuer is where its pages are."""

    # Public profiles, with the id, need no scope.
    scope = "user:email"

    def __init__(self, provider: OidcProvider, callback: str) -> None:
        pages = f"{provider.issuer}/login/oauth"
        # On github.com, responses have named this issuer since 2026 (RFC 9207).
        super().__init__(provider, callback, Endpoints(f"{pages}/authorize", f"{pages}/access_token", pages))
        self._api = locate_api(provider.issuer)

    async def _identify(self, headers: Mapping[str, str]) -> ProvenIdentity:
        user = await self._transport.fetch("GET", f"{self._api}/user", headers=headers)
        user_id = user.get("id")
        # Never the login: its owner may change it, and then anybody may take it.
        if not isinstance(user_id, int) or isinstance(user_id, bool) or user_id < 1:
            raise ProviderRefused("the user has no numeric id")
        email, is_verified = await self._read_email(headers)
        return self._prove(str(user_id), email, is_email_verified=is_verified)

    async def _read_email(self, headers: Mapping[str, str]) -> tuple[object, bool]:
        """Return the primary address, which a profile may keep private, and whether it is verified."""
        url = f"{self._api}/user/emails?per_page=100"
        reply = await self._transport.send("GET", url, headers=headers)
        if reply.status in (403, 404):
            # Addresses were not granted; a GitHub App needs the permission "Email addresses".
            return None, False
        if reply.status != 200 or not isinstance(reply.document, list):
            raise self._transport.make_fault(reply)
        for entry in reply.document:
            if isinstance(entry, dict) and entry.get("primary") is True:
                return entry.get("email"), entry.get("verified") is True
        return None, False


def locate_api(issuer: str) -> str:
    """Return the address of the API that belongs to the pages at `issuer`."""
    parts = urlsplit(issuer)
    host = parts.hostname or ""
    if host == "github.com" or host.endswith(".ghe.com"):
        return f"{parts.scheme}://api.{parts.netloc}"
    return f"{issuer}/api/v3"
