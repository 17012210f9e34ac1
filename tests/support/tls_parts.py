"""PostgreSQL and RabbitMQ as an operator has them elsewhere: they speak TLS, by an authority of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.compose.certificates import make_authority, make_certificate
from deploy.stack.parts.postgres import Postgres
from deploy.stack.parts.rabbitmq import RabbitMQ
from deploy.stack.state_dir import StateDir
from tests.support.needs import lacks
from tests.support.parts import SERVICES, Private, free_ports


@dataclass(frozen=True)
class Certificates:
    """Files of an authority, and of a server of this machine whose certificate it issued."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        folder.mkdir()
        authority, authority_key = make_authority()
        certificate, key = make_certificate("localhost", authority, authority_key)
        made = cls(folder / "authority.pem", folder / "certificate.pem", folder / "key.pem")
        for path, text in ((made.authority, authority), (made.certificate, certificate), (made.key, key)):
            path.write_text(text)
        return made


class TlsPostgres(Postgres):
    """Accepts its services by TLS only; a server of the system, because that of the stack speaks no TLS."""

    locale = ("--locale=C.UTF-8",)  # servers before PostgreSQL 17 have no builtin provider

    def __init__(self, var: StateDir, certificates: Certificates) -> None:
        super().__init__(var, free_ports(1)[0], SERVICES)
        self._certificates = certificates

    @property
    def programs(self) -> Path:
        """The folder of the newest server that Debian's packages installed."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        if not found:
            lacks("PostgreSQL that speaks TLS", "install Debian's package postgresql")
        return found[-1].parent

    def _init_data(self) -> None:
        super()._init_data()
        owner = self.data.stat()
        for name, path in (
            ("server.crt", self._certificates.certificate),
            ("server.key", self._certificates.key),
        ):
            copy = self.data / name
            shutil.copyfile(path, copy)
            copy.chmod(0o600)
            shutil.chown(copy, owner.st_uid, owner.st_gid)
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write("ssl = on\n")
        access = self.data / "pg_hba.conf"
        access.write_text(access.read_text().replace("\nhost ", "\nhostssl "))


class TlsRabbitMQ(RabbitMQ):
    """Listens for AMQP over TLS, too, at `amqps`."""

    def __init__(self, var: StateDir, certificates: Certificates) -> None:
        amqp, self.amqps, dist, epmd = free_ports(4)
        super().__init__(var, amqp=amqp, dist=dist, epmd=epmd, users=SERVICES)
        self._certificates = certificates

    def tls_url(self, user: str) -> str:
        """Build the URL of that user for AMQP over TLS."""
        return self.url(user).replace("amqp:", "amqps:").replace(f":{self.amqp}/", f":{self.amqps}/")

    def _write_configuration(self) -> None:
        super()._write_configuration()
        with (self.data / "rabbitmq.conf").open("a") as configuration:
            configuration.write(
                f"listeners.ssl.1 = 127.0.0.1:{self.amqps}\n"
                f"ssl_options.cacertfile = {self._certificates.authority}\n"
                f"ssl_options.certfile = {self._certificates.certificate}\n"
                f"ssl_options.keyfile = {self._certificates.key}\n"
                "ssl_options.verify = verify_none\n"
            )


@dataclass(frozen=True)
class Elsewhere:
    """Both servers while they run, and the settings of a stack that uses them."""

    postgres: TlsPostgres
    rabbitmq: TlsRabbitMQ
    settings: dict[str, str]


@contextmanager
def servers_elsewhere(folder: Path) -> Iterator[Elsewhere]:
    """Run both until the end of the block."""
    certificates = Certificates.make(folder / "tls")
    postgres = TlsPostgres(StateDir(folder / "postgres"), certificates)
    rabbitmq = TlsRabbitMQ(StateDir(folder / "rabbitmq"), certificates)
    parts = Private(postgres, ""), Private(rabbitmq, "")
    try:
        for part in parts:
            part.start()
        urls = {
            f"{service.upper()}_{kind}": url(service)
            for service in SERVICES
            for kind, url in (("DATABASE_URL", postgres.url), ("BROKER_URL", rabbitmq.tls_url))
        }
        yield Elsewhere(postgres, rabbitmq, {**urls, "TESSERA_DATA_CA": str(certificates.authority)})
    finally:
        for part in parts:
            part.close()
