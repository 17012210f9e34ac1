"""The demo canvases of a new stack."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from deploy.commands.demo.painter import ARTIST, EVENT_PACE, EVENT_PART, EVENT_SIDE, LEFT_FREE, TILE
from deploy.commands.demo.picture import picture
from tests.support.stack import Stack, run_environment
from tests.support.waiting import PATIENCE, until


def read(stack: Stack, path: str) -> bytes:
    with urllib.request.urlopen(f"{stack.url}/api/v1{path}", timeout=PATIENCE) as response:
        content: bytes = response.read()
        return content


def items(stack: Stack, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(read(stack, path))["items"]
    return found


def image(stack: Stack, path: str) -> Image.Image:
    return Image.open(io.BytesIO(read(stack, path)))


@pytest.fixture(scope="module")
def started_twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The second run of a stack whose first one painted the demo."""
    var = tmp_path_factory.mktemp("demo") / "var"
    env = run_environment(var) | {"TESSERA_DEMO": "1"}
    first = Stack(var, env)
    try:
        until(lambda: [one["max_charges"] for one in items(first, "/canvases")][1:] == [20])
    finally:
        first.stop()
    second = Stack(var, env)
    yield second
    second.stop()


@pytest.mark.timeout(300)  # two starts of a whole stack
def test_only_the_first_start_paints_demo_canvases(started_twice: Stack) -> None:
    canvases = items(started_twice, "/canvases")
    assert [one["owner"]["username"] for one in canvases] == [ARTIST["username"]] * 2
    shown = image(started_twice, f"/canvases/{canvases[0]['id']}.png")
    expected = picture()
    for x, y in LEFT_FREE:
        expected.paste(0, (x * TILE, y * TILE, (x + 1) * TILE, (y + 1) * TILE))
    assert shown.tobytes() == expected.tobytes()


@pytest.mark.timeout(300)
def test_the_second_one_is_an_event_whose_template_is_half_painted(started_twice: Stack) -> None:
    canvas = items(started_twice, "/canvases")[1]
    assert {name: canvas[name] for name in EVENT_PACE} == EVENT_PACE
    [template] = items(started_twice, f"/canvases/{canvas['id']}/templates")
    progress = json.loads(read(started_twice, f"/templates/{template['slug']}/progress"))
    half = EVENT_SIDE**2 // 2
    assert (progress["right"], progress["wrong"], progress["empty"]) == (half, 0, half)
    expected = picture().crop(EVENT_PART)
    assert image(started_twice, f"/templates/{template['slug']}.png").tobytes() == expected.tobytes()
