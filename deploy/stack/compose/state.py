"""The files in the state folder that containers mount: secrets, certificate, the gateway's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import yaml

from deploy.stack import gateway
from deploy.stack.compose.certificates import (
    is_issued_by,
    make_authority,
    make_certificate,
    name_of,
    needs_certificate,
)
from deploy.stack.compose.project import Project
from deploy.stack.external import read_authority
from deploy.stack.parts.rabbitmq import definitions
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir

# Compose mounts a secret's file unchanged, whatever the container's user is. The folder (0700) keeps other
# users of this machine out, and the mode lets every container read its files. Swarm uses the same mode.
MOUNTED = 0o444


def prepare(project: Project, provider: Literal["docker", "swarm"] = "docker") -> None:
    """Write every file that base.yml mounts; existing secrets and certificates are kept.

    `provider` is Traefik's provider that finds the replicas.
    """
    project.var.folder("mail")
    _write_secrets(project)
    _write_certificate(project.var, project.host)
    backup_folder(project.var)
    write_gateway_configuration(project, provider)


def write_gateway_configuration(
    project: Project, provider: Literal["docker", "swarm"] = "docker", dynamic: str | None = None
) -> None:
    """Write gateway/traefik.yml; `dynamic` is where the gateway has that folder, if not as usual."""
    static = static_configuration(project, provider)
    if dynamic:
        static["providers"]["file"]["directory"] = dynamic
    (project.var.folder("gateway") / "traefik.yml").write_text(yaml.safe_dump(static))


def static_configuration(project: Project, provider: Literal["docker", "swarm"] = "docker") -> dict[str, Any]:
    """Build gateway/traefik.yml with the settings of this environment."""
    static = gateway.static_configuration(project.environ)
    static["log"]["level"] = "WARN"  # the provider logs each container without routes at each event
    # A removed container must be forgotten before the next one leaves; the default is 2 s.
    static["providers"]["providersThrottleDuration"] = "500ms"
    label = {"docker": "com.docker.compose.project", "swarm": "com.docker.stack.namespace"}[provider]
    static["providers"][provider] = {
        "endpoint": "tcp://docker-api:2375",
        "exposedByDefault": False,
        "network": f"{project.name}_edge",
        # The engine may run other projects with the same labels, such as the other environment.
        "constraints": f"Label(`{label}`, `{project.name}`)",
    }
    if provider == "swarm":
        static["providers"][provider]["refreshSeconds"] = 1  # Swarm sends no events, so it is polled
    if project.env == "prod":
        gateway.demand_https(static)
    if project.tls == "outside":
        del static["entryPoints"]["websecure"]
    if project.tls == "acme":
        static["entryPoints"]["websecure"]["http"]["tls"] = {
            "certResolver": "acme",
            "domains": [{"main": project.host}],
        }
        static["certificatesResolvers"] = {
            "acme": {
                "acme": {
                    "email": project.settings.acme_email,
                    "storage": "/acme/acme.json",
                    "tlsChallenge": {},
                }
            }
        }
    return static


def _write_secrets(project: Project) -> None:
    var, external = project.var, project.external
    passwords = {service: var.secret(f"rabbitmq_{service}") for service in SERVICES}
    var.secret("postgres")
    var.secret("auth_secret")
    for service in SERVICES:
        password = quote(var.secret(f"postgres_{service}"))
        database = f"postgresql://{service}:{password}@postgres:5432/{service}"
        broker = f"amqp://{service}:{passwords[service]}@rabbitmq:5672/tessera"
        var.write_secret(f"{service}_database_url", external.databases.get(service, database))
        var.write_secret(f"{service}_broker_url", external.brokers.get(service, broker))
    # Never empty, because a Swarm keeps no empty secret.
    secret_key = project.environ.get("TESSERA_BACKUP_SECRET_KEY") or f"{project.name} has no bucket"
    var.write_secret("backup_secret_key", secret_key)
    if external.databases or external.brokers:
        var.write_secret("data_ca", read_authority(project.environ) or "# TESSERA_DATA_CA is not set\n")
    if not (var.root / "secrets" / "rabbitmq_definitions").exists():  # its salt changes each time it is made
        var.write_secret("rabbitmq_definitions", definitions(passwords))
    for path in (var.root / "secrets").iterdir():
        path.chmod(MOUNTED)


def _write_certificate(var: StateDir, host: str) -> None:
    authority, authority_key = authority_of(var), var.folder("authority") / "key.pem"
    if not needs_certificate(var.root / "secrets" / "gateway_certificate", host, authority):
        return
    if not authority.exists():
        certificate, key = make_authority()
        authority_key.touch(mode=0o600)
        authority_key.write_text(key)
        authority.write_text(certificate)
    certificate, key = make_certificate(host, authority.read_text(), authority_key.read_text())
    for name, text in (("gateway_certificate", certificate), ("gateway_certificate_key", key)):
        var.write_secret(name, text).chmod(MOUNTED)


def find_certified_host(var: StateDir) -> str | None:
    """Return the host that the stack's own authority last made a certificate for; None without one."""
    certificate = var.root / "secrets" / "gateway_certificate"
    return name_of(certificate) if is_issued_by(certificate, authority_of(var)) else None


def backup_folder(var: StateDir) -> Path:
    """Return the folder that the container `backup` writes to, inside one that only its owner enters."""
    closed = var.folder("backups")
    closed.chmod(0o700)
    folder = closed / "kept"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)  # the container's user does not exist on this machine
    return folder


def authority_of(var: StateDir) -> Path:
    """Return the certificate of the local authority, for clients to trust."""
    return var.folder("authority") / "certificate.pem"
