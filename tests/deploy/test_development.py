"""Behaviour of the development stack only."""

from __future__ import annotations

import secrets
from email import message_from_bytes
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.support.compose import COMPOSE_SECONDS, ComposeStack
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


async def test_mail_is_written_to_a_file_that_the_operator_can_open(compose: ComposeStack) -> None:
    name = f"mail_{secrets.token_hex(4)}"
    account = {"username": name, "email": f"{name}@example.org", "password": "one tall lighthouse"}
    async with (
        ClientSession(compose.url) as http,
        http.post("/api/v1/auth/register", json=account) as response,
    ):
        assert response.status == 201, await response.text()
    folder = compose.project.var.root / "mail"

    def recipients() -> set[str]:
        return {message_from_bytes(path.read_bytes())["To"] for path in Path(folder).glob("*.eml")}

    async def is_there() -> bool:
        return account["email"] in recipients()

    await eventually(is_there)
