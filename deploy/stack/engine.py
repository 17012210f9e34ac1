"""The Docker Engine, used through the program `docker`, so its contexts, TLS and ssh apply."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psutil

from deploy.stack.errors import DeployError
from deploy.stack.ports import Holder

SECONDS = 5.0
RELAY_SECONDS = 0.5

PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
NUMBER = "com.docker.compose.container-number"


class Slow(DeployError):
    """The engine took too long to answer; the answer is unknown."""


def docker(*arguments: str, stdin: str | None = None, seconds: float = SECONDS) -> str:
    """Run `docker` and return what it printed.

    Raises DeployError with its message when it fails, Slow when it takes longer than `seconds`.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the arguments are ours, no shell
            ["docker", *arguments],  # noqa: S607
            input=stdin or "",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as error:
        raise DeployError("`docker` is not installed: https://docs.docker.com/engine/install/") from error
    except subprocess.TimeoutExpired as error:
        raise Slow(f"docker {arguments[0]}: no answer within {seconds:g} s") from error
    if done.returncode:
        raise DeployError((done.stderr or done.stdout).strip() or f"docker {arguments[0]} failed")
    return done.stdout


def list_containers(project: str) -> list[dict[str, Any]]:
    """Inspect the containers of a Compose project, stopped ones included."""
    ids = docker("ps", "--all", "--quiet", "--no-trunc", f"--filter=label={PROJECT}={project}").split()
    found: list[dict[str, Any]] = json.loads(docker("inspect", *ids)) if ids else []
    return found


def read_log(container: str, *options: str) -> str:
    """Read what a container wrote, to either stream."""
    done = subprocess.run(  # noqa: S603 - the arguments are ours, no shell
        ["docker", "logs", *options, container],  # noqa: S607
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
    )
    return done.stdout


def list_published_ports() -> dict[int, Holder]:
    """Find the containers of any project that publish ports of the engine's machine, by port."""
    found: dict[int, Holder] = {}
    for line in docker("ps", "--format=json").splitlines():
        container = json.loads(line)
        labels = dict(label.partition("=")[::2] for label in container["Labels"].split(","))
        project = f" of the Compose project {labels[PROJECT]}" if PROJECT in labels else ""
        # For example: 0.0.0.0:8180->80/tcp, [::]:8180->80/tcp, 9000-9001/tcp
        for mapping in container["Ports"].split(", "):
            outside, arrow, _ = mapping.partition("->")
            if arrow:
                first, _, last = outside.rpartition(":")[2].partition("-")
                for number in range(int(first), int(last or first) + 1):
                    found[number] = Holder(
                        None, f"the container {container['Names']}{project}", container["Names"]
                    )
    return found


def is_local() -> bool:
    """Return whether the engine runs on this machine: then the address of its bridge is one of ours."""
    with suppress(DeployError, json.JSONDecodeError):
        bridge = json.loads(docker("network", "inspect", "bridge"))
        gateways = {one.get("Gateway") for network in bridge for one in network["IPAM"]["Config"]}
        ours = {address.address for card in psutil.net_if_addrs().values() for address in card}
        return bool(gateways & ours)
    return False


@contextmanager
def tunnel(container: str, relay: Sequence[str]) -> Iterator[int]:
    """Open a port on this machine's loopback that leads into a container, for the duration of the block.

    `relay` is the command that runs in the container for each connection, with that as its input and output.
    Nothing is published, and nothing is left behind.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        relays: list[subprocess.Popen[bytes]] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    spawned = subprocess.Popen(  # noqa: S603 - the arguments are ours, no shell
                        ["docker", "exec", "--interactive", container, *relay],  # noqa: S607
                        stdin=connection.fileno(),
                        stdout=connection.fileno(),
                        stderr=subprocess.DEVNULL,
                    )
                relays.append(spawned)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for one in relays:  # they end when their connections are closed
                try:
                    one.wait(RELAY_SECONDS)
                except subprocess.TimeoutExpired:
                    one.kill()
                    one.wait()


def bash_relay(port: int) -> list[str]:
    """Build the relay for an image with bash: to `port` of the container's own address."""
    script = (
        'exec 3<>"/dev/tcp/$(hostname)/$0" || exit; cat <&3 & cat <&0 >&3 & wait -n; kill %1 %2 2>/dev/null'
    )
    return ["bash", "-c", script, str(port)]


def nc_relay(port: int) -> list[str]:
    """Build the relay for an image with busybox: to `port` of the container's loopback."""
    return ["nc", "127.0.0.1", str(port)]
