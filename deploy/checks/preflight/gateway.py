"""Whether Traefik can use gateway/: asked of Traefik itself, started for a moment on ports of its own.

Its templates are Go's, so nothing else can read them; and a broken file does not stop it from starting: it
says OK to a ping and 404 to everything. It has read its configuration 0.1 to 0.2 s after its start.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deploy.checks.doctor.logs import parse, tail
from deploy.stack.parts.process import get

SECONDS = 8.0  # on a busy machine
POLL = 0.02


@dataclass(frozen=True)
class Complaints:
    """What Traefik says against the configuration."""

    said: tuple[str, ...]


def complaints_of(folder: Path) -> Complaints:
    """Let Traefik read `folder` (traefik.yml and dynamic/) and return what it says."""
    try:
        static = yaml.safe_load((folder / "traefik.yml").read_text())
    except yaml.YAMLError as error:
        return Complaints((f"{folder / 'traefik.yml'}: {' '.join(str(error).split())}",))
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tessera-preflight-")))
        ports = {name: stack.enter_context(_held_port()) for name in static["entryPoints"]}
        path = scratch / "traefik.yml"
        path.write_text(yaml.safe_dump(_for_a_moment(static, ports, folder / "dynamic", scratch)))
        output = stack.enter_context((scratch / "stdout").open("wb"))
        traefik = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [str(Path(sysconfig.get_path("scripts")) / "traefik"), f"--configFile={path}"],
            env={name: value for name, value in os.environ.items() if name.startswith("TESSERA_")},
            cwd=scratch,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return Complaints(tuple(_watch(traefik, ports["traefik"], scratch)))
        finally:
            traefik.kill()
            traefik.wait()


def _watch(traefik: subprocess.Popen[bytes], port: int, scratch: Path) -> list[str]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if complaints := _errors(scratch / "traefik.log"):
            return complaints
        if traefik.poll() is not None:
            return _errors(scratch / "stdout") or ["Traefik ended without a word"]
        status, body = get(port, "/api/http/routers?per_page=1000")
        routers = [one for one in json.loads(body) if one["provider"] == "file"] if status == 200 else []
        if routers:
            return [
                f"router {one['name']}: {'; '.join(one.get('error', ['disabled']))}"
                for one in routers
                if one["status"] != "enabled"
            ]
        time.sleep(POLL)
    return ["it read no routes"]


def _errors(log: Path) -> list[str]:
    """Errors in its log; those of single routers are asked of its API, all at once."""
    return [
        str(line.get("error") or line.get("message"))
        for line in parse(tail(log))
        if line.get("level") in ("error", "fatal") and "routerName" not in line
    ]


def _for_a_moment(
    static: dict[str, Any], ports: dict[str, int], dynamic: Path, scratch: Path
) -> dict[str, Any]:
    for name, port in ports.items():
        # reusePort: the port is held meanwhile, so that nobody else is given it.
        static["entryPoints"][name] |= {"address": f"127.0.0.1:{port}", "reusePort": True}
    static["providers"]["file"]["directory"] = str(dynamic)
    static["log"] = {"level": "INFO", "format": "json", "filePath": str(scratch / "traefik.log")}
    static.pop("accessLog", None)
    return static


@contextmanager
def _held_port() -> Iterator[int]:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
