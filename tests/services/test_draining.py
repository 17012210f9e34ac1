"""A process keeps serving for a while after SIGTERM, so that the gateway can switch to others first."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from deploy.stack.parts.process import get
from deploy.stack.state_dir import REPOSITORY
from tests.support.parts import free_ports
from tests.support.waiting import PATIENCE

DRAIN_SECONDS = 1


@pytest.fixture
def site() -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """`python -m frontend`, ready, and its port."""
    port = free_ports(1)[0]
    env = {**os.environ, "FRONTEND_BIND": f"127.0.0.1:{port}", "FRONTEND_DRAIN_SECONDS": str(DRAIN_SECONDS)}
    process = subprocess.Popen([sys.executable, "-m", "frontend"], cwd=REPOSITORY, env=env)
    deadline = time.monotonic() + PATIENCE
    while get(port, "/ready")[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()


def test_after_sigterm_it_is_not_ready_but_alive_and_serving_and_then_ends(
    site: tuple[subprocess.Popen[bytes], int],
) -> None:
    process, port = site
    process.terminate()
    began = time.monotonic()
    while get(port, "/ready")[0] == 200 and time.monotonic() - began < DRAIN_SECONDS:
        time.sleep(0.02)
    assert [get(port, path)[0] for path in ("/ready", "/health", "/")] == [503, 200, 200]
    assert process.wait(PATIENCE) == 0
    assert time.monotonic() - began >= DRAIN_SECONDS
