"""The services' processes: which there are, the environment they get, and their verbs."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from deploy.stack.errors import DeployError
from deploy.stack.front import read_networks, read_public_url
from deploy.stack.parts.process import Process, get
from deploy.stack.settings.stack import LOCAL_DEFAULTS
from deploy.stack.state_dir import REPOSITORY, StateDir

SERVICES = ("auth", "users", "tiles")
"""The services with a database and a user at the broker."""


@dataclass(frozen=True)
class Program:
    """One process: `name` names its port in deploy/ports.toml, its log, and its X-Instance."""

    name: str
    service: str
    kind: Literal["web", "worker"]


PROGRAMS = (
    Program("auth-web", "auth", "web"),
    Program("auth-worker", "auth", "worker"),
    Program("users-web", "users", "web"),
    Program("users-worker", "users", "worker"),
    # Two, so that nothing comes to depend on being the only one.
    Program("tiles-web-1", "tiles", "web"),
    Program("tiles-web-2", "tiles", "web"),
    Program("tiles-worker", "tiles", "worker"),
    Program("frontend", "frontend", "web"),
)


def count_webs() -> dict[str, int]:
    """Return how many processes of each service with a database serve HTTP."""
    return dict(Counter(one.service for one in PROGRAMS if one.kind == "web" and one.service in SERVICES))


class ServiceProcess(Process):
    """A running Program."""

    def __init__(self, program: Program, var: StateDir, port: int, env: Mapping[str, str]) -> None:
        super().__init__(program.name, var)
        self.program = program
        self.port = port
        self.env = env

    async def launch(self) -> None:
        """Start its Python."""
        module = (
            ["frontend"]
            if self.program.service == "frontend"
            else [f"services.{self.program.service}", self.program.kind]
        )
        prefix = self.program.service.upper()
        bound = {f"{prefix}_BIND": f"127.0.0.1:{self.port}", f"{prefix}_INSTANCE": self.name}
        self._spawn([sys.executable, "-m", *module], {**self.env, **bound}, folder=REPOSITORY)

    def find_lack(self) -> str:
        """Ask its /ready, which names the part that it lacks."""
        status, body = get(self.port, "/ready")
        if status == 200:
            return ""
        if not status:
            return "it does not answer yet"
        with suppress(ValueError, KeyError, TypeError):
            return str(json.loads(body)["code"])
        return f"its /ready answers {status}"

    def is_alive(self) -> bool:
        """Return whether it answers /health."""
        return get(self.port, "/health")[0] != 0


def write_urls(var: StateDir, database_urls: Mapping[str, str], broker_urls: Mapping[str, str]) -> None:
    """Write where each service connects, with its passwords, into the files that the services read."""
    for service in SERVICES:
        var.write_secret(f"{service}_database_url", database_urls[service])
        var.write_secret(f"{service}_broker_url", broker_urls[service])
    var.secret("auth_secret")


def service_environment(
    var: StateDir, ports: Mapping[str, int], environ: Mapping[str, str]
) -> dict[str, str]:
    """Build the environment of every service process and verb from the operator's.

    Secrets are passed as names of files, so that `ps e` shows none.
    """
    names = list_secret_files()
    given = {name: value for name, value in environ.items() if name.lower() not in names}
    env = {**LOCAL_DEFAULTS, **given}
    if level := given.get("TESSERA_LOG_LEVEL"):
        for service in (*SERVICES, "frontend"):
            env.setdefault(f"{service.upper()}_LOG_LEVEL", level)
    env |= {f"{name}_file".upper(): str(var.root / "secrets" / name) for name in names}
    env.setdefault("AUTH_MAIL_FOLDER", str(var.root / "mail"))
    env.setdefault("AUTH_PUBLIC_URL", read_public_url(environ) or f"http://localhost:{ports['gateway']}")
    for service in SERVICES:
        env[f"{service.upper()}_TRUSTED_PROXIES"] = ",".join(read_networks(environ))
    for service in ("users", "tiles"):
        env[f"{service.upper()}_JWKS_URL"] = f"http://127.0.0.1:{ports['auth-web']}/.well-known/jwks.json"
    env["USERS_WATCHED"] = ",".join(
        f"{program.name}=http://127.0.0.1:{ports[program.name]}" for program in PROGRAMS
    )
    return env


def list_secret_files() -> list[str]:
    """Names of the files below `secrets` that the service processes read."""
    urls = [f"{service}_{setting}" for service in SERVICES for setting in ("database_url", "broker_url")]
    return [*urls, "auth_secret"]


async def run_verb(service: str, verb: str, var: StateDir, env: Mapping[str, str]) -> str:
    """Run `python -m services.<service> <verb>` to its end and return what it printed.

    Its log goes to var/log. Raises DeployError with the end of that log when the verb fails.
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
        raise DeployError(f"{service} {verb} failed; the end of its log:\n{tail}\n    ({log})")
    return output.decode()


@dataclass(frozen=True)
class FirstAdmin:
    """The first admin, as the verb `first-admin` prints it; `password` is None unless it made one."""

    username: str
    password: str | None = field(repr=False)
    expires_at: str | None

    @classmethod
    def parse(cls, printed: str) -> FirstAdmin:
        """Read the JSON that the verb prints."""
        return cls(**json.loads(printed))

    @property
    def lines(self) -> str:
        """What the operator has to know, with the password, which is printed this once."""
        if self.password is None or self.expires_at is None:
            return f"First admin: {self.username}"
        expires_at = datetime.fromisoformat(self.expires_at).astimezone(UTC)
        return (
            f"First admin: {self.username}, one-time password: {self.password}\n"
            f"It expires on {expires_at:%-d %B %Y at %H:%M} UTC, and the first login replaces it."
        )


async def ensure_first_admin(var: StateDir, env: Mapping[str, str]) -> FirstAdmin:
    """Make the first admin unless there is one, and return it."""
    return FirstAdmin.parse(await run_verb("auth", "first-admin", var, env))
