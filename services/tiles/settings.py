"""Settings of the tiles service, from TILES_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class TilesSettings(ServiceSettings):
    """What can be configured of the tiles service."""

    model_config = SettingsConfigDict(env_prefix="TILES_")

    jwks_url: str = Field(description="where auth publishes its public keys, fetched in the background")
    lock_seconds: int = Field(1800, ge=1, description="lifetime of a tile's lock unless renewed, in seconds")
    events_seconds: int = Field(
        7 * 86400, ge=0, description="seconds for which events are kept for catching up"
    )
    events_newest: int = Field(5000, ge=0, description="number of events per canvas that are kept at any age")
    area_seconds: int = Field(86400, ge=1, description="lifetime of an area unless renewed, in seconds")
    paint_rate: float = Field(60, gt=0, description="strokes per second of one artist, in this process")
    paint_burst: int = Field(120, ge=1, description="strokes an artist may paint at once after a pause")
    paint_underway: int = Field(
        100, ge=1, description="strokes of one connection that may wait for their answer"
    )
    message_rate: float = Field(
        200, gt=0, description="messages per second of one WebSocket, which is closed if it sends more"
    )
    message_burst: int = Field(1000, ge=1, description="messages of one WebSocket at once after a pause")
    paint_queue: int = Field(
        2000, ge=1, description="strokes and edits of tiles that may wait to be written in this process"
    )
