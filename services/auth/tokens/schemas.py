"""Responses about tokens."""

from __future__ import annotations

from pydantic import Field

from shared.http.models import View


class TicketView(View):
    """A ticket for one WebSocket, to be used within `expires_in` seconds."""

    ticket: str = Field(repr=False)
    expires_in: int
