"""Settings of the auth service, from AUTH_* in the environment."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from shared.settings import HttpUrl, ServiceSettings, Takes


def count_spare_cores() -> int:
    """Return how many cores may hash passwords: all but one, which a flood of logins leaves free."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


def _check_smtp_url(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError("must be smtp://host or smtps://host")
    return url


SmtpUrl = Annotated[
    SecretStr,
    AfterValidator(_check_smtp_url),
    Takes("smtp://[user:password@]host[:port], or smtps:// for implicit TLS"),
]


_LOCAL = ("localhost", "127.0.0.1", "::1")


def _check_issuer(url: str) -> str:
    parts = urlsplit(url)
    if parts.query or parts.fragment or not (parts.scheme == "https" or parts.hostname in _LOCAL):
        raise ValueError("must be an https:// URL without query and fragment")
    return url


class ProviderKind(StrEnum):
    """How a provider says who somebody is: by OpenID Connect, or by an API of its own behind OAuth 2."""

    OIDC = "oidc"
    GITHUB = "github"
    DISCORD = "discord"


_ISSUERS: Mapping[str, str] = {
    ProviderKind.GITHUB: "https://github.com",
    ProviderKind.DISCORD: "https://discord.com",
}


class OidcProvider(BaseModel):
    """A provider that people may log in with; `id` is part of the redirect URI.

    `issuer` is as in the discovery document. For GitHub and Discord it is the address of their pages, by
    default of the public ones.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ProviderKind = ProviderKind.OIDC
    id: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,29}$")
    title: str = Field(min_length=1, max_length=50)
    issuer: Annotated[HttpUrl, AfterValidator(_check_issuer)]
    client_id: str = Field(min_length=1)
    client_secret: SecretStr = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _fill_issuer(cls, fields: Any) -> Any:
        default = _ISSUERS.get(str(fields.get("kind"))) if isinstance(fields, dict) else None
        return fields if default is None else {"issuer": default, **fields}

    @model_validator(mode="after")
    def _check_origin(self) -> Self:
        if self.kind is not ProviderKind.OIDC and urlsplit(self.issuer).path:
            raise ValueError("issuer must have no path, nor a slash at its end")
        return self


_OIDC_PROVIDERS = TypeAdapter(Annotated[tuple[OidcProvider, ...], Field(max_length=10)])


def parse_oidc_providers(value: SecretStr) -> Sequence[OidcProvider]:
    """Read the JSON of AUTH_OIDC_PROVIDERS; raises ValueError, whose text names fields and no values."""
    try:
        providers = _OIDC_PROVIDERS.validate_json(value.get_secret_value())
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise ValueError(f"must be a JSON list of providers; {'; '.join(faults)}") from None
    for name in ("id", "issuer"):
        if len({getattr(provider, name) for provider in providers}) < len(providers):
            raise ValueError(f"no two providers may have the same {name}")
    return providers


def _check_oidc_providers(value: SecretStr) -> SecretStr:
    parse_oidc_providers(value)
    return value


OidcProviders = Annotated[
    SecretStr,
    AfterValidator(_check_oidc_providers),
    Takes(
        '[{"kind": "oidc", "id": "corp", "title": "…", "issuer": "https://…", "client_id": "…",'
        ' "client_secret": "…"}, …] with the kinds oidc, github and discord'
    ),
]


class AuthSettings(ServiceSettings):
    """Settings of the auth service; the environment or files set them."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    secret: SecretStr = Field(min_length=32, description="encrypts the signing keys in the database")
    hashing_threads: int = Field(
        default_factory=count_spare_cores, ge=1, description="passwords hashed concurrently"
    )
    refresh_seconds: int = Field(
        30 * 86_400, ge=60, description="lifetime of a session since its last refresh"
    )
    session_seconds: int = Field(
        90 * 86_400, ge=60, description="lifetime of a session since its login, however often it is refreshed"
    )
    refresh_grace_seconds: float = Field(
        3.0, ge=0, description="how long a replaced refresh token returns its successor again"
    )
    login_window_seconds: int = Field(300, ge=1, description="window in which logins are counted")
    login_failures_per_account: int = Field(10, ge=1, description="failed logins per name and window")
    login_failures_per_address: int = Field(
        100, ge=1, description="failed logins per client address and window"
    )
    logins_per_address: int = Field(
        600, ge=1, description="logins per client address and window, successful ones included"
    )
    code_window_seconds: int = Field(
        3600, ge=1, description="window in which wrong codes of a second factor are counted"
    )
    code_failures_per_account: int = Field(
        10, ge=1, description="wrong codes of a second factor per account and window"
    )
    smtp_url: SmtpUrl | None = Field(
        None,
        description="mail server, sent a password over TLS only; without one, mail is written to files",
    )
    smtp_ca: str | None = Field(
        None,
        description="certificates of an authority of one's own that issued the mail server's: a file, or PEM",
    )
    mail_from: str = Field("Tessera <tessera@tessera.invalid>", description="sender of mail")
    mail_folder: Path = Field(Path("var/mail"), description="where mail is written without AUTH_SMTP_URL")
    public_url: HttpUrl = Field(
        "http://localhost:8080", description="public address of this site, for links in mail"
    )
    registration_window_seconds: int = Field(
        3600, ge=1, description="window in which registrations are counted"
    )
    registrations_per_address: int = Field(
        60, ge=1, description="registrations per client address and window; a school class has one address"
    )
    registrations_per_domain: int = Field(
        60, ge=1, description="registrations per mail domain and window, large public providers excepted"
    )
    registrations_before_challenge: int = Field(
        60, ge=0, description="registrations at the whole site per window, beyond which a challenge is solved"
    )
    mail_window_seconds: int = Field(3600, ge=1, description="window in which mail is counted")
    mails_per_account: int = Field(3, ge=1, description="mails of one kind per recipient and window")
    mails_per_address: int = Field(
        60, ge=1, description="mails per client address and window, registrations included"
    )
    oidc_providers: OidcProviders | None = Field(
        None,
        description="providers that people may log in with (OpenID Connect, GitHub, Discord), as JSON,"
        " 10 at most",
    )
    admin_username: str = Field("admin", description="username of the account that `first-admin` creates")
    admin_email: str = Field("admin@tessera.invalid", description="email address of that account")

    @property
    def configured_oidc_providers(self) -> Sequence[OidcProvider]:
        """The providers that people may log in with."""
        return () if self.oidc_providers is None else parse_oidc_providers(self.oidc_providers)

    @property
    def oidc_issuers(self) -> Collection[str]:
        """The issuers whose identities log in."""
        return frozenset(provider.issuer for provider in self.configured_oidc_providers)

    @property
    def refresh_lifetime(self) -> timedelta:
        """How long a session lives after its last refresh."""
        return timedelta(seconds=self.refresh_seconds)

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lives after its login at most."""
        return timedelta(seconds=self.session_seconds)

    @property
    def refresh_grace(self) -> timedelta:
        """How long a replaced refresh token returns its successor again."""
        return timedelta(seconds=self.refresh_grace_seconds)

    @property
    def login_window(self) -> timedelta:
        """The window in which logins are counted."""
        return timedelta(seconds=self.login_window_seconds)

    @property
    def code_window(self) -> timedelta:
        """The window in which codes of a second factor are counted."""
        return timedelta(seconds=self.code_window_seconds)

    @property
    def registration_window(self) -> timedelta:
        """The window in which registrations are counted."""
        return timedelta(seconds=self.registration_window_seconds)

    @property
    def mail_window(self) -> timedelta:
        """The window in which mail is counted."""
        return timedelta(seconds=self.mail_window_seconds)
