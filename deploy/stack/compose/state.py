"""The files in the state folder that containers mount: secrets, certificate, the gateway's configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import yaml

from deploy.stack import gateway
from deploy.stack.compose.certificates import is_issued_by, name_of
from deploy.stack.compose.project import Project
from deploy.stack.compose.served import CERTIFICATE, Authority, serve_operators, serve_own
from deploy.stack.external import read_authority
from deploy.stack.parts.rabbitmq import definitions
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir

# Compose mounts a secret's file unchanged, whatever the container's user is. The folder (0700) keeps other
# users of this machine out, and the mode lets every container read its files. Swarm uses the same mode.
MOUNTED = 0o444

SERVED = "/etc/traefik/served"
"""Where the gateway has the folder of its certificate, with gateway/dynamic in it."""


def prepare(
    project: Project, provider: Literal["docker", "swarm"] = "docker", served: Path | None = None
) -> None:
    """Write every file that base.yml mounts; existing secrets and certificates are kept.

    `provider` is Traefik's provider that finds the replicas; `served`, where the gateway's certificate
    belongs if not in the state folder.
    """
    project.var.folder("mail")
    _write_secrets(project)
    _write_certificate(project.var, project.host, served or served_of(project.var))
    backup_folder(project.var)
    static = yaml.safe_dump(static_configuration(project, provider))
    (project.var.folder("gateway") / "traefik.yml").write_text(static)


def static_configuration(project: Project, provider: Literal["docker", "swarm"] = "docker") -> dict[str, Any]:
    """Build gateway/traefik.yml with the settings of this environment."""
    static = gateway.static_configuration(project.environ)
    # Only a new certificate is noticed: folders below, such as that of gateway/dynamic, are not watched.
    static["providers"]["file"] = {"directory": SERVED, "watch": True}
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


def _write_certificate(var: StateDir, host: str, served: Path) -> None:
    theirs, key = (var.root / "secrets" / name for name in ("gateway_certificate", "gateway_certificate_key"))
    authority = Authority(var.folder("authority"))
    if is_issued_by(theirs, authority.certificate):  # where Tessera 0.1.0 kept what is made now as `served`
        theirs.unlink()
        key.unlink()
    if theirs.exists():
        serve_operators(served, theirs, key)
    else:
        serve_own(served, host, authority)


def served_of(var: StateDir) -> Path:
    """Return the certificate and key that the gateway serves, in a folder that only its owner enters."""
    closed = var.folder("gateway")
    closed.chmod(0o700)
    folder = closed / "served"
    for path in (folder, folder / "dynamic"):  # gateway/dynamic is mounted there
        path.mkdir(exist_ok=True)
        path.chmod(0o755)
    return folder / CERTIFICATE


def find_certified_host(var: StateDir) -> str | None:
    """Return the host that the stack's own authority last made a certificate for; None without one."""
    earlier = var.root / "secrets" / "gateway_certificate"  # of Tessera 0.1.0
    for certificate in (served_of(var), earlier):
        if is_issued_by(certificate, authority_of(var)):
            return name_of(certificate)
    return None


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
    return Authority(var.folder("authority")).certificate
