"""The auth service on a database of its own."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from services.auth.app import create_app, create_worker
from services.auth.settings import AuthSettings
from shared.db.migrations import migrate
from tests.parts import Broker, Databases
from tests.services.auth.mailbox import Mailbox

Client = TestClient[web.Request, web.Application]
StartAuth = Callable[..., Awaitable["Auth"]]

SECRET = "a secret of the tests, long enough to be one"
PASSWORD = "wobbly-teapot-49"


@dataclass(frozen=True)
class Auth:
    """A running auth service."""

    client: Client
    database_url: str
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def call(
        self, method: str, path: str, *, token: str | None = None, **kwargs: Any
    ) -> ClientResponse:
        headers = dict(kwargs.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return await self.client.request(method, f"/api/v1/auth{path}", headers=headers, **kwargs)

    async def register(self, username: str | None = None, **fields: Any) -> dict[str, Any]:
        """Make an account and return its first session."""
        response = await self.call("POST", "/register", json=self.registration(username, **fields))
        assert response.status == 201, await response.text()
        session: dict[str, Any] = await response.json()
        return session

    def registration(self, username: str | None = None, **fields: Any) -> dict[str, Any]:
        name = username or f"artist_{next(self.numbers)}"
        return {"username": name, "email": f"{name}@mail.test", "password": PASSWORD, **fields}

    async def login(self, login: str, password: str = PASSWORD, **kwargs: Any) -> ClientResponse:
        return await self.call("POST", "/login", json={"username": login, "password": password}, **kwargs)

    async def refresh(self, refresh_token: str) -> ClientResponse:
        return await self.call("POST", "/refresh", json={"refresh_token": refresh_token})

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> Sequence[tuple[Any, ...]]:
        """Run a statement beside the service; returns its rows, if it has any."""
        return rows(self.database_url, statement, values)


def rows(
    database_url: str, statement: str, values: Mapping[str, Any] | None = None
) -> Sequence[tuple[Any, ...]]:
    connection = psycopg2.connect(database_url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


async def problem(response: ClientResponse) -> tuple[int, str]:
    """The status and code of a refusal, which must be a problem document."""
    assert response.content_type == "application/problem+json", await response.text()
    document = await response.json()
    assert document["status"] == response.status
    return response.status, document["code"]


async def fields_at_fault(response: ClientResponse) -> set[str]:
    """What a 422 names, as dotted paths."""
    assert await problem(response) == (422, "invalid")
    return {".".join(map(str, error["loc"])) for error in (await response.json())["errors"]}


async def is_ready(client: Client) -> bool:
    return (await client.get("/ready")).status == 200


async def eventually(condition: Callable[[], Awaitable[bool]], timeout: float = 10) -> None:
    """Wait until it holds."""
    async with asyncio.timeout(timeout):
        while not await condition():  # noqa: ASYNC110 - what is waited for is outside
            await asyncio.sleep(0.02)


@pytest.fixture(scope="session")
def migrated_auth(database: Databases) -> str:
    url = database("auth")
    migrate("auth", url)
    return url


@pytest.fixture
def database_url(database: Databases, migrated_auth: str) -> str:
    return database("auth", like=migrated_auth)


def settings_for(database_url: str, **settings: Any) -> AuthSettings:
    return AuthSettings.model_validate(
        {
            "database_url": database_url,
            "database_pool": 5,
            "broker_url": "amqp://127.0.0.1:1/",
            "secret": SECRET,
            **settings,
        }
    )


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
async def mailbox(auth: Auth, broker: Broker, aiohttp_client: Any, tmp_path: Path) -> Mailbox:
    """The mail written by a worker beside `auth`."""
    settings = settings_for(auth.database_url, broker_url=broker.url, mail_folder=tmp_path / "mail")
    worker: Client = await aiohttp_client(create_worker(settings))
    await eventually(lambda: is_ready(worker))
    return Mailbox(tmp_path / "mail")
