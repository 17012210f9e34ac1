"""SQL of chat.

Messages and removals of a canvas are numbered by its row in `chats`, which whoever writes one holds until the
commit. So they become visible in the order of their numbers, and a reader that has seen number n misses
nothing when it asks for what is beyond n. That row is not the canvas's: who paints does not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from services.tiles.artists.rules import Artist
from services.tiles.canvases.rules import Canvas
from services.tiles.chat.rules import (
    MOST_OF_ARTIST,
    MOST_OF_CANVAS,
    MOST_REPORTS,
    REPORTS_WINDOW,
    WINDOW,
    ChatMessage,
    Mute,
    Standing,
)
from shared.db import Connection, Row, integers, texts

PRUNED_AT_ONCE = 5000
"""Rows per statement."""

_WINDOW_SECONDS = WINDOW.total_seconds()

_LOCK_ARTIST = text("SELECT id FROM artists WHERE id = :artist_id FOR NO KEY UPDATE")
_LOCK_CHAT = text(
    "INSERT INTO chats (canvas_id) VALUES (:canvas_id) ON CONFLICT (canvas_id) DO UPDATE SET seq = chats.seq"
)
# `offset` finds the oldest of as many messages as are allowed; there is none while one more is.
_STANDING = text(
    "SELECT artists.status = 'active' AS is_active, mutes.artist_id IS NOT NULL AS is_muted, mutes.until,"
    " (SELECT created_at FROM messages WHERE author_id = artists.id AND created_at > clock.now - clock.window"
    " ORDER BY created_at DESC OFFSET :most_of_artist - 1 LIMIT 1) + clock.window AS artist_again_at,"
    " (SELECT created_at FROM (SELECT created_at FROM messages WHERE canvas_id = :canvas_id"
    " ORDER BY id DESC OFFSET :most_of_canvas - 1 LIMIT 1) AS oldest"
    " WHERE created_at > clock.now - clock.window) + clock.window AS canvas_again_at,"
    " clock.now"
    " FROM (SELECT statement_timestamp() AS now, make_interval(secs => :seconds) AS window) AS clock"
    " CROSS JOIN artists LEFT JOIN mutes ON mutes.canvas_id = :canvas_id AND mutes.artist_id = artists.id"
    " AND (mutes.until IS NULL OR mutes.until > clock.now)"
    " WHERE artists.id = :artist_id"
)
# On a private canvas nobody is mentioned who may not know of it.
_ADD = text(
    "WITH chat AS (UPDATE chats SET seq = seq + 1 WHERE canvas_id = :canvas_id RETURNING seq)"
    " INSERT INTO messages (canvas_id, seq, author_id, text, mentions, created_at)"
    " SELECT :canvas_id, seq, :author_id, :text,"
    " ARRAY(SELECT id FROM artists WHERE lower(username) = ANY(CAST(:names AS text[]))"
    " AND status = 'active' AND id <> :author_id AND (:is_public OR id = :owner_id OR EXISTS ("
    "SELECT FROM members WHERE members.canvas_id = :canvas_id AND members.artist_id = artists.id))"
    " ORDER BY id),"
    " statement_timestamp() FROM chat RETURNING id"
)
_REMOVE = text(
    "WITH chat AS (UPDATE chats SET seq = seq + 1 WHERE canvas_id = :canvas_id RETURNING seq)"
    " UPDATE messages SET text = NULL, mentions = '{}', seq = chat.seq FROM chat"
    " WHERE messages.id = :message_id"
)
_SHOWN = (
    "SELECT messages.id, messages.canvas_id, messages.seq, messages.text, messages.created_at,"
    " author.id AS author_id, author.username,"
    " coalesce(author.display_name, author.username) AS display_name,"
    " CASE WHEN messages.mentions = '{}' THEN '[]' ELSE (SELECT coalesce(json_agg(json_build_array("
    "named.id, named.username, coalesce(named.display_name, named.username)) ORDER BY named.id), '[]')"
    " FROM artists AS named WHERE named.id = ANY(messages.mentions)) END AS mentions"
    " FROM messages JOIN artists AS author ON author.id = messages.author_id"
)
_BY_ID = text(f"{_SHOWN} WHERE messages.id = :message_id AND messages.canvas_id = :canvas_id")
_BEFORE = text(
    f"{_SHOWN} WHERE messages.canvas_id = :canvas_id AND messages.id < :before"
    " AND messages.text IS NOT NULL ORDER BY messages.id DESC LIMIT :count"
)
_BEYOND = text(
    f"{_SHOWN} JOIN unnest(CAST(:canvas_ids AS bigint[]), CAST(:seqs AS bigint[])) AS known (canvas_id, seq)"
    " ON messages.canvas_id = known.canvas_id AND messages.seq > known.seq"
    " ORDER BY messages.canvas_id, messages.seq LIMIT :count"
)
_AROUND = text(
    f"(({_SHOWN} WHERE messages.canvas_id = :canvas_id AND messages.id <= :message_id"
    " AND messages.text IS NOT NULL ORDER BY messages.id DESC LIMIT :around + 1)"
    f" UNION ALL ({_SHOWN} WHERE messages.canvas_id = :canvas_id AND messages.id > :message_id"
    " AND messages.text IS NOT NULL ORDER BY messages.id LIMIT :around)) ORDER BY id"
)
_ADD_REPORT = text(
    "INSERT INTO message_reports (message_id, reporter_id) VALUES (:message_id, :reporter_id)"
    " ON CONFLICT DO NOTHING"
)
# The oldest of as many reports as are allowed: one more may follow when it leaves the window.
_MAY_REPORT_AGAIN = text(
    "SELECT extract(epoch FROM created_at - statement_timestamp()) + :seconds FROM message_reports"
    " WHERE reporter_id = :reporter_id"
    " AND created_at > statement_timestamp() - make_interval(secs => :seconds)"
    " ORDER BY created_at DESC OFFSET :most - 1 LIMIT 1"
)
_LAST = text("SELECT seq FROM chats WHERE canvas_id = :canvas_id")
_PRUNE = text(
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages"
    " WHERE created_at < now() - make_interval(secs => :seconds) ORDER BY created_at LIMIT :count)"
)
_MUTE = text(
    "INSERT INTO mutes (canvas_id, artist_id, until, reason, muted_by)"
    " VALUES (:canvas_id, :artist_id, :until, :reason, :muted_by)"
    " ON CONFLICT (canvas_id, artist_id) DO UPDATE SET until = excluded.until, reason = excluded.reason,"
    " muted_by = excluded.muted_by, muted_at = excluded.muted_at"
)
_UNMUTE = text("DELETE FROM mutes WHERE canvas_id = :canvas_id AND artist_id = :artist_id")
_MUTES = text(
    "SELECT mutes.canvas_id, mutes.until, mutes.reason, mutes.muted_at,"
    " artist.id, artist.username, coalesce(artist.display_name, artist.username) AS display_name,"
    " muter.id AS by_id, muter.username AS by_username,"
    " coalesce(muter.display_name, muter.username) AS by_display_name"
    " FROM mutes JOIN artists AS artist ON artist.id = mutes.artist_id"
    " JOIN artists AS muter ON muter.id = mutes.muted_by"
    " WHERE mutes.canvas_id = :canvas_id AND mutes.artist_id > :after"
    " AND (mutes.until IS NULL OR mutes.until > now()) ORDER BY mutes.artist_id LIMIT :count"
)


def prepend_lock_artist(conn: Connection, artist_id: int) -> None:
    """Hold an artist's row, so that they write one message at a time, and none while they are being muted.

    Taken before `prepend_lock_chat`, so that two writers cannot deadlock.
    """
    conn.prepend(_LOCK_ARTIST, {"artist_id": artist_id})


def prepend_lock_chat(conn: Connection, canvas_id: int) -> None:
    """Hold the chat of a canvas, which is made with its first message."""
    conn.prepend(_LOCK_CHAT, {"canvas_id": canvas_id})


async def get_standing(conn: Connection, canvas_id: int, artist_id: int) -> Standing:
    """Return what decides whether an artist may write; the caller holds the artist and the chat."""
    row = await conn.fetch_one(
        _STANDING,
        {
            "canvas_id": canvas_id,
            "artist_id": artist_id,
            "most_of_artist": MOST_OF_ARTIST,
            "most_of_canvas": MOST_OF_CANVAS,
            "seconds": _WINDOW_SECONDS,
        },
    )
    return Standing(row.is_active, row.is_muted, row.until, row.artist_again_at, row.canvas_again_at, row.now)


async def add(
    conn: Connection, canvas: Canvas, author_id: int, message: str, names: Sequence[str]
) -> ChatMessage:
    """Store a message, with the artists of these usernames as mentions; the caller holds the chat."""
    params = {
        "canvas_id": canvas.id,
        "author_id": author_id,
        "text": message,
        "names": texts(names),
        "is_public": canvas.is_public,
        "owner_id": canvas.owner.id,
    }
    added = await get(conn, canvas.id, int(await conn.fetch_value(_ADD, params)))
    assert added is not None
    return added


def defer_remove(conn: Connection, message: ChatMessage) -> None:
    """Remove a message's text with the COMMIT; the caller holds the chat."""
    conn.defer(_REMOVE, {"canvas_id": message.canvas_id, "message_id": message.id})


