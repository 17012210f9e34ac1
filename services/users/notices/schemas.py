"""Requests and responses about notices."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, Strict

from services.users.notices.rules import NoticeKind
from services.users.people import PersonView
from shared.http.models import BIGINT_MAX, Body, Paging, View


class NoticeFilter(Paging):
    """Which notices to list."""

    unread: bool = Field(False, description="only those that are not read")


class ReadUpTo(Body):
    """The `seq` of the newest notice that was read; so are all before it."""

    up_to: int = Field(ge=0, le=BIGINT_MAX)


class NoticeSettingsChange(Body):
    """What to switch on (true) or off (false); the rest stays as it is."""

    kinds: dict[Annotated[NoticeKind, Strict(False)], bool] = Field(default_factory=dict)
    digest: bool | None = None


class NoticeSettingsView(View):
    """Whether the caller gets notices of each kind, and once a day a mail about those that are not read."""

    kinds: dict[NoticeKind, bool]
    digest: bool


class NoticeView(View):
    """Something that concerns the caller: `actors` are the latest of `actor_count`.

    It keeps its `id` while more of the same happens, and gets a new `seq`. `x` and `y` are the tile's cell;
    what a kind does not have is null.
    """

    id: int
    seq: int
    kind: NoticeKind
    actors: list[PersonView]
    actor_count: int
    canvas_id: int | None
    tile_id: int | None
    x: int | None
    y: int | None
    message_id: int | None
    outcome: str | None
    occurred_at: datetime
    is_read: bool


class UnreadView(View):
    """How many notices are not read, and the `seq` of the newest of all."""

    unread: int
    seq: int
