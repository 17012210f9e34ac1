"""The dashboard as it is answered."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from shared.http.models import View


class DayView(View):
    """What happened on one day (UTC)."""

    day: date
    accounts: int
    active: int
    canvases: int
    tiles: int
    likes: int
    reports: int


class ServiceHealthView(View):
    """A process, as it answered when it was last asked; `state` is what was wrong, or `ready`."""

    name: str
    is_ready: bool
    state: str
    age_seconds: float


class QueueView(View):
    """A queue of the broker: messages that wait in it."""

    name: str
    messages: int
    age_seconds: float


class DashboardView(View):
    """What there is and what goes on.

    What the worker sees (`live_viewers`, `queue_depth`, `queues`, `services`) is as old as its `age_seconds`;
    a number is null, and nothing is ready, where it has not looked for half a minute.
    """

    accounts: int
    active_today: int
    active_this_week: int = Field(description="artists who did something on the last seven days")
    new_today: int
    new_this_week: int
    canvases: int
    tiles: int
    likes: int
    open_reports: int
    live_viewers: int | None
    queue_depth: int | None = Field(description="messages in all queues but those of dead letters")
    dead_letters: int | None
    queues: list[QueueView]
    services: list[ServiceHealthView]
    observed_seconds_ago: float | None = Field(description="age of the oldest observation")
    series: list[DayView] = Field(description="the last 30 days, today last")