async def get(conn: Connection, canvas_id: int, message_id: int) -> ChatMessage | None:
    """Return a message of a canvas in any state, or None."""
    row = await conn.fetch_one(_BY_ID, {"canvas_id": canvas_id, "message_id": message_id})
    return None if row is None else _message_of(row)


async def list_before(conn: Connection, canvas_id: int, before: int, count: int) -> list[ChatMessage]:
    """Return up to `count` messages with ids below `before`, newest first, without removed ones."""
    rows = await conn.fetch_all(_BEFORE, {"canvas_id": canvas_id, "before": before, "count": count})
    return [_message_of(row) for row in rows]


async def list_beyond(conn: Connection, known: Mapping[int, int], count: int) -> list[ChatMessage]:
    """Return up to `count` messages and removals with numbers beyond those known of their canvases.

    In order of canvas and number.
    """
    params = {"canvas_ids": integers(known), "seqs": integers(known.values()), "count": count}
    return [_message_of(row) for row in await conn.fetch_all(_BEYOND, params)]


async def list_around(conn: Connection, message: ChatMessage, around: int) -> list[ChatMessage]:
    """Return a message with up to `around` before it and after it, oldest first, without removed ones."""
    params = {"canvas_id": message.canvas_id, "message_id": message.id, "around": around}
    return [_message_of(row) for row in await conn.fetch_all(_AROUND, params)]


