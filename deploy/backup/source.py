"""The databases and the broker of one stack, found by its secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import psycopg2
from psycopg2.extensions import connection

from deploy.stack.errors import DeployError
from deploy.stack.programs import SERVICES


@dataclass(frozen=True)
class Source:
    """A stack, by the folder of its secrets: var/secrets of `tessera run`, /run/secrets in a container."""

    secrets: Path

    def database_url(self, service: str, database: str | None = None) -> str:
        """Build the URL of the service's database, or of another one, for the service's role."""
        url = self._read(f"{service}_database_url")
        return urlsplit(url)._replace(path=f"/{database}").geturl() if database else url

    def connect(self, service: str) -> connection:
        """Connect to the service's database as its role. Raises DeployError when that is not possible."""
        return connect(self.database_url(service))

    def administer(self) -> connection:
        """Connect as PostgreSQL's superuser, to create and rename databases."""
        url = urlsplit(self._read(f"{SERVICES[0]}_database_url"))
        server = f"postgres:{quote(self._read('postgres'))}@{url.hostname}:{url.port}"
        made = connect(url._replace(netloc=server, path="/postgres").geturl())
        made.autocommit = True
        return made

    @property
    def broker_url(self) -> str:
        """The URL of the broker, for a user with access to every queue."""
        return self._read(f"{SERVICES[0]}_broker_url")

    def _read(self, name: str) -> str:
        try:
            return (self.secrets / name).read_text()
        except OSError as error:
            raise DeployError(f"no stack has run here yet: {error}") from error


def connect(url: str) -> connection:
    """Connect to the database at that URL. Raises DeployError when that is not possible."""
    try:
        # Checksums are made of texts, so equal values need equal texts in every session.
        return psycopg2.connect(url, connect_timeout=15, options="-c timezone=UTC -c extra_float_digits=1")
    except psycopg2.OperationalError as error:
        raise DeployError(f"PostgreSQL cannot be used: {error}") from error
