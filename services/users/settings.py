"""Settings of the users service, from USERS_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class UsersSettings(ServiceSettings):
    """What the users service can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="USERS_")

    jwks_url: str = Field(description="where auth publishes its public keys, asked in the background")
    reports_per_hour: int = Field(20, ge=1, le=1000, description="of one artist")
