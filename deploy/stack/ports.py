"""The port map (deploy/ports.toml), its changes by the environment, and the current holder of each port."""

from __future__ import annotations

import errno
import ipaddress
import socket
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from deploy.stack.errors import DeployError

PORT_MAP = Path(__file__).resolve().parents[1] / "ports.toml"
OFFSET = "TESSERA_PORT_OFFSET"
LARGEST = 65535
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - the reach of a public port


@dataclass(frozen=True)
class Listen:
    """Where a port listens; without an address, on those of its reach."""

    number: int
    address: str = ""

    @classmethod
    def parse(cls, text: str) -> Listen:
        """Read `8081`, `127.0.0.1:8081` or `[::1]:8081`. Raises ValueError for anything else."""
        address, colon, number = text.rpartition(":")
        if not number.isascii() or not number.isdigit() or not 1 <= int(number) <= LARGEST:
            raise ValueError
        if not colon:
            return cls(int(number))
        if address.startswith("[") and address.endswith("]"):
            return cls(int(number), str(ipaddress.IPv6Address(address[1:-1])))
        return cls(int(number), str(ipaddress.IPv4Address(address)))

    @property
    def authority(self) -> str:
        """Host and port of its URL on this machine."""
        is_local = self.address in ("", *EVERYWHERE, "127.0.0.1", "::1")
        return f"localhost:{self.number}" if is_local else str(self)

    def __str__(self) -> str:
        if not self.address:
            return str(self.number)
        return f"[{self.address}]:{self.number}" if ":" in self.address else f"{self.address}:{self.number}"


@dataclass(frozen=True)
class Port:
    """One entry of the map."""

    way: str
    name: str
    default: int
    env: str
    reach: Literal["public", "loopback"]
    about: str

    def listen(self, environ: Mapping[str, str]) -> Listen:
        """Return where to listen. Raises DeployError when the variable is not a port number.

        A public port may be given with the one address to listen on.
        """
        text = environ.get(self.env)
        if not text:
            return Listen(self.default + self._offset(environ))
        with suppress(ValueError):
            listen = Listen.parse(text)
            if self.reach == "public" or not listen.address:
                return listen
        raise DeployError(f"{self.env}={text} is not {self.kind}")

    def number(self, environ: Mapping[str, str]) -> int:
        """Return the port to listen on. Raises DeployError as `listen` does."""
        return self.listen(environ).number

    def addresses(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """Return the addresses to listen on. Raises DeployError as `listen` does."""
        if address := self.listen(environ).address:
            return (address,)
        return EVERYWHERE if self.reach == "public" else ("127.0.0.1",)

    @property
    def kind(self) -> str:
        """What its variable may be, in words."""
        alone = f"a port number (1 to {LARGEST})"
        return f"{alone} or address and port (127.0.0.1:8081)" if self.reach == "public" else alone

    def _offset(self, environ: Mapping[str, str]) -> int:
        """Return what OFFSET adds to the default: nothing in production, whose ports are those of the web."""
        text = environ.get(OFFSET)
        if not text or self.way == "prod":
            return 0
        if not text.isascii() or not text.isdigit() or not self.default + int(text) <= LARGEST:
            raise DeployError(
                f"{OFFSET}={text} is not a number that leaves {self.name} a port up to {LARGEST}"
            )
        return int(text)


@dataclass(frozen=True)
class Holder:
    """A listener on a port; `pid` is None for a container, and for a process of another user."""

    pid: int | None
    command: str
    container: str | None = None

    @property
    def stop(self) -> str:
        """The command that frees the port."""
        if self.container:
            return f"docker stop {self.container}"
        return f"kill {self.pid}" if self.pid else "stop it"

    def __str__(self) -> str:
        return f"pid {self.pid}: {self.command}" if self.pid else self.command


def port_map(path: Path = PORT_MAP) -> tuple[Port, ...]:
    """Read every port of every way of running, in the order of the file."""
    ways = tomllib.loads(path.read_text())
    return tuple(
        Port(way, name, entry["port"], entry["env"], entry["reach"], entry["about"])
        for way, entries in ways.items()
        for name, entry in entries.items()
    )


def listens_of(way: str, environ: Mapping[str, str]) -> dict[str, Listen]:
    """Return where each port of one way of running listens, by name, after the environment's changes.

    Raises DeployError for a value that is not a port, and when two names would share one.
    """
    found: dict[str, Listen] = {}
    for port in port_map():
        if port.way != way:
            continue
        listen = port.listen(environ)
        other = next((name for name, taken in found.items() if taken.number == listen.number), None)
        if other:
            raise DeployError(f"{port.env} and {other} both name port {listen.number}")
        found[port.name] = listen
    return found


def ports_of(way: str, environ: Mapping[str, str]) -> dict[str, int]:
    """Return the port numbers of `listens_of`."""
    return {name: listen.number for name, listen in listens_of(way, environ).items()}


def find_listeners() -> dict[int, Holder]:
    """Find the listener of each TCP port of this machine."""
    found: dict[int, Holder] = {}
    for connection in psutil.net_connections(kind="tcp"):
        if connection.laddr and connection.status == psutil.CONN_LISTEN:
            found[connection.laddr.port] = Holder(connection.pid, _command(connection.pid))
    return found


def find_taken(ports: Iterable[Port], environ: Mapping[str, str]) -> dict[Port, Holder]:
    """Find those of `ports` that are not free now, with their holders."""
    blocked = [port for port in ports if not _can_listen(port.addresses(environ), port.number(environ))]
    held = find_listeners() if blocked else {}
    unknown = Holder(None, "no listener found; perhaps another network namespace, or a port below 1024")
    return {port: held.get(port.number(environ), unknown) for port in blocked}


def render_table(environ: Mapping[str, str], containers: Mapping[int, Holder]) -> str:
    """Render the map as text, with the current holder of each port, also among `containers`."""
    held = {**find_listeners(), **containers}
    rows = [("way", "name", "port", "variable", "reach", "what it is", "current holder")]
    for port in port_map():
        listen = port.listen(environ)
        holder = str(held.get(listen.number, "-"))
        rows.append((port.way, port.name, str(listen), port.env, port.reach, port.about, holder))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _command(pid: int | None) -> str:
    try:
        words = psutil.Process(pid).cmdline() if pid else []
    except psutil.Error:
        words = []
    return " ".join(words)[:200] or "a process of another user"


def _can_listen(addresses: Iterable[str], number: int) -> bool:
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listener.bind((address, number))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):  # anything else: a machine without IPv6
                return False
    return True
