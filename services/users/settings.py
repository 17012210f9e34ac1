"""Settings of the users service, from USERS_* in the environment."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class UsersSettings(ServiceSettings):
    """Settings of a process of the users service."""

    model_config = SettingsConfigDict(env_prefix="USERS_")

    jwks_url: str = Field(description="URL of auth's public keys, fetched in the background")
    reports_per_hour: int = Field(20, ge=1, le=1000, description="limit per artist")
    watched: str = Field(
        "", description="name=url,... of the processes whose /ready and /metrics the worker polls"
    )

    @field_validator("watched")
    @classmethod
    def _is_a_list(cls, value: str) -> str:
        parse_targets(value)
        return value

    @property
    def targets(self) -> Mapping[str, str]:
        """The URL of each process to poll, by name."""
        return parse_targets(self.watched)


def parse_targets(watched: str) -> Mapping[str, str]:
    """Parse `name=url,name=url`; raises ValueError for anything else."""
    pairs = [item.strip().partition("=") for item in watched.split(",") if item.strip()]
    if not all(name and url.startswith(("http://", "https://")) for name, _, url in pairs):
        raise ValueError("must be name=url,name=url")
    return {name: url.rstrip("/") for name, _, url in pairs}
