"""The kinds of providers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from services.auth.oidc.client import ProviderClient
from services.auth.oidc.discord import DiscordClient
from services.auth.oidc.github import GitHubClient
from services.auth.oidc.openid import OpenIdClient
from services.auth.settings import OidcProvider, ProviderKind

_KINDS: Final[Mapping[ProviderKind, Callable[[OidcProvider, str], ProviderClient]]] = {
    ProviderKind.OIDC: OpenIdClient,
    ProviderKind.GITHUB: GitHubClient,
    ProviderKind.DISCORD: DiscordClient,
}


def make_client(provider: OidcProvider, callback: str) -> ProviderClient:
    """Return the client of a provider; `callback` is the redirect URI."""
    return _KINDS[provider.kind](provider, callback)
