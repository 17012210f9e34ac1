"""What is checked before a start: CHECKS before `tessera run`, DOCKER_CHECKS before `tessera up`."""

from __future__ import annotations

from pathlib import Path

from deploy.checks.findings import Finding, examine, gather
from deploy.checks.gatherers.docker_start import DockerStart
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.gatherers.native_start import native_sources
from deploy.checks.rules import database, docker_start, machine, start
from deploy.stack.compose.project import Project
from deploy.stack.gateway import CONFIGURATION

SECONDS = 10.0  # for all facts together, on a busy machine; a quiet one needs less than 2

CHECKS = (
    start.setting_invalid,
    start.setting_unknown,
    start.already_running,
    start.port_taken,
    machine.disk_full,
    machine.disk_low,
    machine.memory_low,
    machine.clock_wrong,
    start.files_few,
    start.files_some,
    start.part_missing,
    start.state_unwritable,
    start.data_version,
    start.secret_missing,
    start.gateway_invalid,
    start.proxies_unnamed,
    start.database_unusable,
    start.connections_few,
    start.broker_unusable,
    database.schema_newer,
    start.migrations_pending,
)

DOCKER_CHECKS = (
    start.setting_invalid,
    start.setting_unknown,
    docker_start.mail_unsent,
    docker_start.engine_down,
    docker_start.engine_old,
    docker_start.files_invalid,
    docker_start.port_unpublished,
    start.port_taken,
    machine.disk_full,
    machine.disk_low,
    machine.memory_low,
    machine.clock_wrong,
    docker_start.image_missing,
    start.secret_missing,
    docker_start.certificate_unusable,
    docker_start.certificate_ending,
    start.gateway_invalid,
    start.proxies_unnamed,
    start.database_unusable,
    start.connections_few,
    start.broker_unusable,
    database.schema_newer,
    start.migrations_pending,
)


def inspect_native(native: NativeGatherer, gateway: Path = CONFIGURATION) -> list[Finding]:
    """Return everything that prevents a start or makes it risky on this machine, the worst first."""
    return examine(CHECKS, gather(native_sources(native, gateway), SECONDS))


def inspect_docker(project: Project, gateway: Path = CONFIGURATION) -> list[Finding]:
    """Return everything that prevents a start or makes it risky under Compose, the worst first."""
    return examine(DOCKER_CHECKS, gather(DockerStart(project, gateway).sources(), SECONDS))
