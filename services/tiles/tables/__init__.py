"""Tables of the tiles service, with the constraints that keep bad states out.

Importing this package defines them all. Everything on a canvas changes under the lock of the canvas's row
(`canvases.locking.prepend_lock`), which makes limits, counts and sequence numbers exact at any concurrency.
The constraints protect them even from a writer without that lock.
"""

from __future__ import annotations

from services.tiles.tables.base import export_jobs, inbox, metadata, outbox
from services.tiles.tables.canvas import canvas_events, canvas_moments, canvases, webhooks
from services.tiles.tables.chat import chats, message_reports, messages, mutes
from services.tiles.tables.claim import areas, locks
from services.tiles.tables.people import (
    artists,
    canvas_offers,
    departures,
    invitations,
    members,
    names_to_remove,
)
from services.tiles.tables.picture import blocks, film_parts, films
from services.tiles.tables.place_mode import charges, placed_hours, placements, unpublished_charges
from services.tiles.tables.process import letters, spent_tickets
from services.tiles.tables.template import templates
from services.tiles.tables.tile import likes, origins, reviews, revisions, tiles

__all__ = [
    "areas",
    "artists",
    "blocks",
    "canvas_events",
    "canvas_moments",
    "canvas_offers",
    "canvases",
    "charges",
    "chats",
    "departures",
    "export_jobs",
    "film_parts",
    "films",
    "inbox",
    "invitations",
    "letters",
    "likes",
    "locks",
    "members",
    "message_reports",
    "messages",
    "metadata",
    "mutes",
    "names_to_remove",
    "origins",
    "outbox",
    "placed_hours",
    "placements",
    "reviews",
    "revisions",
    "spent_tickets",
    "templates",
    "tiles",
    "unpublished_charges",
    "webhooks",
]
