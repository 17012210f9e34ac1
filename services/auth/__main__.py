"""Verbs of the auth service: web, worker, migrate, and what an operator does past the API."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

import orjson
from pydantic import SecretStr, ValidationError

from services.auth.accounts.operators import Credentials, Operators
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.schemas import Registration
from services.auth.app import SERVICE, create_app, create_worker
from services.auth.keys.rules import StoredKey
from services.auth.keys.sealing import Seal, WrongSecret
from services.auth.keys.service import KeyRing
from services.auth.settings import AuthSettings
from shared.db import Database
from shared.errors import Conflict, TesseraError
from shared.messaging.outbox import Outbox
from shared.verbs import Verb, main

ResultT = TypeVar("ResultT")


def first_admin(settings: AuthSettings) -> None:
    """Make the first admin; prints one JSON line, in which the password is null if there is an admin already.

    Ends with status 1 and the reason on stderr when the name is taken or PostgreSQL cannot be used.
    """

    async def make(operators: Operators) -> Credentials:
        return await operators.make_first_admin(settings.admin_username, settings.admin_email)

    try:
        made = asyncio.run(_operate(settings, make))
    except Conflict as error:
        sys.exit(f"no admin was made: {error}; choose others by AUTH_ADMIN_USERNAME and AUTH_ADMIN_EMAIL")
    except TesseraError as error:
        sys.exit(f"no admin was made: {error}")
    _print(asdict(made))


def create_admin(settings: AuthSettings, given: argparse.Namespace) -> None:
    """Make one more admin; prints the name and the password."""
    try:
        wanted = Registration(
            username=given.username, email=given.email, password=SecretStr("not the one it gets")
        )
        made = asyncio.run(
            _operate(settings, lambda operators: operators.make_admin(wanted.username, wanted.email))
        )
    except ValidationError as error:
        sys.exit("\n".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()))
    except TesseraError as error:
        sys.exit(f"no admin was made: {error}")
    _print(asdict(made))


def reset_password(settings: AuthSettings, given: argparse.Namespace) -> None:
    """Give an account a random password and end its sessions; prints the name and the password."""
    try:
        made = asyncio.run(_operate(settings, lambda operators: operators.reset_password(given.login)))
    except TesseraError as error:
        sys.exit(f"no password was set: {error}")
    _print(asdict(made))


def rotate_keys(settings: AuthSettings) -> None:
    """Make the next signing key; prints its `kid` and from when on it signs."""

    async def rotate(database: Database) -> StoredKey:
        return await KeyRing(database, Seal(settings.secret.get_secret_value())).rotate()

    try:
        key = asyncio.run(_connected(settings, rotate))
    except (TesseraError, WrongSecret) as error:
        sys.exit(f"no key was made: {error}")
    _print({"kid": key.kid, "signs_from": key.signs_from})


async def _operate(
    settings: AuthSettings, work: Callable[[Operators], Awaitable[Credentials]]
) -> Credentials:
    passwords = Passwords(threads=1)

    async def operate(database: Database) -> Credentials:
        return await work(Operators(database, Outbox(database, producer=SERVICE), passwords))

    try:
        return await _connected(settings, operate)
    finally:
        passwords.close()


async def _connected(settings: AuthSettings, work: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    database = Database.of(settings)
    try:
        return await work(database)
    finally:
        await database.close()


def _print(answer: dict[str, Any]) -> None:
    print(orjson.dumps(answer).decode())


def _who(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", help="username or email address")


def _whom_to_make(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("email")


if __name__ == "__main__":
    main(
        SERVICE,
        AuthSettings,
        create_app,
        create_worker,
        {
            "first-admin": ("make the first admin, unless there is one", first_admin),
            "rotate-keys": ("make the next signing key; it signs in five minutes", rotate_keys),
        },
        {
            "create-admin": Verb("make one more admin", create_admin, _whom_to_make),
            "reset-password": Verb("give an account a random password", reset_password, _who),
        },
    )
