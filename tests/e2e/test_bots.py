"""The bot of the documentation, as it stands there, paints through the gateway until its token is revoked."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from deploy.stack.state_dir import REPOSITORY
from tests.support.people import ApiArtist
from tests.support.stack import Stack, run_environment
from tests.support.waiting import poll_until

CANVAS = {"name": "For bots", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
FACE = {(2, 0), (3, 0), (4, 0), (1, 1), (5, 1), (0, 2), (2, 2), (4, 2), (6, 2)}
"""Columns and rows of what is painted in the first three rows."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    var = tmp_path_factory.mktemp("bots") / "var"
    stack = Stack(var, run_environment(var))
    yield stack
    stack.stop()


@pytest.fixture
async def ada(stack: Stack) -> AsyncIterator[ApiArtist]:
    async with aiohttp.ClientSession(stack.url, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield await ApiArtist.register(http, "ada")


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """The program in the document."""
    document = (REPOSITORY / "docs/bots.md").read_text()
    program = document.partition("```python\n")[2].partition("```")[0]
    assert 20 < program.count("\n") < 60
    path = tmp_path / "bot.py"
    path.write_text(program)
    return path


async def make_token(ada: ApiArtist, scope: str) -> dict[str, Any]:
    status, made = await ada.call("POST", "/auth/tokens", json={"name": "a bot", "scopes": [scope]})
    assert status == 201, made
    return dict(made)


async def run(bot: Path, stack: Stack, token: str, *arguments: object) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(bot),
        *map(str, arguments),
        env={**os.environ, "TESSERA_URL": stack.url, "TESSERA_TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def test_the_bot_of_the_document_paints(stack: Stack, ada: ApiArtist, bot: Path) -> None:
    _, canvas = await ada.call("POST", "/canvases", json=CANVAS)
    status, told = await run(bot, stack, (await make_token(ada, "paint"))["token"], canvas["id"], 2, 1)
    assert status == 0, told
    where = {"x": "2", "y": "1"}
    _, tile = await ada.call("GET", f"/tiles/canvas/{canvas['id']}/position", params=where)
    pixels = base64.b64decode(tile["pixels"])
    assert {(x, y) for x in range(16) for y in range(3) if pixels[16 * y + x]} == FACE
    assert tile["creator"]["id"] == ada.id


async def test_a_bot_that_may_only_read_is_told_why_it_cannot_paint(
    stack: Stack, ada: ApiArtist, bot: Path
) -> None:
    _, canvas = await ada.call("POST", "/canvases", json=CANVAS)
    status, told = await run(bot, stack, (await make_token(ada, "read"))["token"], canvas["id"], 0, 0)
    assert (status, "insufficient_scope" in told) == (1, True)


async def test_a_revoked_token_is_refused_by_every_service_within_seconds(
    stack: Stack, ada: ApiArtist
) -> None:
    made = await make_token(ada, "paint")
    grant = {"grant_type": "urn:tessera:token", "token": made["token"]}
    _, access = await ada.call("POST", "/auth/token", json=grant)
    headers = {"Authorization": f"Bearer {access['access_token']}"}

    async def code(path: str) -> Any:
        async with ada.http.get(f"/api/v1{path}", headers=headers) as response:
            return response.status if response.status == 200 else (await response.json())["code"]

    for path in ("/users/profile", "/canvases"):
        assert await code(path) == 200
    assert (await ada.call("DELETE", f"/auth/tokens/{made['id']}"))[0] == 204
    for path in ("/users/profile", "/canvases"):
        assert await poll_until(partial(code, path), "token_revoked") == "token_revoked"
