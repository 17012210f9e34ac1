"""Plain Compose on a real engine: an empty folder, one file and `.env`, and a first canvas."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from deploy.stack.compose.plain import FILE
from deploy.stack.compose.served import Authority
from tests.support.certificates import issue_ending_in, read_days_served
from tests.support.compose import COMPOSE_SECONDS, compose_environment, need_engine, own_names
from tests.support.waiting import PATIENCE, until

pytestmark = pytest.mark.timeout(3 * COMPOSE_SECONDS)

AUTHORITY = "/state/compose/prod/authority/certificate.pem"


class PlainStack:
    """A stack that a stranger starts in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        shutil.copy(FILE, folder / "compose.yaml")
        names = own_names("prod")
        self.host = os.environ.get("TESSERA_HOST", "localhost")
        self._settings = {**names, "TESSERA_HOST": self.host}
        self.choose()
        self.url = f"https://{self.host}:{names['TESSERA_PORT_PROD_HTTPS']}"
        self.http_url = f"http://{self.host}:{names['TESSERA_PORT_PROD_HTTP']}"

    def choose(self, **settings: str) -> None:
        """Write `.env`, with these settings as well."""
        lines = [f"{name}={text}\n" for name, text in {**self._settings, **settings}.items()]
        (self._folder / ".env").write_text("".join(lines))

    def compose(self, *arguments: str, file: Path | None = None) -> str:
        """Run `docker compose` in the folder, or with another file."""
        other = ["--file", str(file)] if file else []
        command = ["docker", "compose", *other, "--env-file", ".env", *arguments]
        environ = {
            name: text
            for name, text in compose_environment(self._folder).items()
            if not name.startswith("TESSERA_")
        }
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=3 * COMPOSE_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def overridden(self, text: str) -> Iterator[None]:
        """Have a compose.override.yml during the block."""
        override = self._folder / "compose.override.yml"
        override.write_text(text)
        try:
            yield
        finally:
            override.unlink()

    def containers(self) -> dict[str, list[str]]:
        """Return the ids of the running containers by service."""
        found: dict[str, list[str]] = {}
        for line in self.compose("ps", "--format=json").splitlines():
            one = json.loads(line)
            found.setdefault(one["Service"], []).append(one["ID"])
        return found

    def call(self, path: str, body: Mapping[str, Any] | None = None, token: str = "") -> bytes:
        """Call the API, trusting the stack's own authority alone."""
        self.compose("cp", f"init:{AUTHORITY}", "authority.pem")
        trust = ssl.create_default_context(cafile=str(self._folder / "authority.pem"))
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE, context=trust) as response:
            return bytes(response.read())

    def answers_http(self) -> bool:
        """Return whether HTTP is answered without a redirect."""
        try:
            with urllib.request.urlopen(f"{self.http_url}/api/v1/canvases", timeout=PATIENCE) as response:
                return bool(response.url.startswith(self.http_url))
        except OSError:
            return False

    def answers(self) -> bool:
        try:
            return all(self.call(path) for path in ("/api/v1/canvases", "/.well-known/jwks.json"))
        except OSError:
            return False


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainStack]:
    need_engine()
    plain = PlainStack(tmp_path_factory.mktemp("plain"))
    plain.compose("build", file=FILE)
    try:
        plain.compose("up", "--detach", "--no-build")
        until(plain.answers, 3 * PATIENCE)
        yield plain
    finally:
        plain.compose("down", "--volumes")


@pytest.fixture(scope="module")
def token(stack: PlainStack) -> str:
    """The access token of an artist who has registered."""
    person = {"username": "ada", "email": "ada@example.org", "password": "a lighthouse at dusk"}
    return str(json.loads(stack.call("/api/v1/auth/register", person))["access_token"])


def test_a_first_canvas_can_be_made(stack: PlainStack, token: str) -> None:
    canvas = {"name": "A first wall", "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
    made = json.loads(stack.call("/api/v1/canvases", canvas, token))
    assert stack.call(f"/api/v1/canvases/{made['id']}.png").startswith(b"\x89PNG")


def test_the_first_admin_is_made_by_a_command(stack: PlainStack) -> None:
    said = stack.compose("exec", "-T", "auth-worker", "python", "-m", "services.auth", "first-admin")
    assert json.loads(said)["username"] == "admin"


def test_a_second_up_replaces_no_container(stack: PlainStack) -> None:
    before = stack.containers()
    stack.compose("up", "--detach", "--no-build")
    assert stack.containers() == before


def test_an_override_file_is_used(stack: PlainStack) -> None:
    with stack.overridden("services: {tiles-web: {environment: {TILES_LOCK_SECONDS: '77'}}}\n"):
        merged = stack.compose("config", "--format=json")
    assert json.loads(merged)["services"]["tiles-web"]["environment"]["TILES_LOCK_SECONDS"] == "77"


@pytest.mark.usefixtures("token")
def test_mail_that_is_kept_can_be_read(stack: PlainStack) -> None:
    until(lambda: "ada@example.org" in stack.compose("exec", "-T", "auth-worker", "sh", "-c", "cat /mail/*"))


def test_a_backup_is_taken_by_itself(stack: PlainStack) -> None:
    until(lambda: ".tar" in stack.compose("exec", "-T", "backup", "ls", "/backups"), 3 * PATIENCE)


def test_the_running_stack_renews_its_certificate(stack: PlainStack, tmp_path: Path) -> None:
    gateway = stack.containers()["gateway"]
    for name in ("certificate.pem", "key.pem"):
        stack.compose("cp", f"init:/state/compose/prod/authority/{name}", str(tmp_path / name))
    issue_ending_in(20, Authority(tmp_path), stack.host, tmp_path / "ending.pem")
    stack.compose("cp", str(tmp_path / "ending.pem"), "init:/files/gateway/served/certificate.pem")
    until(lambda: read_days_served(stack.url) < 21)
    stack.compose("restart", "certificates")  # it looks when it starts
    until(lambda: read_days_served(stack.url) > 300)
    assert stack.containers()["gateway"] == gateway


def test_a_backup_is_restored(stack: PlainStack, token: str) -> None:
    def make(name: str) -> str:
        canvas = {"name": name, "width": 64, "height": 64, "tile_size": 16, "palette": "pico-8"}
        return f"/api/v1/canvases/{json.loads(stack.call('/api/v1/canvases', canvas, token))['id']}"

    kept = make("Kept")
    stack.compose("exec", "-T", "backup", "python", "-m", "deploy.backup", "take")
    file = sorted(stack.compose("exec", "-T", "backup", "ls", "/backups").split())[-1]
    lost = make("Lost")
    services = [f"{service}-{kind}" for service in ("auth", "users", "tiles") for kind in ("web", "worker")]
    stack.compose("stop", "backup", *services)
    stack.compose("run", "--rm", "--no-deps", "-T", "backup", "restore", file)
    stack.compose("run", "--rm", "--no-deps", "-T", "init", "secret", file)
    stack.compose("up", "--detach", "--no-build")
    until(stack.answers, 3 * PATIENCE)
    assert json.loads(stack.call(kept))["name"] == "Kept"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        stack.call(lost)


def test_a_proxy_in_front_may_end_tls(stack: PlainStack) -> None:
    assert not stack.answers_http()
    stack.choose(TESSERA_TLS="outside", TESSERA_TRUSTED_PROXIES="172.16.0.0/12")
    stack.compose("up", "--detach", "--no-build")
    until(stack.answers_http, 3 * PATIENCE)
