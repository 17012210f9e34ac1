"""The auth service on a database of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.auth.accounts import passwords
from services.auth.app import create_app, create_worker
from services.auth.tables import metadata
from shared.db.migrations import migrate
from tests.support.auth import Auth, Client, StartAuth, is_ready, settings_for
from tests.support.mailbox import Mailbox
from tests.support.oidc import CALLBACK, SITE, Issuer, free_issuer_port, running_issuer, settings
from tests.support.parts import Databases, VirtualHost, emptying
from tests.support.waiting import eventually


@pytest.fixture(autouse=True)
def cheap_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a hash of a password cost next to nothing: a test makes several, of 25 ms each.

    Tests marked `real_hashes` pay for those of the product, and so do processes that a test starts.
    """
    if request.node.get_closest_marker("real_hashes"):
        return
    monkeypatch.setattr(passwords, "MEMORY_KIB", 8)
    monkeypatch.setattr(passwords, "PASSES", 1)


@pytest.fixture(scope="session")
def migrated_auth(database: Databases) -> str:
    url = database("auth")
    migrate("auth", url)
    return url


@pytest.fixture(scope="session")
def emptied(database: Databases, migrated_auth: str) -> Iterator[Callable[[], str]]:
    """`emptied()` is the URL of the one database of these tests, without a row."""
    url = database("auth", like=migrated_auth)
    with emptying(url, metadata) as empty:

        def emptied() -> str:
            empty()
            return url

        yield emptied


@pytest.fixture
def database_url(emptied: Callable[[], str]) -> str:
    return emptied()


@pytest.fixture
def start_auth(aiohttp_client: Any) -> StartAuth:
    """`await start_auth(database_url, **settings)` is one process; call it again for another."""

    async def start(database_url: str, **settings: Any) -> Auth:
        client: Client = await aiohttp_client(create_app(settings_for(database_url, **settings)))
        await eventually(lambda: is_ready(client))
        return Auth(client, database_url)

    return start


@pytest.fixture
async def auth(start_auth: StartAuth, database_url: str) -> Auth:
    return await start_auth(database_url)


@pytest.fixture
async def mailbox(auth: Auth, broker: VirtualHost, aiohttp_client: Any, tmp_path: Path) -> Mailbox:
    """The mail written by a worker beside `auth`."""
    settings = settings_for(auth.database_url, broker_url=broker.url, mail_folder=tmp_path / "mail")
    worker: Client = await aiohttp_client(create_worker(settings))
    await eventually(lambda: is_ready(worker))
    return Mailbox(tmp_path / "mail", auth.database_url)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    """A provider of OpenID Connect."""
    with running_issuer(free_issuer_port(), CALLBACK) as running:
        yield running


@pytest.fixture
async def auth_with_issuer(start_auth: StartAuth, database_url: str, issuer: Issuer) -> Auth:
    """The service, with the issuer as the one provider to log in with."""
    return await start_auth(database_url, public_url=SITE, oidc_providers=json.dumps([settings(issuer.url)]))
