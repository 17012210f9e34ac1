"""The events of other services that tiles consumes; those it publishes begin in `canvases.journal`."""

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
    """Store a new artist."""
    await artists.add_registered(conn, event.account_id, event.username, event.display_name)


async def on_profile_updated(conn: Connection, event: ProfileUpdated) -> None:
    """Show an artist's work under their new name."""
    await artists.update_profile(conn, event.account_id, event.username, event.display_name, event.version)


async def on_account_suspended(conn: Connection, event: AccountSuspended) -> None:
    """Store that an artist is suspended."""
    await artists.update_status(conn, event.account_id, "suspended", event.version)


async def on_account_reinstated(conn: Connection, event: AccountReinstated) -> None:
    """Store that an artist is active again."""
    await artists.update_status(conn, event.account_id, "active", event.version)


async def on_account_deleted(conn: Connection, event: AccountDeleted) -> None:
    """Remove an artist's names; their work stays."""
    await artists.anonymize(conn, event.account_id, event.version)


HANDLERS: Mapping[type[Event], Handler] = {
    AccountRegistered: on_account_registered,
    AccountSuspended: on_account_suspended,
    AccountReinstated: on_account_reinstated,
    AccountDeleted: on_account_deleted,
    ProfileUpdated: on_profile_updated,
}
