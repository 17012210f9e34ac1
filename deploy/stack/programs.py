"""The processes of the services: which there are, and what each is told."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.stack.errors import DeployError
from deploy.stack.parts.process import Process, get
from deploy.stack.state_dir import REPOSITORY, StateDir

# A local load test paints as one artist, or as few.
LOCAL_LIMITS = {"TILES_PAINT_RATE": "1000", "TILES_PAINT_BURST": "2000", "TILES_PAINT_UNDERWAY": "1000"}
SERVICES = ("auth", "users", "tiles")  # those with a database and a place at the broker


@dataclass(frozen=True)
class Program:
    """One process: `name` is that of its port in deploy/ports.toml, of its log, and what X-Instance says."""

    name: str
    service: str
    kind: Literal["web", "worker"]


PROGRAMS = (
    Program("auth-web", "auth", "web"),
    Program("auth-worker", "auth", "worker"),
    Program("users-web", "users", "web"),
    Program("users-worker", "users", "worker"),
    # Two, so that nothing comes to depend on being alone.
    Program("tiles-web-1", "tiles", "web"),
    Program("tiles-web-2", "tiles", "web"),
    Program("tiles-worker", "tiles", "worker"),
    Program("frontend", "frontend", "web"),
)


class ServiceProcess(Process):
    """A running Program."""

    def __init__(self, program: Program, var: StateDir, port: int, env: Mapping[str, str]) -> None:
        super().__init__(program.name, var)
        self.program = program
        self.port = port
        self.env = env

    async def start(self) -> None:
        """Start it; ready when it says so itself, which it does once its dependencies answer."""
        module = (
            ["frontend"]
            if self.program.service == "frontend"
            else [f"services.{self.program.service}", self.program.kind]
        )
        prefix = self.program.service.upper()
        bound = {f"{prefix}_BIND": f"127.0.0.1:{self.port}", f"{prefix}_INSTANCE": self.name}
        self._spawn([sys.executable, "-m", *module], {**self.env, **bound}, folder=REPOSITORY)
        await self._until(lambda: get(self.port, "/ready")[0] == 200, timeout=30)


def service_environment(
    var: StateDir, ports: Mapping[str, int], database_urls: Mapping[str, str], broker_urls: Mapping[str, str]
) -> dict[str, str]:
    """What every service process and every verb is told. Secrets go by file: `ps e` shows none."""
    given = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    env = {**LOCAL_LIMITS, **given}
    for service in SERVICES:
        for setting, urls in (("database_url", database_urls), ("broker_url", broker_urls)):
            secret_file = var.write_secret(f"{service}_{setting}", urls[service])
            env[f"{service}_{setting}_file".upper()] = str(secret_file)
    var.secret("auth_secret")
    env["AUTH_SECRET_FILE"] = str(var.root / "secrets" / "auth_secret")
    env.setdefault("AUTH_MAIL_FOLDER", str(var.root / "mail"))
    env.setdefault("AUTH_PUBLIC_URL", f"http://localhost:{ports['gateway']}")
    for service in ("users", "tiles"):
        env[f"{service.upper()}_JWKS_URL"] = f"http://127.0.0.1:{ports['auth-web']}/.well-known/jwks.json"
    env["USERS_WATCHED"] = ",".join(
        f"{program.name}=http://127.0.0.1:{ports[program.name]}" for program in PROGRAMS
    )
    return env


def secret_files() -> list[str]:
    """Names of the files in var/secrets that service processes read."""
    urls = [f"{service}_{setting}" for service in SERVICES for setting in ("database_url", "broker_url")]
    return [*urls, "auth_secret"]


async def run_verb(service: str, verb: str, var: StateDir, env: Mapping[str, str]) -> str:
    """Run `python -m services.<service> <verb>` to its end and return what it printed.

    Its log goes to var/log. Raises DeployError when it fails.
    """
    log = var.new_log(f"{service}-{verb}")
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", f"services.{service}", verb),
            cwd=REPOSITORY,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            output, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            await process.wait()
            raise
    if process.returncode:
        tail = "\n".join(f"    {line[:300]}" for line in log.read_text(errors="replace").splitlines()[-12:])
        raise DeployError(f"{service} {verb} failed; its log says:\n{tail}\n    ({log})")
    return output.decode()


async def first_admin(var: StateDir, env: Mapping[str, str]) -> tuple[str, str | None]:
    """Name of the first admin, made now if there was none, and the one-time password if it was made now."""
    admin = json.loads(await run_verb("auth", "first-admin", var, env))
    return admin["username"], admin["password"]


_SECRETS = frozenset(
    {f"{service}_{setting}".upper() for service in SERVICES for setting in ("database_url", "broker_url")}
    | {"AUTH_SECRET"}
)
