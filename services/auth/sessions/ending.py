"""How sessions end: in the database, and within a second everywhere else.

Each function is called in the transaction of what ends the sessions, and tells the other services of it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from services.auth.sessions import store
from services.auth.sessions.rules import hash_of
from shared.db import Connection
from shared.messaging.contracts import SessionRevoked
from shared.messaging.outbox import Outbox


async def end(conn: Connection, outbox: Outbox, session_id: int, account_id: int) -> bool:
    """End a session of the account; False when there is none such."""
    ended = await store.end(conn, session_id, account_id)
    if ended:
        _revoke(conn, outbox, account_id, session_id)
    return ended


async def end_by_token(conn: Connection, outbox: Outbox, refresh_token: str) -> None:
    """End the session that the refresh token belongs to, if there is one."""
    ended = await store.end_by_token(conn, hash_of(refresh_token))
    if ended is not None:
        session_id, account_id = ended
        _revoke(conn, outbox, account_id, session_id)


async def end_others(conn: Connection, outbox: Outbox, session_id: int, account_id: int) -> None:
    """End all sessions of the account but one."""
    for ended in await store.end_others(conn, session_id, account_id):
        _revoke(conn, outbox, account_id, ended)


async def end_all(conn: Connection, outbox: Outbox, account_id: int) -> None:
    """End all sessions of the account."""
    # First the rows: a refresh that was quicker has made its token by now, and that is revoked as well.
    await store.end_all(conn, account_id)
    revoke_tokens(conn, outbox, account_id)


def revoke_tokens(conn: Connection, outbox: Outbox, account_id: int) -> None:
    """Revoke the account's access tokens but not its sessions: a refresh gives one that is up to date."""
    _revoke(conn, outbox, account_id, None)


def _revoke(conn: Connection, outbox: Outbox, account_id: int, session_id: int | None) -> None:
    before = datetime.now(UTC)
    store.defer_revocation(conn, account_id, session_id, before)
    outbox.emit(conn, SessionRevoked(account_id=account_id, session_id=session_id, before=before))
