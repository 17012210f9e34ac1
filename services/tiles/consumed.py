"""What tiles hears of others, and what it does about it; what it tells is in `canvases.journal`."""

from __future__ import annotations

from collections.abc import Mapping

from services.tiles.artists import store as artists
from shared.db import Connection
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountSuspended,
    Event,
    ProfileUpdated,
)


async def on_account_registered(conn: Connection, event: AccountRegistered) -> None:
    """Know a new artist."""
    await artists.add_registered(conn, event.account_id, event.username, event.display_name)


async def on_profile_updated(conn: Connection, event: ProfileUpdated) -> None:
    """Show an artist's work under their new name."""
    await artists.update_profile(conn, event.account_id, event.username, event.display_name, event.version)


async def on_account_suspended(conn: Connection, event: AccountSuspended) -> None:
    """Know that an artist is shut out."""
    await artists.update_status(conn, event.account_id, "suspended", event.version)


async def on_account_reinstated(conn: Connection, event: AccountReinstated) -> None:
    """Know that an artist is back."""
    await artists.update_status(conn, event.account_id, "active", event.version)


async def on_account_deleted(conn: Connection, event: AccountDeleted) -> None:
    """Keep an artist's work, under nobody's name."""
    await artists.anonymize(conn, event.account_id, event.version)


HANDLERS: Mapping[type[Event], Handler] = {
    AccountRegistered: on_account_registered,
    AccountSuspended: on_account_suspended,
    AccountReinstated: on_account_reinstated,
    AccountDeleted: on_account_deleted,
    ProfileUpdated: on_profile_updated,
}
