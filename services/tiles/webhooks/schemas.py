"""Requests and responses about webhooks."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from services.tiles.webhooks.rules import URL_MAX
from shared.http.models import Body, View


class WebhookDraft(Body):
    """The address that changes are sent to."""

    url: str = Field(min_length=1, max_length=URL_MAX)


class WebhookView(View):
    """A webhook; `last_error` is null if the last delivery succeeded.

    `disabled_at`: it failed for a day, and is no longer tried.
    """

    id: int
    url: str
    created_at: datetime
    delivered_at: datetime | None
    last_error: str | None
    disabled_at: datetime | None


class NewWebhookView(View):
    """A new webhook, and the secret that its deliveries are signed with, which only this response has."""

    id: int
    url: str
    secret: str = Field(repr=False)


class WebhookListView(View):
    """All webhooks of a canvas, oldest first."""

    items: list[WebhookView]
