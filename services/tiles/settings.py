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
    events_seconds: int = Field(7 * 86400, ge=0, description="how long events are kept to catch up from")
    events_newest: int = Field(5000, ge=0, description="how many events of a canvas are kept however old")
    area_seconds: int = Field(86400, ge=1, description="how long an area is held unless renewed")
    paint_rate: float = Field(60, gt=0, description="strokes a second of one artist, in this process")
    paint_burst: int = Field(120, ge=1, description="strokes an artist may paint at once after a pause")
    paint_underway: int = Field(
        100, ge=1, description="strokes of one connection that may wait for their answer"
    )
    paint_queue: int = Field(
        2000, ge=1, description="strokes and edits of tiles that may wait to be written in this process"
    )
