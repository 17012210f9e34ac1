"""The Docker Engine, the containers of a stack under Compose, and the certificate that its gateway serves."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509

from deploy.checks.facts.probe_client import HTTP_SECONDS


@dataclass(frozen=True)
class Engine:
    """Why the Docker Engine does not answer; empty when it does, and for a run without one."""

    trouble: str = ""


@dataclass(frozen=True)
class Container:
    """One container of the compose files. `state` is the engine's word for it, or `missing`.

    `killed_for_memory`: by the kernel, since its last start; `memory_limit`: bytes. `missing_networks`: those
    of the compose files that it is not connected to; `nameless_networks`: those on which the name of its
    service does not lead to it. `image`: the id of what it was made from. `unpublished`: ports of the map
    that should lead to it and do not. `only_loopback`: the address it listens on when others cannot reach
    that, else empty.
    """

    name: str
    service: str
    state: str
    exit_code: int = 0
    error: str = ""
    killed_for_memory: bool = False
    memory_limit: int = 0
    missing_networks: tuple[str, ...] = ()
    nameless_networks: tuple[str, ...] = ()
    image: str = ""
    unpublished: tuple[int, ...] = ()
    only_loopback: str = ""


@dataclass(frozen=True)
class Containers:
    """All containers of a stack under Compose; none for a run without Docker."""

    project: str = ""
    all: tuple[Container, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """The certificate that the gateway serves at `url`; no dates when it serves none.

    `names`: the hosts and addresses that it is for. `authority_ends`: the end of the stack's own
    authority, if that issued it.
    """

    url: str
    starts: datetime | None = None
    ends: datetime | None = None
    names: tuple[str, ...] = ()
    authority_ends: datetime | None = None

    @property
    def host(self) -> str:
        """The name or address in the URL."""
        return urlsplit(self.url).hostname or ""

    @property
    def fits(self) -> bool:
        """Whether it is for the host of the URL."""
        return any(_fits(self.host, name) for name in self.names)


def read_certificate(url: str) -> Certificate:
    """Read the certificate that clients of that URL are served, trusted or not."""
    parts = urlsplit(url)
    try:
        pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=HTTP_SECONDS)
    except OSError:
        return Certificate(url)
    served = x509.load_pem_x509_certificate(pem.encode())
    names: tuple[str, ...] = ()
    with suppress(x509.ExtensionNotFound):
        alternative = served.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = (
            *alternative.get_values_for_type(x509.DNSName),
            *map(str, alternative.get_values_for_type(x509.IPAddress)),
        )
    return Certificate(url, served.not_valid_before_utc, served.not_valid_after_utc, names)


def _fits(host: str, name: str) -> bool:
    """Whether a certificate for that name is for this host; a wildcard stands for one label (RFC 9525)."""
    if name.startswith("*."):
        host, name = host.partition(".")[2], name[2:]
    return host.lower() == name.lower()
