"""Logging in with Discord (docs.discord.com: OAuth2; User resource).

Discord publishes a discovery document, but documents neither its ID tokens nor its user info, and refuses the
scope `profile`; the API that it documents says all that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from services.auth.oidc.oauth import Endpoints, OAuthClient
from services.auth.oidc.rules import ProvenIdentity, ProviderRefused
from services.auth.settings import OidcProvider

_SNOWFLAKE = re.compile(r"[0-9]{1,20}")


class DiscordClient(OAuthClient):
    """The client of discord.com."""

    scope = "identify email"

    def __init__(self, provider: OidcProvider, callback: str) -> None:
        issuer = provider.issuer
        # Without a version, requests go to one that is deprecated.
        self._api = f"{issuer}/api/v10"
        site = urlsplit(callback)
        super().__init__(
            provider,
            callback,
            Endpoints(f"{issuer}/oauth2/authorize", f"{self._api}/oauth2/token", issuer),
            # In this form, or it may be blocked (API reference, "User Agent").
            user_agent=f"DiscordBot ({site.scheme}://{site.netloc}, 1) Tessera",
        )

    async def _identify(self, headers: Mapping[str, str]) -> ProvenIdentity:
        user = await self._transport.fetch("GET", f"{self._api}/users/@me", headers=headers)
        user_id = user.get("id")
        # Never the username: its owner may change it, and then anybody may take it.
        if not isinstance(user_id, str) or not _SNOWFLAKE.fullmatch(user_id):
            raise ProviderRefused("the user has no id")
        return self._prove(user_id, user.get("email"), is_email_verified=user.get("verified") is True)
