"""What must be known before a stack is started under Compose; asked within SECONDS, with nothing changed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from deploy.checks.doctor.composed import Composed
from deploy.checks.doctor.facts import Databases, Listeners, Machine, Secrets
from deploy.checks.doctor.native import machine
from deploy.checks.findings import Sources
from deploy.checks.preflight.gateway import Complaints, complaints_of
from deploy.stack import engine
from deploy.stack.compose.certificates import needs_certificate
from deploy.stack.compose.project import Project
from deploy.stack.compose.state import authority_of
from deploy.stack.errors import DeployError
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.programs import SERVICES

BASE_IMAGE = "python:3.13-slim"  # of deploy/docker/Dockerfile
SHORTEST_SECRET = 32  # characters; those that are made here have 43
# Without them, data that was made with them are worthless.
KEPT = ("postgres", "auth_secret", *(f"postgres_{service}" for service in SERVICES))


@dataclass(frozen=True)
class Versions:
    """Of the engine and of Compose; `trouble` is what was said when the engine could not be asked."""

    engine: tuple[int, ...]
    compose: tuple[int, ...]
    trouble: str = ""


@dataclass(frozen=True)
class Files:
    """The merged compose files: why they cannot be merged, or which ports of the gateway they publish."""

    trouble: str
    published: frozenset[int]
    expected: frozenset[int]


@dataclass(frozen=True)
class Images:
    """Images that the stack is made of, or built from, and that the engine does not have."""

    missing: tuple[str, ...]


@dataclass(frozen=True)
class OwnCertificate:
    """The certificate that the operator put there; no dates without. `trouble`: why it is no use."""

    path: str
    trouble: str = ""
    starts: datetime | None = None
    ends: datetime | None = None


class Start:
    """A start of that project, not begun yet."""

    def __init__(self, project: Project, gateway: Path = CONFIGURATION) -> None:
        self.project = project
        self.gateway = gateway
        self._threads = ThreadPoolExecutor(2)
        self._files = self._threads.submit(project.merged)
        self._now = Composed(project)

    def sources(self) -> Sources:
        """Who finds out which fact."""
        return {
            Versions: versions,
            Listeners: self.listeners,
            Machine: self.machine,
            Files: self.files,
            Images: self.images,
            Secrets: self.secrets,
            OwnCertificate: self.certificate,
            Complaints: lambda: complaints_of(self.gateway),
            Databases: self.databases,
        }

    def listeners(self) -> Listeners:
        """Who holds the ports that are to be published; this project itself may be up."""
        return self._now.listeners()

    def machine(self) -> Machine:
        """Disk and memory of this machine, and by how much the engine's clock differs from ours."""
        told = json.loads(engine.docker("info", "--format=json"))
        here = machine(self.project.var.root)
        root = Path(told["DockerRootDir"])
        ahead = datetime.fromisoformat(told["SystemTime"][:19] + "+00:00") - datetime.now(UTC)
        disk = os.statvfs(root) if root.exists() else None
        return Machine(
            disk_free=disk.f_bavail * disk.f_frsize if disk else here.disk_free,
            disk_path=str(root) if disk else here.disk_path,
            memory_available=here.memory_available,
            newest="the engine's containers",
            ahead=ahead.total_seconds(),
        )

    def files(self) -> Files:
        """What Compose makes of the files."""
        expected = frozenset(self.project.ports.values())
        try:
            services = self._files.result()["services"]
        except DeployError as error:
            return Files(str(error), expected, expected)
        published = (int(port["published"]) for port in services["gateway"].get("ports", ()))
        return Files("", frozenset(published), expected)

    def images(self) -> Images:
        """Those that nothing here builds."""
        services: Mapping[str, Any] = self._files.result()["services"]
        wanted = {one["image"] for one in services.values() if not one["image"].startswith("tessera/")}
        here = set(engine.docker("images", "--format={{.Repository}}:{{.Tag}}").split())
        return Images(tuple(sorted((wanted | {BASE_IMAGE}) - here)))

    def secrets(self) -> Secrets:
        """Those that are of no use; and those without which the data of an earlier start are lost."""
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
        """The operator's; what the stack's own authority issued is renewed by the start."""
        path = self.project.var.root / "secrets" / "gateway_certificate"
        authority = authority_of(self.project.var)
        if not path.exists():
            return OwnCertificate(str(path))
        try:
            if needs_certificate(path, self.project.host, authority):
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
            "" if fits else "its key in gateway_certificate_key is that of another certificate",
            certificate.not_valid_before_utc,
            certificate.not_valid_after_utc,
        )

    def databases(self) -> Databases:
        """As they are now; nothing when they are not up, or answer not at all: the start sees to that."""
        now = self._now.databases().all
        return Databases(tuple(one for one in now if one.trouble is None))


def versions() -> Versions:
    """Ask both."""
    try:
        server = engine.docker("version", "--format={{.Server.Version}}")
        compose = engine.docker("compose", "version", "--short")
    except DeployError as error:
        return Versions((), (), str(error))
    return Versions(_numbers(server), _numbers(compose))


def _numbers(version: str) -> tuple[int, ...]:
    """Major and minor of a text like 26.1.5+dfsg1 or v2.26."""
    return tuple(int(number) for number in version.strip().lstrip("v").split(".")[:2] if number.isdigit())
