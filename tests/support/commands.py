"""Runs the commands of `deploy` as an operator does."""

from __future__ import annotations

import subprocess
import sys

from deploy.stack.state_dir import REPOSITORY
from tests.support.waiting import PATIENCE


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env=env, capture_output=True, text=True, timeout=5 * PATIENCE, check=False
    )
