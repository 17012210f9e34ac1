"""Responses of the dashboard."""

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
    """A process at its last poll; `state` is `ready` or the problem."""

    name: str
    is_ready: bool
    state: str
    age_seconds: float


class QueueView(View):
    """A queue of the broker and the number of messages waiting in it."""

    name: str
    messages: int
    age_seconds: float


class DashboardView(View):
    """Totals, activity and the health of the stack.

    The worker observes `live_viewers`, `queue_depth`, `queues` and `services`, each as old as its
    `age_seconds`. After half a minute without an observation, a number is null and a process is not ready.
    """

    accounts: int
    active_today: int
    active_this_week: int = Field(description="artists who were active in the last seven days")
    new_today: int
    new_this_week: int
    canvases: int
    tiles: int
    likes: int
    open_reports: int
    live_viewers: int | None
    queue_depth: int | None = Field(description="messages in all queues except dead-letter queues")
    dead_letters: int | None
    queues: list[QueueView]
    services: list[ServiceHealthView]
    observed_seconds_ago: float | None = Field(description="age of the oldest observation")
    series: list[DayView] = Field(description="the last 30 days, today last")
