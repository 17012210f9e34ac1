"""SQL of webhooks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, insert, select, text

from services.tiles.tables import webhooks
from services.tiles.webhooks.rules import Delivery, Webhook
from shared.db import Connection

LEASE_SECONDS = 60
"""How long a worker may take for a delivery; after one that was killed, another tries again."""

_of_canvas = webhooks.c.canvas_id == bindparam("canvas_id")
_LIST = (
    select(
        webhooks.c.id,
        webhooks.c.url,
        webhooks.c.created_at,
        webhooks.c.delivered_at,
        webhooks.c.last_error,
        webhooks.c.disabled_at,
    )
    .where(_of_canvas)
    .order_by(webhooks.c.id)
)
_COUNT = select(func.count()).select_from(webhooks).where(_of_canvas)
_INSERT = (
    insert(webhooks)
    .values({name: bindparam(name) for name in ("canvas_id", "url", "secret", "delivered_seq")})
    .returning(webhooks.c.id)
)
_DELETE = delete(webhooks).where(_of_canvas, webhooks.c.id == bindparam("webhook_id"))
_DELETE_ALL = delete(webhooks).where(_of_canvas)
_LEASE = text(
    "UPDATE webhooks SET next_attempt_at = now() + make_interval(secs => :lease), attempt = attempt + 1"
    " FROM (SELECT webhooks.id FROM webhooks JOIN canvases ON canvases.id = canvas_id"
    " WHERE disabled_at IS NULL AND next_attempt_at <= now() AND canvases.seq > delivered_seq"
    " ORDER BY next_attempt_at, webhooks.id LIMIT :count FOR UPDATE OF webhooks SKIP LOCKED) AS due"
    " WHERE webhooks.id = due.id"
    " RETURNING webhooks.id, canvas_id, url, secret, delivered_seq, failures, attempt"
)
# Only by the worker whose attempt it still is.
_SUCCEED = text(
    "UPDATE webhooks SET delivered_seq = :seq, delivered_at = now(), failures = 0, last_error = NULL,"
    " next_attempt_at = now() WHERE id = :webhook_id AND attempt = :attempt"
)
_FAIL = text(
    "UPDATE webhooks SET failures = failures + 1, last_error = :error,"
    " next_attempt_at = now() + make_interval(secs => :pause),"
    " disabled_at = CASE WHEN :is_last THEN now() END WHERE id = :webhook_id AND attempt = :attempt"
)


async def list_of(conn: Connection, canvas_id: int) -> Sequence[Webhook]:
    """Return the webhooks of a canvas, oldest first."""
    return [Webhook(**row._asdict()) for row in await conn.fetch_all(_LIST, {"canvas_id": canvas_id})]


async def count(conn: Connection, canvas_id: int) -> int:
    """Return how many webhooks a canvas has."""
    return int(await conn.fetch_value(_COUNT, {"canvas_id": canvas_id}))


async def add(conn: Connection, canvas_id: int, url: str, secret: bytes, seq: int) -> int:
    """Store a webhook that begins after the change with that number; returns its id."""
    values = {"canvas_id": canvas_id, "url": url, "secret": secret, "delivered_seq": seq}
    return int(await conn.fetch_value(_INSERT, values))


async def remove(conn: Connection, canvas_id: int, webhook_id: int) -> bool:
    """Delete a webhook of a canvas; returns False if it has no such one."""
    return await conn.execute(_DELETE, {"canvas_id": canvas_id, "webhook_id": webhook_id}) > 0


def defer_removal(conn: Connection, canvas_id: int) -> None:
    """Delete all webhooks of a canvas with the COMMIT."""
    conn.defer(_DELETE_ALL, {"canvas_id": canvas_id})


async def lease(conn: Connection, most: int) -> Sequence[Delivery]:
    """Lease webhooks that have something to deliver; each goes to one worker."""
    rows = await conn.fetch_all(_LEASE, {"count": most, "lease": LEASE_SECONDS})
    return [Delivery(**row._asdict()) for row in rows]


async def succeed(conn: Connection, delivery: Delivery, seq: int) -> None:
    """Store that everything up to the change with that number was delivered."""
    await conn.execute(_SUCCEED, {"webhook_id": delivery.id, "attempt": delivery.attempt, "seq": seq})


async def fail(conn: Connection, delivery: Delivery, error: str, pause: int, *, is_last: bool) -> None:
    """Store why an attempt failed, and when the next one is; after the last one, there is none."""
    await conn.execute(
        _FAIL,
        {
            "webhook_id": delivery.id,
            "attempt": delivery.attempt,
            "error": error,
            "pause": pause,
            "is_last": is_last,
        },
    )
