"""A server that speaks S3 (moto's, over HTTP), and a bucket in it."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import obstore
from obstore.store import S3Store

from tests.support.parts import free_ports
from tests.support.waiting import PATIENCE, until


@dataclass(frozen=True)
class Bucket:
    """A bucket of its own, and the key that opens it; `make` creates it on the server."""

    endpoint: str
    name: str = field(default_factory=lambda: f"backups-{secrets.token_hex(4)}")
    secret_key: str = field(default_factory=lambda: secrets.token_hex(20))

    def make(self) -> Bucket:
        request = urllib.request.Request(f"{self.endpoint}/{self.name}", method="PUT")
        urllib.request.urlopen(request, timeout=PATIENCE).close()
        return self

    def settings(self, recipient: str) -> dict[str, str]:
        """Return the settings of a stack that keeps its backups there."""
        return {
            "TESSERA_BACKUP_BUCKET": f"s3://{self.name}/tessera",
            "TESSERA_BACKUP_ENDPOINT": self.endpoint,
            "TESSERA_BACKUP_RECIPIENT": recipient,
            "TESSERA_BACKUP_ACCESS_KEY": "operator",
            "TESSERA_BACKUP_SECRET_KEY": self.secret_key,
        }

    def read(self, key: str) -> bytes:
        return bytes(obstore.get(self._open(), key).bytes())

    def write(self, key: str, body: bytes) -> None:
        obstore.put(self._open(), key, body)

    def _open(self) -> S3Store:
        return S3Store(
            self.name,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id="operator",
            secret_access_key=self.secret_key,
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )


@contextmanager
def s3_server() -> Iterator[str]:
    """Run the server during the block, and provide its URL."""
    (port,) = free_ports(1)
    command = [sys.executable, "-m", "moto.server", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(answers)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()
