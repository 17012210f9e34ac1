"""What is true of every profile, for services that missed an event."""

from __future__ import annotations

from sqlalchemy import bindparam

from services.users.profiles.service import profile_event
from services.users.profiles.store import SELECT, read_profile
from services.users.tables import profiles
from shared.db import Connection
from shared.messaging.restating import SLICE_ROWS, Slice, slice_of

_SLICE = (
    SELECT.where(profiles.c.id > bindparam("after"), profiles.c.status != "deleted")
    .order_by(profiles.c.id)
    .limit(SLICE_ROWS)
)


async def read_profiles(conn: Connection, after: int) -> Slice:
    """Read the profiles with ids above `after`; auth says which accounts are deleted."""
    found = [read_profile(row) for row in await conn.fetch_all(_SLICE, {"after": after})]
    return slice_of(found, [profile_event(one) for one in found], found[-1].id if found else None)
