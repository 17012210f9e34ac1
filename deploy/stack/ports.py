"""The port map (deploy/ports.toml), its changes by the environment, and the current holder of each port."""

from __future__ import annotations

import errno
import socket
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from deploy.stack.errors import DeployError

PORT_MAP = Path(__file__).resolve().parents[1] / "ports.toml"


@dataclass(frozen=True)
class Port:
    """One entry of the map."""

    way: str
    name: str
    default: int
    env: str
    reach: Literal["public", "loopback"]
    about: str

    def number(self, environ: Mapping[str, str]) -> int:
        """Return the port to listen on. Raises DeployError when the variable is not a port number."""
        text = environ.get(self.env) or str(self.default)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
            raise DeployError(f"{self.env}={text} is not a port number (1 to 65535)")
        return int(text)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses to listen on."""
        return ("0.0.0.0", "::") if self.reach == "public" else ("127.0.0.1",)  # noqa: S104 - that is its reach


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


def ports_of(way: str, environ: Mapping[str, str]) -> dict[str, int]:
    """Return port numbers by name for one way of running, after the environment's changes.

    Raises DeployError for a value that is not a port, and when two names would share one.
    """
    numbers: dict[str, int] = {}
    for port in port_map():
        if port.way != way:
            continue
        number = port.number(environ)
        other = next((name for name, taken in numbers.items() if taken == number), None)
        if other:
            raise DeployError(f"{port.env} and {other} both name port {number}")
        numbers[port.name] = number
    return numbers


def find_listeners() -> dict[int, Holder]:
    """Find the listener of each TCP port of this machine."""
    found: dict[int, Holder] = {}
    for connection in psutil.net_connections(kind="tcp"):
        if connection.laddr and connection.status == psutil.CONN_LISTEN:
            found[connection.laddr.port] = Holder(connection.pid, _command(connection.pid))
    return found


def find_taken(ports: Iterable[Port], environ: Mapping[str, str]) -> dict[Port, Holder]:
    """Find those of `ports` that are not free now, with their holders."""
    blocked = [port for port in ports if not _can_listen(port, port.number(environ))]
    held = find_listeners() if blocked else {}
    unknown = Holder(None, "no listener found; perhaps another network namespace, or a port below 1024")
    return {port: held.get(port.number(environ), unknown) for port in blocked}


def render_table(environ: Mapping[str, str], containers: Mapping[int, Holder]) -> str:
    """Render the map as text, with the current holder of each port, also among `containers`."""
    held = {**find_listeners(), **containers}
    rows = [("way", "name", "port", "variable", "reach", "what it is", "current holder")]
    for port in port_map():
        number = port.number(environ)
        rows.append(
            (port.way, port.name, str(number), port.env, port.reach, port.about, str(held.get(number, "-")))
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _command(pid: int | None) -> str:
    try:
        words = psutil.Process(pid).cmdline() if pid else []
    except psutil.Error:
        words = []
    return " ".join(words)[:200] or "a process of another user"


def _can_listen(port: Port, number: int) -> bool:
    for address in port.addresses:
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
