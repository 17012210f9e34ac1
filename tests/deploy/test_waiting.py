"""What `up`, `scale` and `rollout` say while they wait, and at the end of a wait."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from deploy.stack.compose import waiting
from deploy.stack.compose.certificates import make_authority
from deploy.stack.compose.project import Project
from deploy.stack.compose.state import authority_of
from deploy.stack.errors import DeployError


@pytest.fixture
async def silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Project]:
    """A stack whose gateway accepts connections and answers nothing."""
    monkeypatch.setattr(waiting, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr("deploy.stack.load.PROGRESS_SECONDS", 0.1)

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = str(server.sockets[0].getsockname()[1])
    project = Project("dev", {"TESSERA_VAR": str(tmp_path), "TESSERA_PORT_DEV_HTTP": port})
    authority = authority_of(project.var)
    authority.parent.mkdir(parents=True, exist_ok=True)
    authority.write_text(make_authority()[0])
    async with server:
        yield project


async def test_a_scale_that_is_not_answered_in_time_says_by_whom_and_what_to_do(silent: Project) -> None:
    with pytest.raises(DeployError) as error:
        await waiting.wait_for_replicas(silent, "tiles", 2, lambda _: None, seconds=0)
    assert str(error.value).startswith("tiles is answered by the gateway with nothing (no answer in time)")
    assert "doctor --env dev" in str(error.value)


async def test_a_scale_that_takes_long_tells_what_it_waits_for(silent: Project) -> None:
    said: list[str] = []
    with pytest.raises(DeployError):
        await waiting.wait_for_replicas(silent, "tiles", 2, said.append, seconds=0.5)
    assert re.match(
        r"waiting for 2 processes of tiles, \d s so far: tiles is answered by the gateway", said[0]
    )


async def test_a_gateway_without_an_answer_is_named_with_the_time_and_the_load(
    silent: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "GATEWAY_SECONDS", 0)
    monkeypatch.setattr(silent, "containers", list)
    with pytest.raises(DeployError, match=r"nothing answers at http://localhost:\d+ after \d+ s \(load "):
        await waiting.wait_for_gateway(silent, lambda _: None)
