"""A production stack under Compose that tests break in some way, and the doctor examines."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from deploy.checks.doctor import diagnose
from deploy.checks.findings import Finding, as_text
from deploy.checks.gatherers.docker.gatherer import DockerGatherer
from deploy.checks.request import explain_request
from deploy.stack.compose.state import authority_of
from tests.support.busy import without_load
from tests.support.compose import ComposeStack
from tests.support.waiting import PATIENCE


class ComposeStackUnderTest(ComposeStack):
    """A stack that tests break; each block repairs at its end what it broke."""

    def diagnose(self) -> list[Finding]:
        """Examine it with more time than the command takes, however busy this machine is."""
        return diagnose(DockerGatherer(self.project), seconds=PATIENCE)

    def first_line(self, code: str, seconds: float = 3 * PATIENCE) -> str:
        """Examine it until the first finding has this code, as health checks take time; return its cause."""
        deadline = time.monotonic() + seconds
        while (found := without_load(self.diagnose())) == [] or found[0].code != code:
            assert time.monotonic() < deadline, f"not {code} but {as_text(found) or 'healthy'}"
        return found[0].cause

    def explain(self, request_id: str) -> Finding:
        return explain_request(DockerGatherer(self.project), request_id)

    def get(self, path: str, request_id: str) -> int:
        """Return the status of a GET."""
        request = urllib.request.Request(self.url + path, headers={"X-Request-Id": request_id})
        trust = ssl.create_default_context(cafile=str(authority_of(self.project.var)))
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE, context=trust) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    def name(self, short: str) -> str:
        return f"{self.project.name}-{short}"

    @contextmanager
    def stopped(self, *names: str) -> Iterator[None]:
        full = [self.name(name) for name in names]
        self.docker("kill", *full)
        try:
            yield
        finally:
            self.docker("start", *full)

    @contextmanager
    def paused(self, name: str) -> Iterator[None]:
        self.docker("pause", self.name(name))
        try:
            yield
        finally:
            self.docker("unpause", self.name(name))

    @contextmanager
    def changed(self, service: str, change: Mapping[str, Any] | str, folder: Path) -> Iterator[None]:
        """Recreate that service with a change (a mapping, or YAML), and without it after the block."""
        text = change if isinstance(change, str) else yaml.safe_dump(change, default_flow_style=True).strip()
        override = folder / "override.yml"
        override.write_text(f"services:\n  {service}: {text if text[0] == '{' else '{' + text + '}'}\n")
        up = ("up", "--detach", "--no-deps", "--no-build", "--timeout=1", service)
        try:
            self.project.compose(f"--file={override}", *up)
            yield
        finally:
            self.project.compose(*up)

    @contextmanager
    def sql(self, database: str, change: str, back: str) -> Iterator[None]:
        """Execute `change` as superuser, and `back` after the block."""
        self.psql(database, change)
        try:
            yield
        finally:
            self.psql(database, back)

    def psql(self, database: str, statement: str) -> str:
        return self.docker(
            "exec", self.name("postgres-1"), "psql", "-U", "postgres", "-d", database, "-Atqc", statement
        )

    def ctl(self, *words: str) -> None:
        self.docker("exec", self.name("rabbitmq-1"), "rabbitmqctl", "--quiet", *words)

    def secret(self, name: str) -> Path:
        return self.project.var.root / "secrets" / name
