"""A stack under Docker Compose as its operator starts it: with project, ports and state folder of its own.

The engine is the one that `docker` talks to; TESSERA_HOST is its address when that is not localhost.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from deploy.stack.compose.project import Environment, Project
from deploy.stack.ports import port_map
from deploy.stack.state_dir import REPOSITORY
from tests.support.parts import free_ports
from tests.support.waiting import PATIENCE

# Two checkouts on one machine build images of their own.
VERSION = f"test-{hashlib.sha256(bytes(REPOSITORY)).hexdigest()[:8]}"
COMPOSE_SECONDS = 600
"""A first `up` builds the images."""


@functools.cache
def why_no_engine() -> str:
    """Return why there is no Docker Engine to test with; empty when there is one."""
    try:
        done = subprocess.run(
            ["docker", "version"], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stderr.strip() if done.returncode else ""


def need_engine() -> None:
    """Skip the test that calls this when there is no Docker Engine."""
    if why := why_no_engine():
        pytest.skip(f"needs a Docker Engine: {why}")


@functools.cache
def why_no_compose() -> str:
    """Return why Compose cannot merge files, which needs no engine; empty when it can."""
    try:
        done = subprocess.run(["docker", "compose", "version"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return str(error)
    return done.stderr.strip() if done.returncode else ""


def compose_environment(var: Path) -> dict[str, str]:
    """Return the environment of the commands for Compose with that state folder."""
    ours = ("TESSERA_", "COMPOSE_PROJECT", "AUTH_", "USERS_", "TILES_", "FRONTEND_")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(ours) or name == "TESSERA_HOST"
    }
    return {**inherited, "TESSERA_VAR": str(var), "TESSERA_DEMO": "0"}


def own_names(env: Environment) -> dict[str, str]:
    """Return a unique project name and free ports; all tests of this checkout share the images."""
    published = [port for port in port_map() if port.way == env]
    numbers = free_ports(len(published))
    ports = {port.env: str(number) for port, number in zip(published, numbers, strict=True)}
    mail = {"TESSERA_MAIL": "keep"} if env == "prod" else {}
    return {
        **ports,
        **mail,
        "TESSERA_PROJECT": f"tessera-test-{secrets.token_hex(4)}",
        "TESSERA_VERSION": VERSION,
    }


class ComposeStack:
    """A stack that `up` starts; `admin` is the first admin's name and one-time password."""

    def __init__(
        self,
        env: Environment,
        var: Path,
        *,
        repository: Path = REPOSITORY,
        environ: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.env = env
        self.repository = repository
        self.environ = compose_environment(var) | own_names(env) | dict(environ)
        self.project = Project(env, self.environ)
        self.url = self.project.url
        self.admin: tuple[str, str | None] = ("", None)

    def deploy(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `tessera <command>` for this stack."""
        return subprocess.run(
            [sys.executable, "-m", "deploy", command, "--env", self.env, *arguments],
            cwd=self.repository,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=COMPOSE_SECONDS,
            check=False,
        )

    def up(self) -> str:
        """Start it, or bring it up to date; return the output of the command."""
        done = self.deploy("up")
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        found = re.search(r"^First admin: (\w+)(?:, one-time password: (\S+))?$", done.stdout, re.MULTILINE)
        assert found, done.stdout
        self.admin = self.admin if self.admin[1] else (found[1], found[2])
        return done.stdout

    def remove(self) -> None:
        """Stop it and delete its data."""
        done = self.deploy("down", "--delete-data")
        assert done.returncode == 0, done.stderr

    def docker(self, *arguments: str) -> str:
        done = subprocess.run(
            ["docker", *arguments], env=self.environ, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def containers(self, service: str) -> list[str]:
        """Return the ids of the running containers of a service of the Compose files."""
        return self.project.compose("ps", "--quiet", service).split()

    @property
    def tiles(self) -> Sequence[str]:
        return [container[:12] for container in self.containers("tiles-web")]

    def kill(self, name: str) -> None:
        """Kill it from inside, as a crash would: after `docker kill` Docker does not restart a container."""
        self.docker("exec", self._container(name), "sh", "-c", "kill -9 -1")

    def life(self, name: str) -> object:
        return self.docker("inspect", "--format={{.State.StartedAt}}", self._container(name))

    def _container(self, name: str) -> str:
        return name if name in self.tiles else self.containers(name)[0]
