"""A start that would fail is refused before anything is started, with the reason and the fix."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.checks.facts.gateway_trial import try_configuration
from deploy.checks.findings import Finding, Severity
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.preflight import inspect_native
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import REPOSITORY
from tests.support.busy import here
from tests.support.commands import run
from tests.support.parts import Databases
from tests.support.stack import run_environment


def inspect(var: Path, **environment: str) -> dict[str, Finding]:
    return {
        one.code: one
        for one in inspect_native(NativeGatherer.from_environ(run_environment(var) | environment))
    }


@pytest.fixture
def gateway(tmp_path: Path) -> Path:
    """A copy of gateway/ to break."""
    return Path(shutil.copytree(CONFIGURATION, tmp_path / "gateway"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_first_start_is_accepted_within_2_s(tmp_path: Path) -> None:
    native = NativeGatherer.from_environ(run_environment(tmp_path / "var"))
    times = []
    for _ in range(3):
        began = time.monotonic()
        findings = inspect_native(native)
        times.append(time.monotonic() - began)
        assert [one for one in findings if one.severity > Severity.INFO] == []
    assert min(times) < here(2)


def test_the_command_prints_ready_to_start(tmp_path: Path) -> None:
    done = run("preflight", env=run_environment(tmp_path / "var"))
    assert (done.returncode, done.stdout.splitlines()[-1][:14]) == (0, "ready to start")


def test_traefik_accepts_the_configuration_of_the_repository() -> None:
    assert try_configuration(CONFIGURATION).messages == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "error"),
    [
        ("dynamic/tls.yml", "tls:", "tls: [", "tls.yml: yaml: line "),
        ("dynamic/routes.yml", "{{- end }}", "{{- if }}", "routes.yml: template: "),
        ("dynamic/middlewares.yml", "average:", "avrage:", "middlewares.yml: field not found, node: avrage"),
        ("dynamic/routes.yml", "body-limit", "no-such", 'middleware "no-such@file" does not exist'),
        ("dynamic/routes.yml", "PathRegexp", "PathRegex", "router "),
        ("traefik.yml", "entryPoints:", "entryPoints: [", "traefik.yml: "),
        ("traefik.yml", "maxHeaderBytes", "maxHeaderBites", "field not found, node: maxHeaderBites"),
        ("traefik.yml", "graceTimeOut: 5s", "graceTimeOut: soon", 'invalid duration "soon"'),
    ],
)
def test_a_broken_gateway_configuration_is_refused_with_traefiks_error(
    gateway: Path, file: str, old: str, new: str, error: str
) -> None:
    path = gateway / file
    path.write_text(path.read_text().replace(old, new))
    messages = try_configuration(gateway).messages
    assert messages
    assert error in messages[0]


def test_a_broken_gateway_configuration_is_an_error(gateway: Path, tmp_path: Path) -> None:
    (gateway / "dynamic" / "tls.yml").write_text("tls: [\n")
    [found] = inspect_native(NativeGatherer.from_environ(run_environment(tmp_path / "var")), gateway)
    assert (found.code, found.severity) == ("gateway-invalid", Severity.ERROR)


def test_a_start_with_a_setting_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    given = {"TESSERA_RATE_AVERAGE": "1e3", "TESSERA_RESPONSE_TIMEOUT": "20", "AUTH_SMTP_URL": "mail:25"}
    done = run("run", env=run_environment(tmp_path / "var") | given)
    assert done.returncode == 1
    refused = [line for line in done.stderr.splitlines() if line.startswith("ERROR  setting-invalid")]
    assert {line.split()[2].partition("=")[0] for line in refused} == given.keys()
    assert not (tmp_path / "var" / "postgres").exists()


def test_a_start_with_an_unknown_setting_is_refused_with_the_nearest(tmp_path: Path) -> None:
    done = run("preflight", env=run_environment(tmp_path / "var") | {"TESSERA_RATE_AVRAGE": "9"})
    assert done.returncode == 1
    assert "setting-unknown: there is no setting TESSERA_RATE_AVRAGE" in done.stdout
    assert "fix: Rename it to TESSERA_RATE_AVERAGE.\n" in done.stdout


def test_a_start_on_a_full_disk_is_refused(small_disk: Path) -> None:
    done = run("run", env=run_environment(small_disk))
    assert done.returncode == 1
    assert "disk-full: the disk of " in done.stderr
    assert not (small_disk / "postgres").exists()


def test_too_few_open_files_are_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        ["prlimit", "--nofile=512:512", sys.executable, "-m", "deploy", "preflight"],
        cwd=REPOSITORY,
        env=run_environment(tmp_path / "var"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "files-few: a process may open only 512 files" in done.stdout


def test_data_without_its_secret_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    found = inspect(tmp_path)["secret-missing"]
    assert "is missing, though there is data that was made with it" in found.cause


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9\n")
    assert "was made by PostgreSQL 9, but 1" in inspect(tmp_path)["data-version"].cause


def test_an_unreachable_database_is_refused_without_printing_its_password(tmp_path: Path) -> None:
    urls = {
        f"{name.upper()}_DATABASE_URL": f"postgresql://{name}:s3cr3t-word@127.0.0.1:1/x" for name in SERVICES
    }
    done = run("preflight", env=run_environment(tmp_path) | urls)
    assert done.returncode == 1
    assert "database-unusable: the database of auth at 127.0.0.1:1 cannot be used" in done.stdout
    assert "s3cr3t-word" not in done.stdout


def test_pending_migrations_of_external_databases_are_announced(tmp_path: Path, database: Databases) -> None:
    urls = {f"{name.upper()}_DATABASE_URL": database(name) for name in SERVICES}
    found = inspect(tmp_path, **urls)
    assert list(found) == ["migrations-pending"]
    assert found["migrations-pending"].severity == Severity.INFO


def test_a_stack_that_already_runs_in_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    holder = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "deploy", "run"])
    try:
        (tmp_path / "run" / "lock").write_text(f"pid {holder.pid}, http://localhost:8080")
        found = inspect(tmp_path)["already-running"]
    finally:
        holder.kill()
        holder.wait()
    assert f"pid {holder.pid}" in found.cause
