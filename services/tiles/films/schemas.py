"""Requests and responses about films."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.films.rules import (
    DEFAULT_SECONDS,
    MAX_SCALE,
    MAX_SECONDS,
    Film,
    FilmFailure,
    FilmFormat,
    FilmStatus,
)
from shared.http.models import Body, Moment, View


class FilmDraft(Body):
    """The film to make: its format, the part of the history, its length and how large pixels are.

    Without `from` it begins with the empty canvas, without `to` it ends with what is there now. Without a
    `scale` it is about 1,024 pixels across.
    """

    format: FilmFormat
    starts_at: Moment | None = Field(None, alias="from")
    ends_at: Moment | None = Field(None, alias="to")
    seconds: int = Field(DEFAULT_SECONDS, ge=1, le=MAX_SECONDS)
    scale: int | None = Field(None, ge=1, le=MAX_SCALE)


class FilmView(View):
    """A film: `frames_done` of `frames`, which are null until the changes have been counted.

    `size_bytes` is the size of its file so far, `failure` why it was given up. It is gone at `expires_at`.
    """

    id: int
    canvas_id: int
    format: FilmFormat
    starts_at: datetime
    ends_at: datetime
    seconds: int
    width: int
    height: int
    status: FilmStatus
    frames: int | None
    frames_done: int
    size_bytes: int
    failure: FilmFailure | None
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, film: Film) -> FilmView:
        """Show a film."""
        return cls.model_validate(film)


class FilmListView(View):
    """The caller's films of a canvas, newest first, and the formats that this site can make."""

    items: list[FilmView]
    formats: list[FilmFormat]
