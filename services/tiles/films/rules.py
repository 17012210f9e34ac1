"""What a film is, how long and how large it may get, and what each frame shows; standard library only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.tiles.canvases.rules import Canvas
from services.tiles.timelapse.rules import reduction
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests

LIFETIME = timedelta(days=1)
"""How long a film can be downloaded, and how long it may wait to be made."""

KEPT_FILMS = 3
"""Per artist; another one replaces the oldest."""

MOST_WAITING = 100
"""Films of all artists that wait or are being made; each takes a worker seconds to minutes."""

FRAMES_PER_SECOND = 20
"""Each is shown for five hundredths of a second, GIF's unit; browsers slow down frames of less than two."""

DEFAULT_SECONDS, MAX_SECONDS = 15, 120
LAST_FRAME_SECONDS = 2
"""How much longer the last frame stays."""

MAX_SCALE = 16
DEFAULT_SIDE, MAX_SIDE = 1024, 2048
"""Pixels: of a film without a scale, and of any."""

MAX_PIXELS = 2_600_000_000
"""Of all frames together: a film of DEFAULT_SIDE by DEFAULT_SIDE and MAX_SECONDS, minutes of work."""

MAX_BYTES = 64 * 1024 * 1024
MAX_KEPT_BYTES = 64 * MAX_BYTES
"""Of all films: a worker could write a hundred GB in LIFETIME. Beyond that the oldest ones go earlier."""

PART_BYTES = 64 * 1024
"""Of a film's file, written and read at a time: strokes' commits wait while a part reaches the disk."""

MAX_ATTEMPTS = 5
"""How often a film is attempted before it is given up: it may be what kills the worker."""


class FilmFormat(StrEnum):
    """The format of a film's file."""

    APNG = "apng"
    GIF = "gif"
    WEBP = "webp"
    MP4 = "mp4"


WITHOUT_FFMPEG = (FilmFormat.APNG, FilmFormat.GIF)
WITH_FFMPEG = (*WITHOUT_FFMPEG, FilmFormat.WEBP, FilmFormat.MP4)

EXTENSIONS = {FilmFormat.APNG: "png", FilmFormat.GIF: "gif", FilmFormat.WEBP: "webp", FilmFormat.MP4: "mp4"}


class FilmStatus(StrEnum):
    """How far a film is."""

    WAITING = "waiting"
    DRAWING = "drawing"
    READY = "ready"
    FAILED = "failed"


class FilmFailure(StrEnum):
    """Why a film was given up."""

    TOO_LARGE = "too_large"
    """Its file would be larger than MAX_BYTES."""
    ENCODER = "encoder"
    """ffmpeg failed."""
    INTERRUPTED = "interrupted"
    """Its workers ended before they had made it."""


@dataclass(frozen=True, slots=True)
class Film:
    """A film as stored; sides in pixels, `frames` None until the changes have been counted."""

    id: int
    canvas_id: int
    creator_id: int
    format: FilmFormat
    starts_at: datetime
    ends_at: datetime
    seconds: int
    step: int
    scale: int
    width: int
    height: int
    status: FilmStatus
    attempt: int
    frames: int | None
    frames_done: int
    size_bytes: int
    failure: FilmFailure | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Measures:
    """The size of a film: its pixel is `step` by `step` of the canvas, repeated `scale` times."""

    step: int
    scale: int
    width: int
    height: int


def check_format(wanted: FilmFormat, available: Collection[FilmFormat]) -> None:
    """Raise Invalid naming `format` if this site cannot make such films."""
    if wanted not in available:
        raise Invalid.field(
            "body", "format", msg="needs ffmpeg, which this site does not have", rule="format_unavailable"
        )


def check_period(starts_at: datetime | None, ends_at: datetime | None, canvas: Canvas, now: datetime) -> None:
    """Raise Invalid naming `from` or `to` unless that part of the history has a length, and has begun."""
    start = canvas.created_at if starts_at is None else starts_at
    if start >= now:
        raise Invalid.field("body", "from", msg="must be in the past", rule="in_the_future")
    if ends_at is not None and ends_at <= start:
        raise Invalid.field(
            "body", "to", msg="must be after from, and after the canvas was made", rule="before_start"
        )


def measure(canvas: Canvas, scale: int | None, seconds: int) -> Measures:
    """Return how large a film of a canvas is; raises Invalid naming `scale` or `seconds` if too large.

    Without a scale it is as large as fits into DEFAULT_SIDE; a larger canvas is reduced.
    """
    width, height = canvas.width, canvas.height
    step = 1
    if scale is None:
        step = reduction(width, height, DEFAULT_SIDE)
        scale = min(MAX_SCALE, max(1, DEFAULT_SIDE // max(width, height)))
    measures = Measures(step, scale, width // step * scale, height // step * scale)
    if max(measures.width, measures.height) > MAX_SIDE:
        raise Invalid.field("body", "scale", msg=f"makes a side longer than {MAX_SIDE} pixels; leave it out")
    most = MAX_PIXELS // (measures.width * measures.height * FRAMES_PER_SECOND)
    if seconds > most:
        raise Invalid.field(
            "body", "seconds", msg=f"must be at most {most} at this size", rule="less_than_equal", limit=most
        )
    return measures


def count_frames(changes: int, seconds: int) -> int:
    """Return the number of frames: before the first change, after the last one, and evenly spread between."""
    return min(changes + 1, seconds * FRAMES_PER_SECOND)


def changes_before(frame: int, frames: int, changes: int) -> int:
    """Return how many of the changes a frame, counted from 0, shows; the last one shows all."""
    return changes if frame == frames - 1 else changes * frame // (frames - 1)


def hundredths_of(frame: int, frames: int, seconds: int) -> int:
    """Return for how many hundredths of a second a frame is shown, so that all together take `seconds`."""
    shown = 100 * seconds * (frame + 1) // frames - 100 * seconds * frame // frames
    return shown + (100 * LAST_FRAME_SECONDS if frame == frames - 1 else 0)


def film_pending() -> Conflict:
    """Return the refusal of a film while another of the artist is under way."""
    return Conflict("film_pending", "Your previous film is not finished yet; wait for it, or cancel it.")


def films_busy() -> TooManyRequests:
    """Return the refusal of a film while many of all artists wait."""
    return TooManyRequests("films_busy", "Many films are waiting to be made.", retry_after=60)


def film_not_found() -> NotFound:
    """Return the refusal of a film that does not exist, is another artist's, or has expired."""
    return NotFound("film_not_found", "There is no such film, or it has expired.")
