"""Requests and responses about logins at providers."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, SecretStr

from services.auth.lifecycle.schemas import Admission, DisplayName, Email, Username
from services.auth.oidc.rules import NEXT_MAX
from shared.http.models import Query, View

_TICKET_MAX = 4_000


class ProviderView(View):
    """A provider that people may log in with."""

    id: str
    title: str


class ProviderListView(View):
    """Every provider, in the order of the site's settings."""

    items: list[ProviderView]


class IdentityView(View):
    """An account elsewhere that logs in to the caller's.

    `title` is null if the site no longer has its provider.
    """

    provider: str
    title: str | None
    linked_at: datetime
    last_used_at: datetime | None


class IdentityListView(View):
    """All identities of an account."""

    items: list[IdentityView]


class Begin(Query):
    """Where to go after the login: a path of the client."""

    next: str = Field("/", max_length=NEXT_MAX)


class Answer(Query):
    """What a provider adds to the redirect URI (RFC 6749, section 4.1.2; RFC 9207)."""

    code: str | None = Field(None, max_length=4_000)
    state: str | None = Field(None, max_length=200)
    iss: str | None = Field(None, max_length=2_000)
    error: str | None = Field(None, max_length=200)


class AuthorizationView(View):
    """Where the browser goes next: to the provider."""

    url: str


class OidcRegistration(Admission):
    """A new account without a password, for the identity that a login at a provider has proven.

    `ticket` is what that login ended with.
    """

    ticket: SecretStr = Field(min_length=1, max_length=_TICKET_MAX)
    username: Username
    email: Email
    display_name: DisplayName | None = None
