"""Settings of the auth service, from AUTH_* in the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


def count_spare_cores() -> int:
    """Return how many cores may hash passwords: all but one, which a flood of logins leaves free."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


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
    smtp_url: SecretStr | None = Field(
        None,
        description="smtp://[user:password@]host[:port] or smtps://...; without it, mail is written to files",
    )
    smtp_ca: str | None = Field(
        None,
        description="certificates of an authority of one's own that issued the mail server's: a file, or PEM",
    )
    mail_from: str = Field("Tessera <tessera@tessera.invalid>", description="sender of mail")
    mail_folder: Path = Field(Path("var/mail"), description="where mail is written without AUTH_SMTP_URL")
    public_url: str = Field(
        "http://localhost:8080", description="public address of this site, for links in mail"
    )
    registration_window_seconds: int = Field(
        3600, ge=1, description="window in which registrations are counted"
    )
    registrations_per_address: int = Field(
        60, ge=1, description="registrations per client address and window; a school class has one address"
    )
    mail_window_seconds: int = Field(3600, ge=1, description="window in which mail is counted")
    mails_per_account: int = Field(3, ge=1, description="mails of one kind per recipient and window")
    mails_per_address: int = Field(
        60, ge=1, description="mails per client address and window, registrations included"
    )
    admin_username: str = Field("admin", description="username of the account that `first-admin` creates")
    admin_email: str = Field("admin@tessera.invalid", description="email address of that account")

    @property
    def refresh_lifetime(self) -> timedelta:
        """How long a session lives after its last refresh."""
        return timedelta(seconds=self.refresh_seconds)

    @property
    def refresh_grace(self) -> timedelta:
        """How long a replaced refresh token returns its successor again."""
        return timedelta(seconds=self.refresh_grace_seconds)

    @property
    def login_window(self) -> timedelta:
        """The window in which logins are counted."""
        return timedelta(seconds=self.login_window_seconds)

    @property
    def registration_window(self) -> timedelta:
        """The window in which registrations are counted."""
        return timedelta(seconds=self.registration_window_seconds)

    @property
    def mail_window(self) -> timedelta:
        """The window in which mail is counted."""
        return timedelta(seconds=self.mail_window_seconds)
