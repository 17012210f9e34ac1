"""The auth service on a database of its own."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from services.auth.settings import AuthSettings

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

    async def request(
        self, method: str, path: str, session: dict[str, Any] | None = None, **kwargs: Any
    ) -> ClientResponse:
        """Call any path of the API, as the account of a session or as a guest."""
        headers = {} if session is None else {"Authorization": f"Bearer {session['access_token']}"}
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **kwargs)

    async def get(self, path: str, session: dict[str, Any] | None = None) -> Any:
        """Return the JSON of a GET that succeeds."""
        response = await self.request("GET", path, session)
        assert response.status == 200, await response.text()
        return await response.json()

    async def register_admin(self) -> dict[str, Any]:
        return await self._register_with("admin")

    async def register_moderator(self) -> dict[str, Any]:
        return await self._register_with("moderator")

    async def _register_with(self, role: str) -> dict[str, Any]:
        """Register an account, give it a role, and return a session whose token has it."""
        username = (await self.register())["account"]["username"]
        self.rows(
            "UPDATE accounts SET roles = ARRAY[%(role)s] WHERE username = %(username)s",
            {"role": role, "username": username},
        )
        session: dict[str, Any] = await (await self.login(username)).json()
        return session

    async def set_policy(self, admin: dict[str, Any], **settings: str) -> None:
        response = await self.request("PUT", "/admin/settings", admin, json=settings)
        assert response.status == 200, await response.text()

    async def register(self, username: str | None = None, **fields: Any) -> dict[str, Any]:
        """Register an account and return its first session."""
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
        """Run a statement on the service's database and return its rows, if any."""
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


def list_published(auth: Auth, kind: str) -> list[dict[str, Any]]:
    """Return the data of every event of a type in the outbox, in order."""
    payloads = [json.loads(payload) for (payload,) in auth.rows("SELECT payload FROM outbox ORDER BY id")]
    return [message["data"] for message in payloads if message["type"] == kind]


async def problem(response: ClientResponse) -> tuple[int, str]:
    """Return the status and code of a refusal, after checking that it is a problem document."""
    assert response.content_type == "application/problem+json", await response.text()
    document = await response.json()
    assert document["status"] == response.status
    return response.status, document["code"]


async def fields_at_fault(response: ClientResponse) -> set[str]:
    """Return the fields that a 422 names, as dotted paths."""
    assert await problem(response) == (422, "invalid")
    return {".".join(map(str, error["loc"])) for error in (await response.json())["errors"]}


async def is_ready(client: Client) -> bool:
    return (await client.get("/ready")).status == 200


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
