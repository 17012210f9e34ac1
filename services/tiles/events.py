"""What tiles hears of others, and what it does about it; what it tells is in `canvases.journal`."""

from __future__ import annotations

from collections.abc import Mapping

from services.tiles.artists import store as artists
from shared.db import Connection
from shared.messaging.consumer import Handler
from shared.messaging.contracts import AccountRegistered, Event, ProfileUpdated


async def on_account_registered(conn: Connection, event: AccountRegistered) -> None:
    """Know a new artist."""
    await artists.registered(conn, event.account_id, event.username, event.display_name)


async def on_profile_updated(conn: Connection, event: ProfileUpdated) -> None:
    """Show an artist's work under their new name."""
    await artists.profile_updated(conn, event.account_id, event.username, event.display_name, event.version)


HANDLERS: Mapping[type[Event], Handler] = {
    AccountRegistered: on_account_registered,
    ProfileUpdated: on_profile_updated,
}
