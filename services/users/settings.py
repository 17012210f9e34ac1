"""Settings of the users service, from USERS_* in the environment."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class UsersSettings(ServiceSettings):
    """What the users service can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="USERS_")

    jwks_url: str = Field(description="where auth publishes its public keys, asked in the background")
    reports_per_hour: int = Field(20, ge=1, le=1000, description="of one artist")
    watched: str = Field(
        "", description="name=url,... of the processes whose /ready and /metrics the worker looks at"
    )

    @field_validator("watched")
    @classmethod
    def _is_a_list(cls, value: str) -> str:
        targets_of(value)
        return value

    @property
    def targets(self) -> Mapping[str, str]:
        """The URL of each process watched, by its name."""
        return targets_of(self.watched)


def targets_of(watched: str) -> Mapping[str, str]:
    """Read `name=url,name=url`; raises ValueError for anything else."""
    pairs = [item.strip().partition("=") for item in watched.split(",") if item.strip()]
    if not all(name and url.startswith(("http://", "https://")) for name, _, url in pairs):
        raise ValueError("must be name=url,name=url")
    return {name: url.rstrip("/") for name, _, url in pairs}
