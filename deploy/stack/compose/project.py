"""One environment under Docker Compose: names, ports, state, and how `docker compose` is called for it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from deploy.stack.errors import DeployError
from deploy.stack.ports import ports_of
from deploy.stack.state_dir import REPOSITORY, StateDir

Environment = Literal["dev", "prod"]

FILES = REPOSITORY / "deploy" / "compose"
REPLICAS = {"auth": 1, "users": 1, "tiles": 2, "frontend": 1}
"""Processes that serve HTTP, until `scale` says otherwise."""


class Project:
    """Development or production on the engine that `docker` talks to.

    `environ` may hold TESSERA_HOST (the name or address under which the engine's machine is reached),
    TESSERA_ACME_EMAIL, TESSERA_PROJECT (the Compose project), TESSERA_VERSION (the tag of the images that
    `up` builds), TESSERA_VAR (the state folder), and the variables of deploy/ports.toml.
    """

    def __init__(
        self, env: Environment, environ: Mapping[str, str], versions: Mapping[str, str] | None = None
    ) -> None:
        self.env = env
        self.name = environ.get("TESSERA_PROJECT") or f"tessera-{env}"
        self.host = environ.get("TESSERA_HOST") or "localhost"
        self.acme_email = environ.get("TESSERA_ACME_EMAIL") if env == "prod" else None
        self.ports = ports_of(env, environ)
        self.var = StateDir(StateDir.from_environ(environ).root / "compose" / env)
        self.environ = environ
        self.own_version = environ.get("TESSERA_VERSION") or env
        self._versions = versions

    @property
    def http_url(self) -> str:
        """Where the gateway answers HTTP; in production only to redirect."""
        return _url("http", self.host, self.ports[f"{self.env}-http"], 80)

    @property
    def https_url(self) -> str:
        """Where the gateway answers HTTPS."""
        return _url("https", self.host, self.ports[f"{self.env}-https"], 443)

    @property
    def url(self) -> str:
        """What an operator types."""
        return self.https_url if self.env == "prod" else self.http_url

    @property
    def replicas(self) -> dict[str, int]:
        """How many processes of each service serve HTTP."""
        chosen = self._replicas_file
        return REPLICAS | (json.loads(chosen.read_text()) if chosen.exists() else {})

    def choose_replicas(self, service: str, number: int) -> None:
        """Keep that number for this and every later start."""
        self._replicas_file.write_text(json.dumps(self.replicas | {service: number}))

    @property
    def _replicas_file(self) -> Path:
        return self.var.root / "replicas.json"

    @property
    def versions(self) -> dict[str, str]:
        """The tag of each service's image: of the version that was rolled out, else `own_version`."""
        if self._versions is not None:
            return dict(self._versions)
        kept = json.loads(self._versions_file.read_text()) if self._versions_file.exists() else {}
        return {service: kept.get(service, self.own_version) for service in REPLICAS}

    def at(self, versions: Mapping[str, str]) -> Project:
        """The same stack with those versions of some services; `keep_versions` makes them the stack's own."""
        return Project(self.env, self.environ, {**self.versions, **versions})

    def keep_versions(self) -> None:
        """Keep these versions for this and every later start."""
        rolled_out = {name: tag for name, tag in self.versions.items() if tag != self.own_version}
        self._versions_file.write_text(json.dumps(rolled_out))

    @property
    def _versions_file(self) -> Path:
        return self.var.root / "versions.json"

    def environment(self) -> dict[str, str]:
        """What the compose files read, and what `docker` itself needs."""
        ports = {
            f"TESSERA_PORT_{name.upper().replace('-', '_')}": str(port) for name, port in self.ports.items()
        }
        replicas = {
            f"TESSERA_REPLICAS_{service.upper()}": str(number) for service, number in self.replicas.items()
        }
        versions = {f"TESSERA_VERSION_{service.upper()}": tag for service, tag in self.versions.items()}
        return {
            **self.environ,
            **ports,
            **replicas,
            **versions,
            "COMPOSE_PROJECT_NAME": self.name,
            "COMPOSE_PROFILES": "scheduled" if self.env == "prod" else "",
            "TESSERA_VERSION": self.own_version,
            "TESSERA_PUBLIC_URL": self.url,
            "TESSERA_STATE": str(self.var.root),
            "TESSERA_USER": f"{os.getuid()}:{os.getgid()}",
            "TESSERA_GATEWAY_DIGEST": self._gateway_digest(),
        }

    def _gateway_digest(self) -> str:
        """Of all that the gateway reads at its start: Compose sees no change inside a mounted file."""
        files = [self.var.root / "gateway" / "traefik.yml", self.var.root / "secrets" / "gateway_certificate"]
        files += sorted((REPOSITORY / "gateway" / "dynamic").iterdir())
        return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()[:16]

    def command(self, *arguments: str) -> list[str]:
        """`docker compose` with this environment's files."""
        files = [f"--file={FILES / name}" for name in ("base.yml", f"{self.env}.yml")]
        return ["docker", "compose", *files, *arguments]

    def compose(self, *arguments: str, log: Path | None = None) -> str:
        """Run `docker compose` to its end and return what it printed; with `log`, that goes there.

        Raises DeployError with its own words when it fails, or when there is no `docker`.
        """
        command = self.command(f"--progress={'plain' if log else 'quiet'}", *arguments)
        return self._run(command, f"compose {arguments[0]}", log)

    def docker(self, *arguments: str) -> str:
        """Run `docker` to its end and return what it printed. Raises DeployError as `compose` does."""
        return self._run(["docker", *arguments], arguments[0])

    def _run(self, command: list[str], name: str, log: Path | None = None) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - the arguments are ours, no shell
                command,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError as error:
            raise DeployError("`docker` is not installed: https://docs.docker.com/engine/install/") from error
        if log:
            log.write_text(done.stdout + done.stderr)
        if done.returncode:
            last = "\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-12:])
            raise DeployError(f"docker {name} failed:\n{last}")
        return done.stdout

    def merged(self) -> dict[str, Any]:
        """The files as Compose itself merges them."""
        config: dict[str, Any] = json.loads(self.compose("config", "--format=json"))
        return config

    def running(self, service: str) -> int:
        """How many containers of that service of the compose files run now."""
        return len(self.compose("ps", "--quiet", service).split())

    def containers(self) -> list[dict[str, Any]]:
        """The containers as `docker compose ps` tells them: Service, Name, State, Health, ExitCode ..."""
        return [json.loads(line) for line in self.compose("ps", "--all", "--format=json").splitlines()]


def _url(scheme: str, host: str, port: int, usual: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{'' if port == usual else f':{port}'}"
