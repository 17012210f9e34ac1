"""The demo canvas of a new stack."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from deploy.commands.demo.painter import LEFT_FREE, TILE
from deploy.commands.demo.picture import HEIGHT, WIDTH, picture
from tests.support.stack import Stack, run_environment
from tests.support.waiting import PATIENCE, until

PAINTED = (WIDTH // TILE) * (HEIGHT // TILE) - len(LEFT_FREE)


def canvases(stack: Stack) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{stack.url}/api/v1/canvases", timeout=PATIENCE) as response:
        found: list[dict[str, Any]] = json.load(response)["items"]
        return found


@pytest.fixture
def started_twice(tmp_path: Path) -> Iterator[tuple[Stack, Stack]]:
    var = tmp_path / "var"
    env = run_environment(var) | {"TESSERA_DEMO": "1"}
    first = Stack(var, env)
    try:
        until(lambda: [canvas["tile_count"] for canvas in canvases(first)] == [PAINTED])
    finally:
        first.stop()
    second = Stack(var, env)
    yield first, second
    second.stop()


@pytest.mark.timeout(300)  # two starts of a whole stack
def test_only_the_first_start_paints_the_demo_canvas(started_twice: tuple[Stack, Stack]) -> None:
    first, second = started_twice
    [canvas] = canvases(second)
    assert canvas["owner"]["username"] == first.admin[0]
    with urllib.request.urlopen(
        f"{second.url}/api/v1/canvases/{canvas['id']}.png", timeout=PATIENCE
    ) as response:
        shown = Image.open(io.BytesIO(response.read()))
    expected = picture()
    for x, y in LEFT_FREE:
        expected.paste(0, (x * TILE, y * TILE, (x + 1) * TILE, (y + 1) * TILE))
    assert shown.tobytes() == expected.tobytes()
