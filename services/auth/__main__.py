"""Verbs of the auth service: web, worker, migrate, first-admin."""

from __future__ import annotations

import asyncio
import sys

import orjson

from services.auth.accounts.passwords import Passwords
from services.auth.accounts.service import FirstAdmin, make_first_admin
from services.auth.app import SERVICE, connect, create_app, create_worker
from services.auth.settings import AuthSettings
from shared.errors import Conflict, TesseraError
from shared.messaging.outbox import Outbox
from shared.verbs import main


def first_admin(settings: AuthSettings) -> None:
    """Make the first admin; prints one JSON line, in which the password is null if there is an admin already.

    Ends with status 1 and the reason on stderr when the name is taken or PostgreSQL cannot be used.
    """
    try:
        made = asyncio.run(_first_admin(settings))
    except Conflict as error:
        sys.exit(f"no admin was made: {error}; choose others by AUTH_ADMIN_USERNAME and AUTH_ADMIN_EMAIL")
    except TesseraError as error:
        sys.exit(f"no admin was made: {error}")
    print(orjson.dumps({"username": made.username, "password": made.password}).decode())


async def _first_admin(settings: AuthSettings) -> FirstAdmin:
    database = connect(settings)
    try:
        return await make_first_admin(
            database,
            Outbox(database, producer=SERVICE),
            Passwords(threads=1),
            settings.admin_username,
            settings.admin_email,
        )
    finally:
        await database.close()


if __name__ == "__main__":
    main(
        SERVICE,
        AuthSettings,
        create_app,
        create_worker,
        {"first-admin": ("make the first admin, unless there is one", first_admin)},
    )
