"""Scaling and rolling upgrades of a real stack, while clients use it without retries."""

from __future__ import annotations

import asyncio
import re
import secrets
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.support.compose import COMPOSE_SECONDS, VERSION, ComposeStack
from tests.support.load import under_load

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)

REQUESTS = 3_000

EXITS = 'ENTRYPOINT ["sh", "-c", "[ $0 = migrate ] || { echo no such module; exit 3; }"]'
NEVER_READY = r"""ENTRYPOINT ["python", "-c", "import sys, http.server as s\n\
class Never(s.BaseHTTPRequestHandler):\n\
    def do_GET(self):\n\
        self.send_error(503)\n\
sys.argv[1:] == ['migrate'] or s.HTTPServer(('', 8000), Never).serve_forever()"]"""


async def deploy(stack: ComposeStack, *arguments: str) -> str:
    """Run the command, which must succeed, and return its output."""
    done = await asyncio.to_thread(stack.deploy, *arguments)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


async def test_scaling_and_rolling_out_under_load_loses_no_request_and_no_event(
    compose: ComposeStack,
) -> None:
    async with under_load(compose.url) as load:
        await deploy(compose, "scale", "tiles=1")
        await deploy(compose, "scale", "tiles=3")
        load.tiles.clear()
        await load.reach(load.requests + 600)
        shares = load.tiles.copy()
        of_three = set(compose.tiles)
        await deploy(compose, "rollout")
        await deploy(compose, "scale", "tiles=1")
        await load.reach(REQUESTS)
        await deploy(compose, "scale", "tiles=2")
    assert load.requests >= REQUESTS
    assert set(shares) == of_three
    assert all(0.25 < count / shares.total() < 0.4 for count in shares.values()), shares
    assert not of_three & set(compose.tiles)
    for watcher in load.watchers:
        assert watcher.closed
        assert set(watcher.closed) == {1001}
        assert [event["seq"] for event in watcher.events] == list(range(1, watcher.events[-1]["seq"] + 1))
    load.assert_nothing_failed()


Broken = Callable[[str], str]


@pytest.fixture
def broken(compose: ComposeStack) -> Iterator[Broken]:
    """Make a version of tiles whose Dockerfile ends with these lines."""
    version = f"test-{secrets.token_hex(4)}"

    def build(lines: str) -> str:
        subprocess.run(
            ["docker", "build", "--tag", f"tessera/tiles:{version}", "-"],
            input=f"FROM tessera/tiles:{VERSION}\n{lines}\n",
            env=compose.environ,
            text=True,
            capture_output=True,
            check=True,
        )
        return version

    yield build
    compose.docker("rmi", "--force", f"tessera/tiles:{version}")


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (EXITS, r"tiles-(web|worker)-\d+ is restarting; its log:\n    no such module"),
        (
            NEVER_READY,
            r"not healthy after \d+ s \(load \d+ on \d+ cores?\)\n(.*\n)*.*\"GET /ready HTTP/1\.\d\" 503",
        ),
    ],
    ids=["it exits", "it is never ready"],
)
async def test_a_version_that_does_not_become_ready_is_rolled_back(
    compose: ComposeStack, broken: Broken, lines: str, why: str
) -> None:
    version = await asyncio.to_thread(broken, lines)
    before = [compose.containers(name) for name in ("tiles-web", "tiles-worker")]
    async with under_load(compose.url) as load:
        done = await asyncio.to_thread(
            compose.deploy, "rollout", "tiles", f"--version={version}", "--seconds=8"
        )
    assert done.returncode == 1
    assert re.search(why, done.stderr), done.stderr
    assert [compose.containers(name) for name in ("tiles-web", "tiles-worker")] == before
    await asyncio.to_thread(compose.up)
    assert [compose.containers(name) for name in ("tiles-web", "tiles-worker")] == before
    load.assert_nothing_failed()


def test_a_version_is_kept_until_the_next_rollout(compose: ComposeStack) -> None:
    version = f"test-{secrets.token_hex(4)}"
    compose.docker("tag", f"tessera/frontend:{VERSION}", f"tessera/frontend:{version}")
    try:
        for command in (
            ("rollout", "frontend", f"--version={version}"),
            ("scale", "frontend=2"),
            ("scale", "frontend=1"),
        ):
            assert compose.deploy(*command).returncode == 0
            shown = {
                compose.docker("inspect", "--format={{.Config.Image}}", container)
                for container in compose.containers("frontend")
            }
            assert shown == {f"tessera/frontend:{version}"}
        assert compose.deploy("rollout", "frontend").returncode == 0
        assert compose.project.versions["frontend"] == VERSION
    finally:
        compose.docker("rmi", "--force", f"tessera/frontend:{version}")


@pytest.mark.parametrize("what", ["postgres", "tiles-web"])
def test_an_invalid_rollout_is_refused_with_a_reason(compose: ComposeStack, what: str) -> None:
    done = compose.deploy("rollout", what)
    assert done.returncode == 1
    assert done.stderr == f"error: {what}: give services of auth, users, tiles, frontend\n"
