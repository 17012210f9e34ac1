"""The stack under Docker Compose, on a real engine: up, reachable, scaled, refused, gone."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest

from deploy.backup.archive import list_backups
from deploy.stack import engine
from deploy.stack.compose.state import authority_of
from deploy.stack.state_dir import REPOSITORY
from tests.support.busy import here
from tests.support.compose import COMPOSE_SECONDS, ComposeStack, need_engine
from tests.support.waiting import PATIENCE

pytestmark = pytest.mark.timeout(COMPOSE_SECONDS)


SSLYZE = Path(sys.executable).parents[1] / "sslyze" / "bin" / "sslyze"


class KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def answer(url: str, stack: ComposeStack, method: str = "GET") -> tuple[int, dict[str, str]]:
    """Return status and headers, without following redirects, trusting only the stack's own authority."""
    context = ssl.create_default_context(cafile=str(authority_of(stack.project.var)))
    opener = urllib.request.build_opener(KeepRedirects, urllib.request.HTTPSHandler(context=context))
    try:
        response: HTTPResponse = opener.open(urllib.request.Request(url, method=method), timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers.items())
    return response.status, dict(response.headers.items())


@pytest.fixture(scope="module")
def production(compose: ComposeStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    """A production stack beside the development stack."""
    stack = ComposeStack("prod", tmp_path_factory.mktemp("production") / "var")
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()


def test_up_prints_the_url_and_the_first_password_once(compose: ComposeStack) -> None:
    assert compose.admin[0] == "admin"
    assert compose.admin[1]
    said = compose.up()
    assert f"Tessera is ready: {compose.url}\nFirst admin: admin\n" in said


def test_exec_runs_a_verb_in_the_container_of_its_service(compose: ComposeStack) -> None:
    done = compose.deploy("exec", "users", "repair-stats")
    assert done.returncode == 0, done.stderr
    assert "repaired" in json.loads(done.stdout.splitlines()[-1])


def test_a_second_up_replaces_no_container(compose: ComposeStack) -> None:
    before = {service: compose.containers(service) for service in ("gateway", "tiles-web", "postgres")}
    compose.up()
    assert {service: compose.containers(service) for service in before} == before


def test_development_answers_http_and_https(compose: ComposeStack) -> None:
    for url in (compose.project.http_url, compose.project.https_url):
        status, headers = answer(f"{url}/api/v1/canvases", compose)
        assert (status, headers["X-Service"]) == (200, "tiles")
        assert "Strict-Transport-Security" not in headers


def test_the_processes_are_not_root_and_cannot_write(compose: ComposeStack) -> None:
    container = compose.containers("auth-web")[0]
    assert compose.docker("exec", container, "id", "-u") == "10001"
    wrote = compose.docker("exec", container, "sh", "-c", "touch /app/x 2>/dev/null || echo refused")
    assert wrote == "refused"


def test_no_secret_is_in_a_containers_environment(compose: ComposeStack) -> None:
    secrets = [path.read_text() for path in (compose.project.var.root / "secrets").iterdir()]
    for container in compose.project.containers():
        shown = compose.docker("inspect", "--format={{json .Config}}", container["ID"])
        assert [secret for secret in secrets if secret in shown] == [], container["Name"]


@pytest.mark.parametrize(("role", "database"), [("auth", "tiles"), ("tiles", "users"), ("users", "auth")])
def test_a_service_cannot_enter_the_database_of_another(
    compose: ComposeStack, role: str, database: str
) -> None:
    password = (compose.project.var.root / "secrets" / f"postgres_{role}").read_text()
    url = f"postgresql://{role}:{password}@127.0.0.1/{database}"
    container = compose.containers("postgres")[0]
    said = compose.docker("exec", container, "sh", "-c", f"psql '{url}' -c 'SELECT 1' 2>&1 || true")
    assert "permission denied for database" in said


@pytest.mark.parametrize("wanted", ["postgres=2", "tiles", "tiles=0", "tiles=many"])
def test_an_invalid_scale_is_refused_with_a_reason(compose: ComposeStack, wanted: str) -> None:
    done = compose.deploy("scale", wanted)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {wanted}: give SERVICE=NUMBER")


def test_a_running_stack_holds_the_ports_of_the_map(compose: ComposeStack) -> None:
    ours = {container["Name"] for container in compose.project.containers()}
    held = {
        port: holder.container
        for port, holder in engine.list_published_ports().items()
        if holder.container in ours
    }
    assert held == dict.fromkeys(compose.project.ports.values(), f"{compose.project.name}-gateway-1")


def test_a_service_without_its_database_answers_503_itself(compose: ComposeStack) -> None:
    container = compose.containers("postgres")[0]
    compose.docker("pause", container)
    try:
        status, headers = answer(f"{compose.url}/api/v1/canvases", compose)
    finally:
        compose.docker("unpause", container)
    assert (status, headers["X-Service"]) == (503, "tiles")


def test_both_environments_run_at_once_and_production_answers_https_only(
    compose: ComposeStack, production: ComposeStack
) -> None:
    status, headers = answer(f"{production.url}/api/v1/canvases", production)
    assert (status, headers["X-Service"]) == (200, "tiles")
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert answer(f"{compose.url}/api/v1/canvases", compose)[0] == 200


def test_production_takes_backups_and_measures_their_age(production: ComposeStack) -> None:
    kept = production.project.var.root / "backups" / "kept"
    deadline = time.monotonic() + 60
    while not list_backups(kept) and time.monotonic() < deadline:
        time.sleep(0.2)
    (file,) = list_backups(kept)
    assert production.deploy("verify", str(file)).returncode == 0
    (container,) = production.containers("backup")
    said = production.docker(
        "exec", container, "python", "-c",
        "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8000/metrics').read().decode())",
    )  # fmt: skip
    age = re.search(r"^backup_age_seconds (\S+)$", said, re.MULTILINE)
    assert age
    assert 0 < float(age[1]) < COMPOSE_SECONDS


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", ["/", "/api/v1/canvases?limit=1", "/health", "/api/nothing%20here"])
def test_production_redirects_http_to_https_permanently(
    production: ComposeStack, method: str, path: str
) -> None:
    status, headers = answer(production.project.http_url + path, production, method)
    assert (status, headers["Location"]) == (308, production.url + path)


def test_production_follows_mozillas_intermediate_tls_profile(production: ComposeStack) -> None:
    asked = ("--mozilla_config=intermediate", "--certinfo")
    trusted = f"--certinfo_ca_file={authority_of(production.project.var)}"
    there = f"{production.project.host}:{production.project.ports['prod-https']}"
    done = subprocess.run([SSLYZE, *asked, trusted, there], capture_output=True, text=True, check=False)
    assert "OK - Compliant." in done.stdout, done.stdout + done.stderr


def test_up_on_taken_ports_is_refused_and_leaves_nothing(compose: ComposeStack, tmp_path: Path) -> None:
    taken = {
        f"TESSERA_PORT_PROD_{name}": str(compose.project.ports[f"dev-{name.lower()}"])
        for name in ("HTTP", "HTTPS")
    }
    second = ComposeStack("prod", tmp_path, environ=taken)
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        done = second.deploy("up")
        seconds.append(time.monotonic() - began)
        assert done.returncode == 1
    holder = f"the container {compose.project.name}-gateway-1 of the Compose project {compose.project.name}"
    for name in ("http", "https"):
        number = compose.project.ports[f"dev-{name}"]
        assert f"port-taken: port {number} (prod-{name}) is held by {holder}\n" in done.stderr
    assert min(seconds) < here(5)
    assert second.project.containers() == []
    assert answer(f"{compose.url}/api/v1/canvases", compose)[0] == 200


def copy_with(folder: Path, pattern: str, new: str) -> Path:
    """Copy the repository, with its compose files changed wherever the pattern matches."""
    copy = folder / "repository"
    shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".*", "var", "tests", "docs"))
    shutil.copy(REPOSITORY / ".dockerignore", copy)
    for path in (copy / "deploy" / "compose").glob("*.yml"):
        path.write_text(re.sub(pattern, new, path.read_text()))
    return copy


