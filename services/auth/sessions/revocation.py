"""How sessions end: in the database at once, and in every other process within a second.

Each function runs in the transaction that ends the sessions, and publishes the revocation with its commit.
"""

from __future__ import annotations

from services.auth.sessions import store
from services.auth.tokens.opaque import hash_secret
from shared.db import Connection
from shared.messaging.contracts import SessionRevoked
from shared.messaging.outbox import Outbox


async def end_session(conn: Connection, outbox: Outbox, session_id: int, account_id: int) -> bool:
    """End a session of the account; returns False if the account has no such session."""
    ended = await store.delete_session(conn, session_id, account_id)
    if ended:
        await _revoke(conn, outbox, account_id, session_id)
    return ended


async def end_session_of_token(conn: Connection, outbox: Outbox, refresh_token: str) -> None:
    """End the session that the refresh token belongs to, if there is one."""
    ended = await store.delete_session_of_token(conn, hash_secret(refresh_token))
    if ended is not None:
        session_id, account_id = ended
        await _revoke(conn, outbox, account_id, session_id)


async def end_other_sessions(conn: Connection, outbox: Outbox, session_id: int, account_id: int) -> None:
    """End all sessions of the account but one."""
    for ended in await store.delete_other_sessions(conn, session_id, account_id):
        await _revoke(conn, outbox, account_id, ended)


async def end_all_sessions(conn: Connection, outbox: Outbox, account_id: int) -> None:
    """End all sessions of the account."""
    # Delete the rows first: this waits for a concurrent refresh, whose new access token is then revoked too.
    await store.delete_all_sessions(conn, account_id)
    await _revoke(conn, outbox, account_id, None)


async def revoke_all_access(conn: Connection, outbox: Outbox, account_id: int) -> None:
    """Revoke the account's access tokens, but keep its sessions, whose refresh finds its new state."""
    # The lock waits for a concurrent refresh, whose new access token is then revoked too; a later one waits
    # for the commit.
    await store.lock_sessions(conn, account_id)
    await _revoke(conn, outbox, account_id, None)


async def _revoke(conn: Connection, outbox: Outbox, account_id: int, session_id: int | None) -> None:
    before = await store.insert_revocation(conn, account_id, session_id)
    outbox.defer(conn, SessionRevoked(account_id=account_id, session_id=session_id, before=before))
