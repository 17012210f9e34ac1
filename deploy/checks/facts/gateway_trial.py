"""Whether Traefik can use gateway/: it is started for a moment with that configuration, on ports of its own.

Its templates are Go's, so only Traefik itself can read them. A broken file does not keep it from starting: it
answers a ping with 200 and everything else with 404. It reads its configuration within 0.1 to 0.2 s.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from deploy.checks.facts.logs import parse, read_tail
from deploy.checks.facts.start import GatewayErrors
from deploy.stack.parts.process import get

SECONDS = 8.0  # on a busy machine
POLL = 0.02


def try_configuration(folder: Path, environ: Mapping[str, str] = os.environ) -> GatewayErrors:
    """Let Traefik read `folder` (traefik.yml and dynamic/) and return the errors that it reports.

    `environ` has the settings of the stack.
    """
    try:
        static = yaml.safe_load((folder / "traefik.yml").read_text())
    except yaml.YAMLError as error:
        return GatewayErrors((f"{folder / 'traefik.yml'}: {' '.join(str(error).split())}",))
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tessera-preflight-")))
        ports = {name: stack.enter_context(_hold_port()) for name in static["entryPoints"]}
        path = scratch / "traefik.yml"
        path.write_text(yaml.safe_dump(_for_trial(static, ports, folder / "dynamic", scratch)))
        output = stack.enter_context((scratch / "stdout").open("wb"))
        traefik = subprocess.Popen(  # noqa: S603 - our own program, no shell
            [str(Path(sysconfig.get_path("scripts")) / "traefik"), f"--configFile={path}"],
            env={name: value for name, value in environ.items() if name.startswith("TESSERA_")},
            cwd=scratch,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return GatewayErrors(tuple(_watch(traefik, ports["traefik"], scratch)))
        finally:
            traefik.kill()
            traefik.wait()


def _watch(traefik: subprocess.Popen[bytes], port: int, scratch: Path) -> list[str]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if errors := _errors(scratch / "traefik.log"):
            return errors
        if traefik.poll() is not None:
            return _errors(scratch / "stdout") or ["Traefik exited without an error message"]
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
    """Return the errors in its log; those of single routers come from its API, all at once."""
    return [
        str(line.get("error") or line.get("message"))
        for line in parse(read_tail(log))
        if line.get("level") in ("error", "fatal") and "routerName" not in line
    ]


def _for_trial(static: dict[str, Any], ports: dict[str, int], dynamic: Path, scratch: Path) -> dict[str, Any]:
    for name, port in ports.items():
        # reusePort: this process holds the port meanwhile, so that no other process is given it.
        static["entryPoints"][name] |= {"address": f"127.0.0.1:{port}", "reusePort": True}
    static["providers"]["file"]["directory"] = str(dynamic)
    static["log"] = {"level": "INFO", "format": "json", "filePath": str(scratch / "traefik.log")}
    static.pop("accessLog", None)
    return static


@contextmanager
def _hold_port() -> Iterator[int]:
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
