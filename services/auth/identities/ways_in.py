"""The ways in which an account can be logged in to: a password, identities elsewhere, passkeys."""

from __future__ import annotations

from collections.abc import Collection

from services.auth.accounts.model import LockedAccount
from services.auth.accounts.passwords import NO_PASSWORD
from services.auth.factors import store as factors
from services.auth.identities import store
from shared.db import Connection
from shared.errors import Conflict


async def check_way_in(conn: Connection, locked: LockedAccount, issuers: Collection[str]) -> None:
    """Check, after one was removed, that another way in is left; who removes one locks the account first.

    `issuers`: those of the providers that the site has now; no other identity logs in.

    Raises Conflict `last_way_in`.
    """
    if locked.password_hash != NO_PASSWORD:
        return
    account_id = locked.account.id
    if any(linked.issuer in issuers for linked in await store.list_of(conn, account_id)):
        return
    if (await factors.get_factors(conn, account_id)).passkeys:
        return
    raise Conflict("last_way_in", "Choose a password or add a passkey first: this is the only way to log in.")
