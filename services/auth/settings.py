"""Settings of the auth service, from AUTH_* in the environment."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


def spare_cores() -> int:
    """Return how many cores may hash at once: one is left, so that a flood of logins slows nobody else."""
    return max(1, len(os.sched_getaffinity(0)) - 1)


class AuthSettings(ServiceSettings):
    """What the auth service can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    secret: SecretStr = Field(min_length=32, description="encrypts the signing keys in the database")
    hashing_threads: int = Field(default_factory=spare_cores, ge=1, description="passwords hashed at once")
    refresh_seconds: int = Field(30 * 86_400, ge=60, description="how long a session lives without a refresh")
    refresh_grace_seconds: float = Field(
        3.0, ge=0, description="how long the refresh token before the current one gives the current one again"
    )
    login_window_seconds: int = Field(300, ge=1, description="how long failed logins are remembered")
    login_failures_per_account: int = Field(10, ge=1, description="failed logins of one name in a window")
    login_failures_per_address: int = Field(
        100, ge=1, description="failed logins from one address in a window"
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="smtp://[user:password@]host[:port] or smtps://...; without it, mail is kept as files",
    )
    mail_from: str = Field("Tessera <tessera@tessera.invalid>", description="sender of mail")
    mail_folder: Path = Field(Path("var/mail"), description="where mail is kept without AUTH_SMTP_URL")
    public_url: str = Field("http://localhost:8080", description="where people reach this site, for links")
    mail_window_seconds: int = Field(3600, ge=1, description="how long requests for mail are remembered")
    mails_per_account: int = Field(3, ge=1, description="mails of one kind to one address in a window")
    mails_per_address: int = Field(30, ge=1, description="mails asked for from one address in a window")
    admin_username: str = Field("admin", description="name of the account that `first-admin` makes")
    admin_email: str = Field("admin@tessera.invalid", description="email address of that account")

    @property
    def refresh_lifetime(self) -> timedelta:
        """How long a session lives after its last refresh."""
        return timedelta(seconds=self.refresh_seconds)

    @property
    def refresh_grace(self) -> timedelta:
        """How long a replaced refresh token still gives its successor."""
        return timedelta(seconds=self.refresh_grace_seconds)

    @property
    def login_window(self) -> timedelta:
        """How long failed logins are remembered."""
        return timedelta(seconds=self.login_window_seconds)

    @property
    def mail_window(self) -> timedelta:
        """How long requests for mail are remembered."""
        return timedelta(seconds=self.mail_window_seconds)
