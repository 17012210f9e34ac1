"""Settings of the tiles service, from TILES_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class TilesSettings(ServiceSettings):
    """What the tiles service can be told from outside."""

    model_config = SettingsConfigDict(env_prefix="TILES_")

    jwks_url: str = Field(description="where auth publishes its public keys, asked in the background")
    lock_seconds: int = Field(1800, ge=1, description="how long a tile's lock lives unless renewed")
    area_seconds: int = Field(86400, ge=1, description="how long an area is held unless renewed")
