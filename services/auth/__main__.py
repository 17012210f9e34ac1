"""Verbs of the auth service: web, worker, migrate, and the operator's commands."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import orjson
from pydantic import SecretStr, ValidationError

from services.auth.accounts.model import Account, Status
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.restating import read_accounts
from services.auth.app import SERVICE, create_app, create_worker
from services.auth.keys.cipher import KeyCipher, WrongSecret
from services.auth.keys.rules import StoredKey
from services.auth.keys.service import KeyRing
from services.auth.lifecycle.operators import Credentials, Operators
from services.auth.lifecycle.schemas import Registration
from services.auth.mail.mailer import make_mailer
from services.auth.mail.rules import Purpose
from services.auth.mail.templates import Mail
from services.auth.settings import AuthSettings
from shared.db import Database
from shared.errors import Conflict, TesseraError
from shared.messaging.outbox import Outbox
from shared.verbs import Verb, main

ResultT = TypeVar("ResultT")


def first_admin(settings: AuthSettings) -> None:
    """Create the first admin; prints one JSON line, whose password is null if there already is an admin.

    One who has not logged in before their one-time password expired gets another.

    Exits with status 1 and the reason on stderr when the name is taken or PostgreSQL is not available.
    """

    async def create(operators: Operators) -> Credentials:
        return await operators.create_first_admin(settings.admin_username, settings.admin_email)

    try:
        credentials = asyncio.run(_operate(settings, create))
    except Conflict as error:
        sys.exit(f"no admin was created: {error}; set AUTH_ADMIN_USERNAME and AUTH_ADMIN_EMAIL to others")
    except TesseraError as error:
        sys.exit(f"no admin was created: {error}")
    _print(asdict(credentials))


def create_admin(settings: AuthSettings, given: argparse.Namespace) -> None:
    """Create another admin; prints the name, the one-time password and when it expires."""
    try:
        wanted = Registration(username=given.username, email=given.email, password=SecretStr("a placeholder"))
        credentials = asyncio.run(
            _operate(settings, lambda operators: operators.create_admin(wanted.username, wanted.email))
        )
    except ValidationError as error:
        sys.exit("\n".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()))
    except TesseraError as error:
        sys.exit(f"no admin was created: {error}")
    _print(asdict(credentials))


def reset_password(settings: AuthSettings, given: argparse.Namespace) -> None:
    """Give an account a one-time password and end its sessions; prints what `create_admin` does."""
    try:
        credentials = asyncio.run(_operate(settings, lambda operators: operators.reset_password(given.login)))
    except TesseraError as error:
        sys.exit(f"the password was not reset: {error}")
    _print(asdict(credentials))


def remove_second_factor(settings: AuthSettings, given: argparse.Namespace) -> None:
    """Remove the second factors of an account and end its sessions; prints the name."""
    try:
        username = asyncio.run(
            _operate(settings, lambda operators: operators.remove_second_factor(given.login))
        )
    except TesseraError as error:
        sys.exit(f"no second factor was removed: {error}")
    _print({"username": username})


def rotate_keys(settings: AuthSettings) -> None:
    """Create the next signing key; prints its `kid` and when it starts to sign."""

    async def rotate(database: Database) -> StoredKey:
        return await KeyRing(database, KeyCipher(settings.secret.get_secret_value())).rotate()

    try:
        key = asyncio.run(_with_database(settings, rotate))
    except (TesseraError, WrongSecret) as error:
        sys.exit(f"no key was created: {error}")
    _print({"kid": key.kid, "signs_from": key.signs_from})


def test_mail(settings: AuthSettings, given: argparse.Namespace) -> None:
    """Send a test to an address; prints the address, and exits with status 1 and the reason on failure."""
    recipient = Account(0, "operator", given.address, False, (), Status.ACTIVE, datetime.now(UTC))
    try:
        asyncio.run(make_mailer(settings).send(Mail(recipient, Purpose.TEST, link=None)))
    except (TesseraError, ValueError) as error:
        sys.exit(f"no mail was sent to {given.address}: {error}")
    server = urlsplit(settings.smtp_url.get_secret_value()).hostname if settings.smtp_url else None
    _print({"to": given.address, "server": server, "folder": None if server else str(settings.mail_folder)})


async def _operate(settings: AuthSettings, use: Callable[[Operators], Awaitable[ResultT]]) -> ResultT:
    passwords = Passwords(threads=1)

    async def operate(database: Database) -> ResultT:
        return await use(Operators(database, Outbox(database, producer=SERVICE), passwords))

    try:
        return await _with_database(settings, operate)
    finally:
        passwords.close()


async def _with_database(settings: AuthSettings, use: Callable[[Database], Awaitable[ResultT]]) -> ResultT:
    database = Database.of(settings)
    try:
        return await use(database)
    finally:
        await database.close()


def _print(result: dict[str, Any]) -> None:
    print(orjson.dumps(result).decode())


def _add_login(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", help="username or email address")


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", help="email address that receives the test")


def _add_admin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username")
    parser.add_argument("email")


if __name__ == "__main__":
    main(
        SERVICE,
        AuthSettings,
        create_app,
        create_worker,
        {
            "first-admin": ("create the first admin, unless there is one", first_admin),
            "rotate-keys": ("create the next signing key, which signs after five minutes", rotate_keys),
        },
        {
            "create-admin": Verb("create another admin", create_admin, _add_admin),
            "test-mail": Verb("send a test to an address", test_mail, _add_address),
            "remove-second-factor": Verb(
                "remove the second factors of an account whose owner lost them",
                remove_second_factor,
                _add_login,
            ),
            "reset-password": Verb("give an account a one-time password", reset_password, _add_login),
        },
        restated={"accounts": read_accounts},
    )
