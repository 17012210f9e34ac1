"""SQL of members and invitations; who changes either holds the canvas."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from services.tiles.artists.rules import Artist
from services.tiles.canvases.rules import CanvasRole
from services.tiles.members.rules import CanvasInvitation, Member
from shared.db import Connection, Row

_MEMBERS = text(
    "SELECT artists.id, artists.username, coalesce(display_name, username) AS display_name, role, joined_at"
    " FROM members JOIN artists ON artists.id = artist_id"
    " WHERE canvas_id = :canvas_id AND artist_id > :after ORDER BY artist_id LIMIT :count"
)
_SET = text(
    "INSERT INTO members (canvas_id, artist_id, role) VALUES (:canvas_id, :artist_id, :role)"
    " ON CONFLICT (canvas_id, artist_id) DO UPDATE SET role = excluded.role"
)
_REMOVE = text("DELETE FROM members WHERE canvas_id = :canvas_id AND artist_id = :artist_id")
_REMOVE_EVERYWHERE = text("DELETE FROM members WHERE artist_id = :artist_id")
_STATUS = text("SELECT status FROM artists WHERE id = :artist_id")

_SELECT = (
    "SELECT invitations.id, canvas_id, role, max_uses, uses, expires_at, invitations.created_at,"
    " artists.id AS artist_id, username, coalesce(display_name, username) AS display_name"
    " FROM invitations JOIN artists ON artists.id = created_by"
)
_BY_TOKEN = text(f"{_SELECT} WHERE token_hash = :token_hash")
_BY_ID = text(f"{_SELECT} WHERE invitations.id = :invitation_id AND canvas_id = :canvas_id")
_LIST = text(
    f"{_SELECT} WHERE canvas_id = :canvas_id AND invitations.id > :after"
    " AND (max_uses IS NULL OR uses < max_uses)"
    " AND (expires_at IS NULL OR expires_at > statement_timestamp())"
    " ORDER BY invitations.id LIMIT :count"
)
_COUNT = text(
    "SELECT count(*) FROM invitations WHERE canvas_id = :canvas_id"
    " AND (max_uses IS NULL OR uses < max_uses)"
    " AND (expires_at IS NULL OR expires_at > statement_timestamp())"
)
_INVITE = text(
    "INSERT INTO invitations (canvas_id, token_hash, role, max_uses, expires_at, created_by)"
    " VALUES (:canvas_id, :token_hash, :role, :max_uses, :expires_at, :created_by) RETURNING id"
)
_USE = text("UPDATE invitations SET uses = uses + 1 WHERE id = :invitation_id")
_REVOKE = text("DELETE FROM invitations WHERE id = :invitation_id AND canvas_id = :canvas_id")
_PRUNE = text("DELETE FROM invitations WHERE uses >= max_uses OR expires_at <= statement_timestamp()")


class NewInvitation(NamedTuple):
    """What is stored of a new invitation."""

    canvas_id: int
    token_hash: bytes
    role: CanvasRole
    max_uses: int | None
    expires_at: datetime | None
    created_by: int


async def list_members(conn: Connection, canvas_id: int, *, after: int, count: int) -> list[Member]:
    """Return up to `count` members with ids above `after`."""
    rows = await conn.fetch_all(_MEMBERS, {"canvas_id": canvas_id, "after": after, "count": count})
    return [
        Member(Artist(row.id, row.username, row.display_name), CanvasRole(row.role), row.joined_at)
        for row in rows
    ]


async def set_role(conn: Connection, canvas_id: int, artist_id: int, role: CanvasRole) -> None:
    """Make an artist a member, or change their role. Raises ReferenceViolated for an unknown artist."""
    await conn.execute(_SET, {"canvas_id": canvas_id, "artist_id": artist_id, "role": role.value})


def defer_remove(conn: Connection, canvas_id: int, artist_id: int) -> None:
    """End a membership with the COMMIT."""
    conn.defer(_REMOVE, {"canvas_id": canvas_id, "artist_id": artist_id})


async def remove_everywhere(conn: Connection, artist_id: int) -> None:
    """End the memberships of a deleted account, which cannot act any more."""
    await conn.execute(_REMOVE_EVERYWHERE, {"artist_id": artist_id})


async def is_active(conn: Connection, artist_id: int) -> bool:
    """Return whether an artist's account is neither suspended nor deleted, as far as is known here."""
    return bool(await conn.fetch_value(_STATUS, {"artist_id": artist_id}) == "active")


async def get_by_token(conn: Connection, token_hash: bytes) -> CanvasInvitation | None:
    """Return an invitation in any state, or None."""
    row = await conn.fetch_one(_BY_TOKEN, {"token_hash": token_hash})
    return None if row is None else _invitation_of(row)


async def list_invitations(
    conn: Connection, canvas_id: int, *, after: int, count: int
) -> list[CanvasInvitation]:
    """Return up to `count` invitations that admit somebody, with ids above `after`."""
    rows = await conn.fetch_all(_LIST, {"canvas_id": canvas_id, "after": after, "count": count})
    return [_invitation_of(row) for row in rows]


async def count_invitations(conn: Connection, canvas_id: int) -> int:
    """Return how many invitations of a canvas admit somebody."""
    return int(await conn.fetch_value(_COUNT, {"canvas_id": canvas_id}))


async def invite(conn: Connection, new: NewInvitation) -> CanvasInvitation:
    """Store an invitation and return it."""
    invitation_id = await conn.fetch_value(_INVITE, {**new._asdict(), "role": new.role.value})
    row = await conn.fetch_one(_BY_ID, {"invitation_id": invitation_id, "canvas_id": new.canvas_id})
    return _invitation_of(row)


def defer_use(conn: Connection, invitation: CanvasInvitation) -> None:
    """Count a use with the COMMIT."""
    conn.defer(_USE, {"invitation_id": invitation.id})


async def revoke(conn: Connection, canvas_id: int, invitation_id: int) -> bool:
    """Delete an invitation; returns False if there is none."""
    params = {"invitation_id": invitation_id, "canvas_id": canvas_id}
    return await conn.execute(_REVOKE, params) == 1


async def prune(conn: Connection) -> None:
    """Delete invitations that admit nobody any more."""
    await conn.execute(_PRUNE)


def _invitation_of(row: Row) -> CanvasInvitation:
    return CanvasInvitation(
        id=row.id,
        canvas_id=row.canvas_id,
        role=CanvasRole(row.role),
        max_uses=row.max_uses,
        uses=row.uses,
        expires_at=row.expires_at,
        created_by=Artist(row.artist_id, row.username, row.display_name),
        created_at=row.created_at,
    )