async def get_seconds_to_next_report(conn: Connection, reporter_id: int) -> float | None:
    """Return after how long an artist may report again, None if now; the caller holds the artist."""
    params = {
        "reporter_id": reporter_id,
        "seconds": REPORTS_WINDOW.total_seconds(),
        "most": MOST_REPORTS,
    }
    seconds = await conn.fetch_value(_MAY_REPORT_AGAIN, params)
    return None if seconds is None else float(seconds)


async def add_report(conn: Connection, message_id: int, reporter_id: int) -> bool:
    """Store that an artist reported a message; returns False if they have before."""
    params = {"message_id": message_id, "reporter_id": reporter_id}
    return await conn.execute(_ADD_REPORT, params) == 1


async def get_last_seq(conn: Connection, canvas_id: int) -> int:
    """Return the number of the last message or removal of a canvas, 0 if there is none."""
    return int(await conn.fetch_value(_LAST, {"canvas_id": canvas_id}) or 0)


async def prune(conn: Connection, *, older_than_seconds: int) -> None:
    """Delete messages older than that, in short statements."""
    deleted = PRUNED_AT_ONCE
    while deleted == PRUNED_AT_ONCE:
        deleted = await conn.execute(_PRUNE, {"seconds": older_than_seconds, "count": PRUNED_AT_ONCE})


async def mute(
    conn: Connection, canvas_id: int, artist_id: int, by: int, until: datetime | None, reason: str | None
) -> None:
    """Store a mute in place of an earlier one. Raises ReferenceViolated for an unknown artist."""
    params = {
        "canvas_id": canvas_id,
        "artist_id": artist_id,
        "until": until,
        "reason": reason,
        "muted_by": by,
    }
    await conn.execute(_MUTE, params)


async def unmute(conn: Connection, canvas_id: int, artist_id: int) -> None:
    """Delete a mute, if there is one."""
    await conn.execute(_UNMUTE, {"canvas_id": canvas_id, "artist_id": artist_id})


async def list_mutes(conn: Connection, canvas_id: int, *, after: int, count: int) -> list[Mute]:
    """Return up to `count` mutes that hold, of artists with ids above `after`."""
    rows = await conn.fetch_all(_MUTES, {"canvas_id": canvas_id, "after": after, "count": count})
    return [
        Mute(
            canvas_id=row.canvas_id,
            artist=Artist(row.id, row.username, row.display_name),
            until=row.until,
            reason=row.reason,
            muted_by=Artist(row.by_id, row.by_username, row.by_display_name),
            muted_at=row.muted_at,
        )
        for row in rows
    ]


def _message_of(row: Row) -> ChatMessage:
    return ChatMessage(
        id=row.id,
        canvas_id=row.canvas_id,
        seq=row.seq,
        author=Artist(row.author_id, row.username, row.display_name),
        text=row.text,
        mentions=[Artist(*named) for named in row.mentions],
        created_at=row.created_at,
    )
