"""The facts that decide whether `tessera up` can start a stack here now."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from deploy.checks.facts.broker import Broker
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.gateway_trial import try_configuration
from deploy.checks.facts.machine import Listeners, Machine, Secrets, read_machine
from deploy.checks.facts.start import (
    Budgets,
    Files,
    GatewayErrors,
    Images,
    InFront,
    MailRoute,
    OwnCertificate,
    SettingFaults,
    Versions,
)
from deploy.checks.findings import Sources
from deploy.checks.gatherers.docker.gatherer import DockerGatherer
from deploy.stack import engine
from deploy.stack.compose.certificates import is_issued_by
from deploy.stack.compose.project import Project
from deploy.stack.compose.state import authority_of
from deploy.stack.connections import budget_connections
from deploy.stack.errors import DeployError
from deploy.stack.front import read_networks
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.programs import SERVICES

BASE_IMAGE = "python:3.13-slim"  # of deploy/docker/Dockerfile
SHORTEST_SECRET = 32  # characters; those that Tessera makes have 43
# Data that were made with them are worthless without them.
KEPT = ("postgres", "auth_secret", *(f"postgres_{service}" for service in SERVICES))


class DockerStart:
    """A start of that project, before it begins."""

    def __init__(self, project: Project, gateway: Path = CONFIGURATION) -> None:
        self.project = project
        self.gateway = gateway
        self._threads = ThreadPoolExecutor(2)
        self._files = self._threads.submit(project.merged)
        self._current = DockerGatherer(project)

    def sources(self) -> Sources:
        """Return how each fact is read."""
        return {
            SettingFaults: lambda: SettingFaults(tuple(self.project.faults)),
            MailRoute: lambda: MailRoute(self.project.lacks_mail),
            Versions: read_versions,
            Listeners: self.listeners,
            Machine: self.machine,
            Files: self.files,
            Images: self.images,
            Secrets: self.secrets,
            OwnCertificate: self.certificate,
            GatewayErrors: lambda: try_configuration(self.gateway, self.project.environ),
            DatabaseStates: self.databases,
            InFront: lambda: InFront(
                self.project.tls == "outside", tuple(read_networks(self.project.environ))
            ),
            Budgets: self.budgets,
            Broker: self.broker,
        }

    def listeners(self) -> Listeners:
        """Read which process or container holds each port to be published; this project itself may be up."""
        return self._current.listeners()

    def machine(self) -> Machine:
        """Read disk and memory of this machine, and compare the engine's clock with ours."""
        info = json.loads(engine.docker("info", "--format=json"))
        here = read_machine(self.project.var.root)
        root = Path(info["DockerRootDir"])
        ahead = datetime.fromisoformat(info["SystemTime"][:19] + "+00:00") - datetime.now(UTC)
        disk = os.statvfs(root) if root.exists() else None
        return Machine(
            disk_free=disk.f_bavail * disk.f_frsize if disk else here.disk_free,
            disk_path=str(root) if disk else here.disk_path,
            memory_available=here.memory_available,
            newest="the engine's containers",
            ahead=ahead.total_seconds(),
        )

    def files(self) -> Files:
        """Let Compose merge the files."""
        expected = frozenset(self.project.ports.values())
        try:
            services = self._files.result()["services"]
        except DeployError as error:
            return Files(str(error), expected, expected)
        published = (int(port["published"]) for port in services["gateway"].get("ports", ()))
        return Files("", frozenset(published), expected)

    def images(self) -> Images:
        """Find the images that the start has to download."""
        services: Mapping[str, Any] = self._files.result()["services"]
        own = f"{self.project.settings.images}/"
        wanted = {one["image"] for one in services.values() if not one["image"].startswith(own)}
        here = set(engine.docker("images", "--format={{.Repository}}:{{.Tag}}").split())
        return Images(tuple(sorted((wanted | {BASE_IMAGE}) - here)))

    def secrets(self) -> Secrets:
        """Find unusable secrets, and missing ones without which the data of an earlier start are lost."""
        folder = self.project.var.root / "secrets"
        unusable = []
        for name in KEPT:
            path = folder / name
            with suppress(FileNotFoundError):
                if len(path.read_text().strip()) < SHORTEST_SECRET:
                    unusable.append(f"{path} is empty or shorter than {SHORTEST_SECRET} characters")
        volumes = engine.docker("volume", "ls", "--quiet").split()
        if f"{self.project.name}_postgres" in volumes:
            unusable += [
                f"{folder / name} is missing, though there is data that was made with it"
                for name in KEPT
                if not (folder / name).exists()
            ]
        return Secrets(tuple(unusable))

    def certificate(self) -> OwnCertificate:
        """Read the operator's own; none of the stack's authority."""
        path = self.project.var.root / "secrets" / "gateway_certificate"
        authority = authority_of(self.project.var)
        if not path.exists():
            return OwnCertificate(str(path))
        try:
            if is_issued_by(path, authority):  # of an earlier version, and replaced by the start
                return OwnCertificate(str(path))
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
            key = serialization.load_pem_private_key(
                path.with_name("gateway_certificate_key").read_bytes(), password=None
            )
        except (OSError, ValueError) as error:
            return OwnCertificate(str(path), f"{type(error).__name__}: {error}")
        fits = key.public_key() == certificate.public_key()
        return OwnCertificate(
            str(path),
            "" if fits else "the key in gateway_certificate_key belongs to another certificate",
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )

    def databases(self) -> DatabaseStates:
        """Look at the operator's databases, or the stack's own that are up: the start repairs the others."""
        current = self._current.databases()
        if self.project.external.databases:
            return current
        return DatabaseStates(tuple(one for one in current.all if one.trouble is None))

    def budgets(self) -> Budgets:
        """Count the connections of the processes that the start brings up."""
        webs = {service: self.project.replicas[service] for service in SERVICES}
        return Budgets(budget_connections(webs, self.project.environ))

    def broker(self) -> Broker:
        """Look at the operator's broker; the start repairs the stack's own."""
        return self._current.broker() if self.project.external.brokers else Broker("", {}, ())


def read_versions() -> Versions:
    """Ask Docker Engine and Compose for their versions."""
    try:
        server = engine.docker("version", "--format={{.Server.Version}}")
        compose = engine.docker("compose", "version", "--short")
    except DeployError as error:
        return Versions((), (), str(error))
    return Versions(_numbers(server), _numbers(compose))


def _numbers(version: str) -> tuple[int, ...]:
    """Return major and minor of a text like 26.1.5+dfsg1 or v2.26."""
    return tuple(int(number) for number in version.strip().lstrip("v").split(".")[:2] if number.isdigit())
