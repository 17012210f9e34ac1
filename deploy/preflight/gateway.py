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

from deploy.parts.process import get

SECONDS = 2.5
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
        traefik = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [str(Path(sysconfig.get_path("scripts")) / "traefik"), f"--configFile={path}"],
            env={name: value for name, value in os.environ.items() if name.startswith("TESSERA_")},
            cwd=scratch,
            stdout=(scratch / "stdout").open("wb"),
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
        complaints = _in_log(scratch / "traefik.log")
        if complaints:
            return complaints
        if traefik.poll() is not None:
            return (scratch / "stdout").read_text().strip().splitlines()[-1:] or ["Traefik ended"]
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


def _in_log(path: Path) -> list[str]:
    if not path.exists():
        return []
    # A line is written at once, but may be read before it is whole: its end tells.
    whole = path.read_text().rpartition("\n")[0].splitlines()
    entries = [json.loads(line) for line in whole]
    return [
        str(one.get("error") or one.get("message"))
        for one in entries
        if one["level"] in ("error", "fatal") and "routerName" not in one
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
