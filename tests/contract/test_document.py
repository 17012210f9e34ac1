"""The API document is true: every operation answers every role as described, whatever it is sent.

schemathesis generates valid and invalid requests from the document; they go through the real gateway. There
are few examples, the same in each run, so that a failure can be repeated.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from deploy.commands.openapi import document
from deploy.stack.state_dir import REPOSITORY
from tests.support.leaks import new_password
from tests.support.stack import Stack, run_environment
from tests.support.waiting import PATIENCE

EXAMPLES = 8
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
GATEWAY = (REPOSITORY / "gateway/dynamic/middlewares.yml").read_text()
EXPOSED = {
    name.lower()
    for name in re.findall(
        r"- (\S+)", GATEWAY.partition("accessControlExposeHeaders:")[2].partition("accessC")[0]
    )
}
# https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name
SAFELISTED = {
    *(
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ),
}
WITHOUT_USE_TO_SCRIPTS = {
    *("connection", "content-encoding", "date", "server", "set-cookie", "transfer-encoding", "vary"),
    *("content-disposition", "content-security-policy", "cross-origin-opener-policy", "permissions-policy"),
    *("referrer-policy", "x-content-type-options", "x-frame-options"),
}
ROLES = ("guest", "artist", "admin")
SETTINGS = {
    "AUTH_LOGIN_FAILURES_PER_ACCOUNT": "1000000",
    "AUTH_LOGIN_FAILURES_PER_ADDRESS": "1000000",
    # At the end the logs are searched for secrets; at this level they hold the most.
    **{f"{service}_LOG_LEVEL": "debug" for service in ("AUTH", "USERS", "TILES", "FRONTEND")},
}
UNUSED = 10**9
"""No resource has an id above this, so what a role may do to others, it does to the victim only."""


def operations() -> Iterator[tuple[str, APIOperation[Any, Any, Any, Any]]]:
    for found in schemathesis.openapi.from_dict(document()).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        yield f"{operation.method.upper()} {operation.path}", operation


OPERATIONS = dict(operations())
ENDLESS = {name for name in OPERATIONS if name.endswith("/users/notices/stream")}
"""Answers that go on until their caller leaves; tests/services/users/test_notices.py reads them."""


@dataclass(frozen=True)
class World:
    """A stack with an account per role, and a victim for what they do to others."""

    url: str
    logins: dict[str, dict[str, str]]
    victim_id: int
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    def session(self, role: str) -> dict[str, str]:
        """Return the headers of a role; logs in again if a request of the test has ended the last session."""
        if role == "guest":
            return {}
        me = requests.get(f"{self.url}/api/v1/auth/me", headers=self.sessions.get(role), timeout=PATIENCE)
        if me.status_code != 200:
            session = call_api(self.url, "POST", "auth/login", self.logins[role])
            self.sessions[role] = {"Authorization": f"Bearer {session['access_token']}"}
        return self.sessions[role]

    def ids(self) -> dict[str, int | str]:
        """Return ids of existing resources by parameter name; made for each test, as tests delete them."""
        artist = self.session("artist")
        draft = {"name": "A wall", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
        canvas_id = call_api(self.url, "POST", "canvases", draft, artist)["id"]
        tile = {"canvas_id": canvas_id, "x": 0, "y": 0, "pixels": "AQEB" * 85 + "AQ=="}
        return {
            "canvas_id": canvas_id,
            "tile_id": call_api(self.url, "POST", "tiles", tile, artist)["id"],
            "version": 1,
            "user_id": self.victim_id,
            "username": self.logins["artist"]["username"],
        }


def call_api(
    url: str, method: str, path: str, body: Any, headers: Mapping[str, str] = MappingProxyType({})
) -> Any:
    response = requests.request(method, f"{url}/api/v1/{path}", json=body, headers=headers, timeout=PATIENCE)
    response.raise_for_status()
    return response.json()


def register(url: str) -> tuple[dict[str, str], int]:
    """Register an account; return its credentials and its id."""
    login = {"username": f"u_{secrets.token_hex(6)}", "password": new_password()}
    session = call_api(url, "POST", "auth/register", {**login, "email": f"{login['username']}@mail.test"})
    return login, session["account"]["id"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    var = tmp_path_factory.mktemp("contract") / "var"
    stack = Stack(var, run_environment(var) | SETTINGS)
    try:
        artist, _ = register(stack.url)
        _, victim_id = register(stack.url)
        yield World(stack.url, {"artist": artist, "admin": stack.admin_login}, victim_id)
    finally:
        stack.stop()


@pytest.mark.parametrize(
    ("role", "name"),
    [(role, name) for name in OPERATIONS for role in ROLES if role == "guest" or name not in ENDLESS],
)
def test_every_answer_is_as_described(world: World, role: str, name: str) -> None:
    check_answers(world, name, world.session(role), EXAMPLES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_to_an_invalid_token_is_as_described(world: World, name: str) -> None:
    check_answers(world, name, {"Authorization": "Bearer invalid"}, examples=1)


def check_answers(world: World, name: str, headers: Mapping[str, str], examples: int) -> None:
    """Send generated requests with these headers, and compare each answer with the document."""
    operation, ids = OPERATIONS[name], world.ids()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def answers_as_described(data: st.DataObject) -> None:
        case = data.draw(st.one_of([operation.as_strategy(mode) for mode in GenerationMode]))
        for parameter, value in case.path_parameters.items():
            if parameter in ids and data.draw(st.booleans()):
                case.path_parameters[parameter] = ids[parameter]
            elif isinstance(value, int):
                case.path_parameters[parameter] = value + UNUSED
        if isinstance(case.body, dict) and "canvas_id" in case.body and data.draw(st.booleans()):
            case.body["canvas_id"] = ids["canvas_id"]
        case.headers.update(headers)
        response = case.call(base_url=world.url)
        # What the gateway itself refuses, such as an encoded semicolon in a path, reaches no operation.
        if response.status_code >= 500 or "x-service" in response.headers:
            case.validate_response(response, checks=CHECKS)
            sent = {name.lower() for name in response.headers}
            assert sent <= WITHOUT_USE_TO_SCRIPTS | SAFELISTED | EXPOSED, "hidden from other origins"

    answers_as_described()
