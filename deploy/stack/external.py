"""PostgreSQL and RabbitMQ of the operator, which a stack uses instead of running its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

from deploy.stack.errors import DeployError
from deploy.stack.programs import SERVICES

AUTHORITY = "TESSERA_DATA_CA"
"""Names the file with the certificates of the authority that issued those of the servers."""


@dataclass(frozen=True)
class ExternalServers:
    """The URL of each service's database and broker, by service; both empty if the stack runs its own."""

    databases: Mapping[str, str]
    brokers: Mapping[str, str]

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], authority: str | None = None) -> ExternalServers:
        """Read AUTH_DATABASE_URL, AUTH_BROKER_URL and so on.

        `authority`: where the processes that use the URLs find the file of TESSERA_DATA_CA; by default, where
        it is. Raises DeployError when some services have a URL and others do not.
        """
        ca = environ.get(AUTHORITY) and (authority or str(Path(environ[AUTHORITY]).absolute()))
        return cls(
            {
                service: _verified(url, {"sslmode": "verify-full", "sslrootcert": ca}) if ca else url
                for service, url in _read(environ, "DATABASE_URL").items()
            },
            {
                service: _verified(url, {"cafile": ca}) if ca and url.startswith("amqps:") else url
                for service, url in _read(environ, "BROKER_URL").items()
            },
        )


def read_authority(environ: Mapping[str, str]) -> str:
    """Return the certificates of TESSERA_DATA_CA; empty without. Raises DeployError if it cannot be read."""
    try:
        return Path(environ[AUTHORITY]).read_text() if environ.get(AUTHORITY) else ""
    except (OSError, UnicodeDecodeError) as error:
        raise DeployError(f"{AUTHORITY}: {error}") from error


def _read(environ: Mapping[str, str], setting: str) -> dict[str, str]:
    names = {service: f"{service.upper()}_{setting}" for service in SERVICES}
    given = {service: environ[name] for service, name in names.items() if environ.get(name)}
    if given and len(given) < len(names):
        missing = ", ".join(name for service, name in names.items() if service not in given)
        raise DeployError(f"give the {setting} of all services or of none; missing: {missing}")
    return given


def _verified(url: str, options: Mapping[str, str]) -> str:
    """Add options to a URL, unless the operator chose others."""
    parts = urlsplit(url)
    return parts._replace(query=urlencode({**options, **dict(parse_qsl(parts.query))}, safe="/")).geturl()