def test_up_with_a_gateway_that_publishes_nothing_leaves_nothing(tmp_path: Path) -> None:
    need_engine()
    copy = copy_with(tmp_path, r"    ports:\n(      - .*\n)+", "")
    stack = ComposeStack("prod", tmp_path / "var", repository=copy)
    seconds = []
    for _ in range(3):
        began = time.monotonic()
        done = stack.deploy("up")
        seconds.append(time.monotonic() - began)
        assert done.returncode == 1
    numbers = sorted(stack.project.ports.values())
    assert f"do not publish {numbers[0]} and {numbers[1]} of the gateway" in done.stderr
    assert min(seconds) < here(5)
    assert stack.project.containers() == []


def test_a_container_that_cannot_start_is_named_with_its_log(tmp_path: Path) -> None:
    need_engine()
    copy = copy_with(tmp_path, r"AUTH_LOG_LEVEL: .*", "AUTH_LOG_LEVEL: loud")
    stack = ComposeStack("dev", tmp_path / "var", repository=copy)
    done = stack.deploy("up")
    stack.remove()
    assert done.returncode == 1
    assert "auth-migrate-1 is ended with status 1; its log:" in done.stderr
    assert "Input should be 'debug', 'info', 'warning' or 'error'" in done.stderr
    assert "not yet ready: auth-web-1, auth-worker-1" in done.stderr
    assert "ERROR  container-down: auth-migrate-1 is exited with status 1" in done.stderr
