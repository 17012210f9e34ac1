"""`deploy/compose.yaml` is production of `tessera up` in one file that needs nothing beside it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from deploy.stack.compose.plain import CONFIGURED, FILE, version
from deploy.stack.compose.project import FILES
from deploy.stack.settings.catalogue import settings_of

PLAIN: dict[str, Any] = yaml.safe_load(FILE.read_text())
SERVICES: dict[str, dict[str, Any]] = PLAIN["services"]
BASE: dict[str, dict[str, Any]] = yaml.safe_load((FILES / "base.yml").read_text())["services"]
READS = re.compile(r"\$\{([A-Z_]+)(:-)?")
MADE = {"COMPOSE_PROJECT_NAME"}
every_service = pytest.mark.parametrize("name", SERVICES)


def volumes_of(name: str) -> list[str]:
    return [volume.partition(":")[0] for volume in SERVICES[name].get("volumes", [])]


def test_it_has_the_services_of_production_and_one_that_writes_their_files() -> None:
    assert SERVICES.keys() == BASE.keys() | {"init"}


def test_every_variable_has_a_default() -> None:
    assert [name for name, default in READS.findall(FILE.read_text()) if not default] == []


def test_every_variable_is_a_setting() -> None:
    read = {name for name, _ in READS.findall(FILE.read_text()) if not name.startswith("TESSERA_REPLICAS_")}
    assert read - settings_of("prod").keys() == MADE


def test_every_default_is_that_of_production() -> None:
    defaults = dict(re.findall(r"\$\{([A-Z_]+):-([^${}]*)\}", FILE.read_text()))
    settings = settings_of("prod")
    wrong = {
        name: text
        for name, text in defaults.items()
        if name in settings and text != settings[name].defaults["prod"]
    }
    assert wrong == {"TESSERA_VERSION": version()} | (
        {"TESSERA_PROJECT": "tessera"} if "TESSERA_PROJECT" in defaults else {}
    )


@every_service
def test_nothing_of_the_machine_is_mounted_but_the_engines_socket(name: str) -> None:
    named = PLAIN["volumes"].keys()
    others = [volume for volume in SERVICES[name].get("volumes", []) if volume.partition(":")[0] not in named]
    assert all(volume.startswith("${TESSERA_DOCKER_SOCKET:-") for volume in others)
    assert bool(others) == (name == "docker-api")


@every_service
def test_a_container_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


@every_service
def test_a_container_has_its_own_secrets_only(name: str) -> None:
    own = f"{name.partition('-')[0]}-files"
    mounted = {volume for volume in volumes_of(name) if volume.endswith("-files")}
    if name == "certificates":
        assert mounted == {own, "gateway-files"}  # what it renews with, and what it renews
    elif name != "init":
        assert mounted == ({own} if BASE[name].get("secrets") or name in CONFIGURED else set())


@every_service
def test_what_reads_files_starts_after_they_are_written(name: str) -> None:
    if name != "init" and any(volume.endswith("-files") for volume in volumes_of(name)):
        assert SERVICES[name]["depends_on"]["init"] == {"condition": "service_completed_successfully"}


@every_service
def test_no_health_check_starts_python(name: str) -> None:
    check = SERVICES[name].get("healthcheck", {}).get("test", [])
    assert not any("python" in word for word in check)


def test_only_the_gateway_publishes_ports() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "gateway": ["${TESSERA_PORT_PROD_HTTP:-80}:80", "${TESSERA_PORT_PROD_HTTPS:-443}:443"]
    }


@pytest.mark.parametrize("name", ["init", "certificates"])
def test_what_writes_files_has_no_network(name: str) -> None:
    assert SERVICES[name]["network_mode"] == "none"
    assert "networks" not in SERVICES[name]
