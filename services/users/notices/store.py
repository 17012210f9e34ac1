"""SQL of notices.

A recipient's notices are numbered by their box, whose row each writer locks until its commit: so they
become visible in the order of their numbers, and a stream that has sent number n misses nothing beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import TextClause, text

from services.users.notices.rules import ACTORS_SHOWN, MOST_ACTORS, MOST_KEPT, NewNotice, Notice, NoticeKind
from services.users.people import Person
from shared.db import Connection, Row, integers, texts

# In order of id, so that transactions that write to several boxes cannot deadlock.
_LOCK = text(
    "INSERT INTO notice_boxes (recipient_id)"
    " SELECT DISTINCT id FROM unnest(CAST(:recipient_ids AS bigint[])) AS id ORDER BY id"
    " ON CONFLICT (recipient_id) DO UPDATE SET seq = notice_boxes.seq"
)
_ADD = text(
    "WITH box AS (UPDATE notice_boxes SET seq = seq + 1"
    " WHERE recipient_id = ANY(CAST(:recipient_ids AS bigint[])) AND :kind <> ALL(kinds_off)"
    " AND NOT EXISTS (SELECT FROM ignores WHERE artist_id = recipient_id AND ignored_id = :actor_id)"
    " AND NOT EXISTS (SELECT FROM profiles WHERE id = recipient_id AND status = 'deleted')"
    " RETURNING recipient_id, seq, read_seq),"
    " grouped AS (UPDATE notices SET seq = box.seq, occurred_at = :occurred_at, outcome = :outcome,"
    " actor_ids = CASE WHEN cardinality(actor_ids) >= :most_actors THEN actor_ids"
    " ELSE array_remove(actor_ids, :actor_id) || CAST(:actors AS bigint[]) END"
    " FROM box WHERE notices.recipient_id = box.recipient_id AND kind = :kind AND subject = :subject"
    " AND notices.seq > box.read_seq RETURNING notices.recipient_id)"
    " INSERT INTO notices (recipient_id, seq, kind, subject, actor_ids, canvas_id, tile_id, message_id,"
    " outcome, occurred_at)"
    " SELECT recipient_id, seq, :kind, :subject, CAST(:actors AS bigint[]), :canvas_id, :tile_id,"
    " :message_id, :outcome, :occurred_at FROM box"
    " WHERE recipient_id NOT IN (SELECT grouped.recipient_id FROM grouped)"
)
_PRUNE = text(
    "DELETE FROM notices USING notice_boxes AS box WHERE box.recipient_id = notices.recipient_id"
    " AND box.recipient_id = ANY(CAST(:recipient_ids AS bigint[])) AND notices.seq <= box.seq - :most_kept"
)
_WITHDRAW = text(
    "UPDATE notices SET actor_ids = array_remove(actor_ids, :actor_id) FROM notice_boxes AS box"
    " WHERE notices.recipient_id = :recipient_id AND box.recipient_id = notices.recipient_id"
    " AND kind = :kind AND subject = :subject AND notices.seq > box.read_seq"
)
_DROP_EMPTY = text(
    "DELETE FROM notices WHERE recipient_id = :recipient_id AND kind = :kind AND subject = :subject"
    " AND actor_ids = '{}'"
)
_SHOWN = (
    "SELECT notices.id, notices.seq, kind, cardinality(actor_ids) AS actor_count, notices.canvas_id,"
    " notices.tile_id, known_tiles.x, known_tiles.y, message_id, outcome, occurred_at,"
    " notices.seq <= box.read_seq AS is_read,"
    " (SELECT coalesce(json_agg(json_build_array(latest.id, latest.username, latest.display_name)"
    " ORDER BY latest.number DESC), '[]') FROM ("
    "SELECT profiles.id, username, coalesce(display_name, username) AS display_name, number"
    " FROM unnest(actor_ids) WITH ORDINALITY AS actor (id, number) JOIN profiles ON profiles.id = actor.id"
    " ORDER BY number DESC LIMIT :actors_shown) AS latest) AS actors"
    " FROM notices JOIN notice_boxes AS box ON box.recipient_id = notices.recipient_id"
    " LEFT JOIN known_tiles ON known_tiles.tile_id = notices.tile_id"
    " WHERE notices.recipient_id = :recipient_id"
)
_LIST = text(
    f"{_SHOWN} AND notices.seq < :below AND (NOT :unread OR notices.seq > box.read_seq)"
    " ORDER BY notices.seq DESC LIMIT :count"
)
_BEYOND = text(f"{_SHOWN} AND notices.seq > :seq ORDER BY notices.seq LIMIT :count")
_READ = text(
    "UPDATE notice_boxes SET read_seq = greatest(read_seq, least(seq, :up_to))"
    " WHERE recipient_id = :recipient_id"
)
_UNREAD = text(
    "SELECT box.seq, (SELECT count(*) FROM notices WHERE notices.recipient_id = box.recipient_id"
    " AND notices.seq > box.read_seq) AS unread FROM notice_boxes AS box WHERE recipient_id = :recipient_id"
)
_ADVANCED = text(
    "SELECT recipient_id FROM notice_boxes"
    " JOIN unnest(CAST(:recipient_ids AS bigint[]), CAST(:seqs AS bigint[])) AS known (id, seq)"
    " ON recipient_id = known.id WHERE notice_boxes.seq > known.seq"
)
_SETTINGS = text("SELECT kinds_off, digest FROM notice_boxes WHERE recipient_id = :recipient_id")
# A digest has what happens after it was asked for.
_CHANGE_SETTINGS = text(
    "INSERT INTO notice_boxes AS box (recipient_id, kinds_off, digest)"
    " VALUES (:recipient_id, CAST(:switched_off AS text[]), coalesce(CAST(:digest AS boolean), false))"
    " ON CONFLICT (recipient_id) DO UPDATE SET kinds_off = ARRAY("
    "SELECT DISTINCT kind FROM unnest(box.kinds_off || excluded.kinds_off) AS kind"
    " WHERE kind <> ALL(CAST(:switched_on AS text[])) ORDER BY kind),"
    " digest = coalesce(CAST(:digest AS boolean), box.digest),"
    " digest_seq = CASE WHEN excluded.digest AND NOT box.digest THEN box.seq ELSE box.digest_seq END,"
    " digested_at = CASE WHEN excluded.digest AND NOT box.digest THEN statement_timestamp()"
    " ELSE box.digested_at END"
    " RETURNING kinds_off, digest"
)
_STOP_DIGEST = text("UPDATE notice_boxes SET digest = false WHERE recipient_id = :recipient_id")
_TAKE_DUE_DIGESTS = text(
    "WITH due AS (SELECT recipient_id, seq, greatest(read_seq, digest_seq) AS after FROM notice_boxes"
    " WHERE digest AND digested_at <= statement_timestamp() - interval '1 day'"
    " AND seq > greatest(read_seq, digest_seq) ORDER BY digested_at LIMIT :count FOR UPDATE SKIP LOCKED),"
    " taken AS (UPDATE notice_boxes AS box SET digest_seq = due.seq, digested_at = statement_timestamp()"
    " FROM due WHERE box.recipient_id = due.recipient_id)"
    " SELECT recipient_id, (SELECT coalesce(json_object_agg(kind, number), '{}') FROM ("
    "SELECT kind, count(*) AS number FROM notices WHERE notices.recipient_id = due.recipient_id"
    " AND notices.seq > due.after GROUP BY kind) AS counted) AS counts FROM due"
)
_END = text("DELETE FROM notices WHERE recipient_id = :account_id")
_RESET = text("UPDATE notice_boxes SET kinds_off = '{}', digest = false WHERE recipient_id = :account_id")


class Unread(NamedTuple):
    """How many notices are not read, and the number of the newest of all."""

    unread: int
    seq: int


class NoticeSettings(NamedTuple):
    """The kinds of which an artist wants no notices, and whether they want a digest."""

    kinds_off: Sequence[str]
    digest: bool


class DueDigest(NamedTuple):
    """How many notices of each kind an artist has not read since the last digest."""

    recipient_id: int
    counts: Mapping[str, int]


async def add(conn: Connection, new: NewNotice) -> None:
    """Store a notice of each recipient, or add its actor to their unread one about the same.

    A recipient who ignores the actor or has switched the kind off gets none, nor does a deleted account.
    """
    recipient_ids = integers(new.recipient_ids)
    conn.prepend(_LOCK, {"recipient_ids": recipient_ids})
    await conn.execute(
        _ADD,
        {
            "recipient_ids": recipient_ids,
            "kind": new.kind.value,
            "subject": new.subject,
            "actor_id": new.actor_id,
            "actors": integers([] if new.actor_id is None else [new.actor_id]),
            "canvas_id": new.canvas_id,
            "tile_id": new.tile_id,
            "message_id": new.message_id,
            "outcome": new.outcome,
            "occurred_at": new.occurred_at,
            "most_actors": MOST_ACTORS,
        },
    )
    conn.defer(_PRUNE, {"recipient_ids": recipient_ids, "most_kept": MOST_KEPT})


async def withdraw(
    conn: Connection, recipient_id: int, kind: NoticeKind, subject: str, actor_id: int
) -> None:
    """Take an actor out of an unread notice, and delete it if there is no other."""
    group = {"recipient_id": recipient_id, "kind": kind.value, "subject": subject}
    conn.prepend(_LOCK, {"recipient_ids": integers([recipient_id])})
    await conn.execute(_WITHDRAW, {**group, "actor_id": actor_id})
    await conn.execute(_DROP_EMPTY, group)


async def list_notices(
    conn: Connection, recipient_id: int, *, below: int, count: int, unread: bool
) -> Sequence[Notice]:
    """Return up to `count` notices with numbers less than `below`, newest first."""
    params = {"recipient_id": recipient_id, "below": below, "count": count, "unread": unread}
    return await _fetch(conn, _LIST, params)


async def list_beyond(conn: Connection, recipient_id: int, seq: int, count: int) -> Sequence[Notice]:
    """Return up to `count` notices with numbers greater than `seq`, in order."""
    return await _fetch(conn, _BEYOND, {"recipient_id": recipient_id, "seq": seq, "count": count})


async def mark_read(conn: Connection, recipient_id: int, up_to: int) -> None:
    """Mark notices up to that number as read."""
    await conn.execute(_READ, {"recipient_id": recipient_id, "up_to": up_to})


async def count_unread(conn: Connection, recipient_id: int) -> Unread:
    """Return how many notices are not read."""
    row = await conn.fetch_one(_UNREAD, {"recipient_id": recipient_id})
    return Unread(0, 0) if row is None else Unread(row.unread, row.seq)


async def list_advanced(conn: Connection, known: Mapping[int, int]) -> set[int]:
    """Return those of the recipients who have notices beyond the numbers that are known of them."""
    params = {"recipient_ids": integers(known), "seqs": integers(known.values())}
    return {row.recipient_id for row in await conn.fetch_all(_ADVANCED, params)}


async def get_settings(conn: Connection, recipient_id: int) -> NoticeSettings:
    """Return what the recipient has chosen."""
    row = await conn.fetch_one(_SETTINGS, {"recipient_id": recipient_id})
    return NoticeSettings((), False) if row is None else NoticeSettings(row.kinds_off, row.digest)


async def change_settings(
    conn: Connection, recipient_id: int, kinds: Mapping[NoticeKind, bool], digest: bool | None
) -> NoticeSettings:
    """Switch kinds of notices and the digest on or off, None as it is; returns how all are then."""
    row = await conn.fetch_one(
        _CHANGE_SETTINGS,
        {
            "recipient_id": recipient_id,
            "switched_on": texts(kind.value for kind, is_on in kinds.items() if is_on),
            "switched_off": texts(kind.value for kind, is_on in kinds.items() if not is_on),
            "digest": digest,
        },
    )
    return NoticeSettings(row.kinds_off, row.digest)


async def stop_digest(conn: Connection, recipient_id: int) -> None:
    """Switch the recipient's digest off."""
    await conn.execute(_STOP_DIGEST, {"recipient_id": recipient_id})


