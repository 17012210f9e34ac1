"""A start under Compose that would fail is refused before anything starts, with reason and fix."""

from __future__ import annotations

import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.checks.findings import Finding, Severity
from deploy.checks.preflight import inspect_docker
from deploy.stack import engine
from deploy.stack.compose import project as project_module
from deploy.stack.compose.certificates import make_authority, make_certificate
from deploy.stack.compose.project import FILES, Project
from deploy.stack.gateway import CONFIGURATION
from tests.support.busy import here
from tests.support.certificates import expired
from tests.support.compose import compose_environment, need_engine, own_names


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A production stack that was never started."""
    need_engine()
    return Project("prod", compose_environment(tmp_path / "var") | own_names("prod"))


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the compose files to break."""
    copy = Path(shutil.copytree(FILES, tmp_path / "deploy" / "compose"))
    monkeypatch.setattr(project_module, "FILES", copy)
    return copy


def found(project: Project, gateway: Path = CONFIGURATION) -> dict[str, Finding]:
    return {one.code: one for one in inspect_docker(project, gateway)}


def test_a_first_start_is_accepted_within_2_s(project: Project) -> None:
    times = []
    for _ in range(3):
        began = time.monotonic()
        findings = inspect_docker(project)
        times.append(time.monotonic() - began)
        assert [one for one in findings if one.severity > Severity.INFO] == []
    assert min(times) < here(2)


@pytest.fixture
def holder(project: Project) -> Iterator[str]:
    """A container of another project on the port for HTTPS."""
    name = f"tessera-test-{secrets.token_hex(4)}"
    label, port = f"{engine.PROJECT}=their-project", project.ports["prod-https"]
    command = (
        "docker",
        "run",
        "--detach",
        "--rm",
        f"--name={name}",
        f"--label={label}",
        f"--publish={port}:80",
    )
    subprocess.run([*command, "python:3.13-slim", "sleep", "600"], check=True, capture_output=True)
    yield name
    subprocess.run(["docker", "rm", "--force", name], check=True, capture_output=True)


def test_a_port_held_by_a_container_is_reported_with_its_project(project: Project, holder: str) -> None:
    refused = found(project)["port-taken"]
    assert refused.severity == Severity.ERROR
    assert refused.cause == (
        f"port {project.ports['prod-https']} (prod-https) is held by the container {holder} "
        "of the Compose project their-project"
    )
    assert refused.fix == f"docker stop {holder}\nOr choose another port: set TESSERA_PORT_PROD_HTTPS."


def test_files_that_publish_no_port_are_refused(project: Project, files: Path) -> None:
    for path in (files / "prod.yml", files / "https.yml"):
        path.write_text(re.sub(r"    ports:\n(      - .*\n)+", "", path.read_text()))
    refused = found(project)["port-unpublished"]
    numbers = sorted(project.ports.values())
    assert refused.severity == Severity.ERROR
    assert refused.cause.endswith(f"do not publish {numbers[0]} and {numbers[1]} of the gateway")


def test_files_that_compose_cannot_merge_are_refused_with_its_error(project: Project, files: Path) -> None:
    (files / "prod.yml").write_text("services: {gateway: {portz: []}}\n")
    refused = found(project)["files-invalid"]
    assert refused.severity == Severity.ERROR
    assert "portz" in refused.cause


def test_an_image_that_has_to_be_downloaded_is_announced(project: Project, files: Path) -> None:
    text = (files / "base.yml").read_text()
    (files / "base.yml").write_text(text.replace("postgres:17", "postgres:99"))
    image = found(project)["image-missing"]
    assert (image.severity, image.fix) == (Severity.INFO, "docker pull postgres:99")


def test_without_an_engine_that_is_the_first_finding(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such/socket")
    first = inspect_docker(project)[0]
    assert (first.code, first.severity) == ("engine-down", Severity.ERROR)


def test_a_broken_gateway_configuration_is_refused(project: Project, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(CONFIGURATION, tmp_path / "gateway"))
    (broken / "dynamic" / "tls.yml").write_text("tls: [\n")
    refused = found(project, broken)["gateway-invalid"]
    assert refused.severity == Severity.ERROR
    assert "tls.yml: yaml: line " in refused.cause


def test_a_secret_that_is_too_short_is_refused(project: Project) -> None:
    project.var.write_secret("auth_secret", "short")
    refused = found(project)["secret-missing"]
    assert refused.severity == Severity.ERROR
    assert "auth_secret is empty or shorter than 32 characters" in refused.cause


def test_data_without_its_secrets_is_refused(project: Project) -> None:
    volume = f"{project.name}_postgres"
    subprocess.run(["docker", "volume", "create", volume], check=True, capture_output=True)
    try:
        refused = found(project)["secret-missing"]
    finally:
        subprocess.run(["docker", "volume", "rm", volume], check=True, capture_output=True)
    assert "is missing, though there is data that was made with it" in refused.cause


def test_an_expired_certificate_of_the_operator_is_refused(project: Project) -> None:
    _, key = make_certificate("localhost", *make_authority())
    project.var.write_secret("gateway_certificate", expired(key))
    project.var.write_secret("gateway_certificate_key", key)
    refused = found(project)["certificate-unusable"]
    assert refused.severity == Severity.ERROR
    assert "gateway_certificate expired on " in refused.cause


def test_a_certificate_with_the_key_of_another_is_refused(project: Project) -> None:
    authority = make_authority()
    for name, part in (("gateway_certificate", 0), ("gateway_certificate_key", 1)):
        project.var.write_secret(name, make_certificate("localhost", *authority)[part])
    assert "belongs to another certificate" in found(project)["certificate-unusable"].cause
