"""The events of other services that tiles consumes; those it publishes begin in `canvases.journal`."""

from __future__ import annotations

from collections.abc import Mapping

from services.tiles.artists import store as artists
from services.tiles.departures.names import record_names
from services.tiles.departures.service import record_departure
from services.tiles.exports import on_export_requested
from services.tiles.films import store as films
from services.tiles.members import store as members
from services.tiles.offers import store as offers
from services.tiles.templates import store as templates
from shared.db import Connection
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    AccountDeleted,
    AccountRegistered,
    AccountReinstated,
    AccountRestated,
    AccountSuspended,
    Event,
    ExportRequested,
    ProfileUpdated,
    StandingChanged,
)
from shared.messaging.exporting import end_jobs


async def on_account_registered(conn: Connection, event: AccountRegistered) -> None:
    """Store a new artist."""
    await artists.add_registered(conn, event.account_id, event.username, event.display_name)


async def on_profile_updated(conn: Connection, event: ProfileUpdated) -> None:
    """Show an artist's work under their new name."""
    await artists.update_profile(conn, event.account_id, event.username, event.display_name, event.version)


async def on_account_suspended(conn: Connection, event: AccountSuspended) -> None:
    """Store that an artist is suspended."""
    _ensure_artist(conn, event)
    await artists.update_status(conn, event.account_id, "suspended", event.version)


async def on_account_reinstated(conn: Connection, event: AccountReinstated) -> None:
    """Store that an artist is active again."""
    _ensure_artist(conn, event)
    await artists.update_status(conn, event.account_id, "active", event.version)


async def on_account_deleted(conn: Connection, event: AccountDeleted) -> None:
    """Remove an artist's names, memberships, films and the templates that nobody else saw; their tiles stay.

    So do their canvases, if the artist wanted that.
    """
    await _forget(conn, event.account_id, event.version)
    await end_jobs(conn, event.account_id)
    await record_departure(conn, event)


async def on_account_restated(conn: Connection, event: AccountRestated) -> None:
    """Correct what was missed about an artist."""
    if event.status == "deleted":
        await _forget(conn, event.account_id, event.version)
    else:
        await artists.add_registered(conn, event.account_id, event.username, None)
        await artists.update_status(conn, event.account_id, event.status, event.version)


def _ensure_artist(conn: Connection, event: StandingChanged) -> None:
    """Make a row for an artist who has none: the registration may arrive later, and says no status."""
    if event.username is not None:
        artists.ensure_artists(conn, [(event.account_id, event.username)])


async def _forget(conn: Connection, artist_id: int, version: int) -> None:
    await members.remove_everywhere(conn, artist_id)
    await offers.remove_to(conn, artist_id)
    await artists.anonymize(conn, artist_id, version)
    await record_names(conn, artist_id)
    await templates.delete_private(conn, artist_id)
    await films.delete_of(conn, artist_id)


HANDLERS: Mapping[type[Event], Handler] = {
    AccountRegistered: on_account_registered,
    AccountSuspended: on_account_suspended,
    AccountReinstated: on_account_reinstated,
    AccountDeleted: on_account_deleted,
    AccountRestated: on_account_restated,
    ProfileUpdated: on_profile_updated,
    ExportRequested: on_export_requested,
}
