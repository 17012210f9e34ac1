"""Settings of the tiles service, from TILES_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import Networks, ServiceSettings


class TilesSettings(ServiceSettings):
    """What can be configured of the tiles service."""

    model_config = SettingsConfigDict(env_prefix="TILES_")

    jwks_url: str = Field(description="where auth publishes its public keys, fetched in the background")
    lock_seconds: int = Field(1800, ge=1, description="lifetime of a tile's lock unless renewed, in seconds")
    events_seconds: int = Field(
        7 * 86400, ge=0, description="seconds for which events are kept for catching up"
    )
    events_newest: int = Field(5000, ge=0, description="number of events per canvas that are kept at any age")
    messages_seconds: int = Field(
        30 * 86400, ge=1, description="seconds for which messages of a canvas's chat are kept"
    )
    canvases_per_day: int = Field(
        500, ge=1, description="canvases that one artist may make at once, copies included, and per day"
    )
    area_seconds: int = Field(86400, ge=1, description="lifetime of an area unless renewed, in seconds")
    paint_pixels_rate: float = Field(
        8192, gt=0, description="pixels per second of one artist, in this process; 64 strokes at most"
    )
    paint_pixels_burst: int = Field(
        32_768, ge=4096, description="pixels an artist may paint at once after a pause"
    )
    paint_underway: int = Field(
        100, ge=1, description="strokes of one connection that may wait for their answer"
    )
    message_rate: float = Field(
        200,
        gt=0,
        description="messages per second of one artist or network of guests, in this process; a WebSocket"
        " that sends more is closed",
    )
    message_burst: int = Field(1000, ge=1, description="those messages at once after a pause")
    picture_pixels_rate: float = Field(
        4_000_000,
        gt=0,
        description="pixels per second that one artist or network of guests may have drawn, in this process",
    )
    picture_pixels_burst: int = Field(
        150_000_000, ge=1, description="those pixels at once after a pause: twice the largest picture"
    )
    ffmpeg: str = Field(
        "ffmpeg",
        description="program that makes films as MP4 and WebP, by name or path; without it, no such films",
    )
    webhook_networks: Networks = Field(
        (), description="networks that webhooks may connect to although they are not public, as 10.1.0.0/16"
    )
    paint_queue: int = Field(
        2000, ge=1, description="strokes and edits of tiles that may wait to be written in this process"
    )
    paint_queue_pixels: int = Field(
        400_000, ge=1, description="pixels of those strokes; about two seconds of work"
    )