async def take_due_digests(conn: Connection, count: int) -> Sequence[DueDigest]:
    """Take up to `count` digests that are due: a day after the last, if something is not read since."""
    rows = await conn.fetch_all(_TAKE_DUE_DIGESTS, {"count": count})
    return [DueDigest(row.recipient_id, row.counts) for row in rows]


async def end_all(conn: Connection, account_id: int) -> None:
    """Delete the notices of a deleted account, and what it had chosen."""
    await conn.execute(_END, {"account_id": account_id})
    await conn.execute(_RESET, {"account_id": account_id})


async def _fetch(conn: Connection, statement: TextClause, params: Mapping[str, object]) -> Sequence[Notice]:
    rows = await conn.fetch_all(statement, {**params, "actors_shown": ACTORS_SHOWN})
    return [_notice_of(row) for row in rows]


def _notice_of(row: Row) -> Notice:
    return Notice(
        id=row.id,
        seq=row.seq,
        kind=NoticeKind(row.kind),
        actors=[Person(*actor) for actor in row.actors],
        actor_count=row.actor_count,
        canvas_id=row.canvas_id,
        tile_id=row.tile_id,
        x=row.x,
        y=row.y,
        message_id=row.message_id,
        outcome=row.outcome,
        occurred_at=row.occurred_at,
        is_read=row.is_read,
    )
