"""One environment under Docker Compose: names, ports, state, and its calls of `docker compose`."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.front import read_public_url
from deploy.stack.ports import listens_of
from deploy.stack.settings.chosen import find_faults, read_stack, without_faults
from deploy.stack.state_dir import REPOSITORY, StateDir

Environment = Literal["dev", "prod"]

FILES = REPOSITORY / "deploy" / "compose"
REPLICAS = {"auth": 1, "users": 1, "tiles": 2, "frontend": 1}
"""Processes that serve HTTP, until `scale` changes the number."""


def programs_of(service: str) -> list[str]:
    """Name what runs of a service, as the compose files do: its worker, if any, and what serves HTTP."""
    return [web_of(service)] if service == "frontend" else [f"{service}-worker", web_of(service)]


def web_of(service: str) -> str:
    """Name what serves HTTP of a service, as the compose files do."""
    return service if service == "frontend" else f"{service}-web"


class Project:
    """Development or production on the engine that `docker` uses.

    `environ` holds its settings, of which those in `faults` are not used: a start is refused with them.
    """

    def __init__(
        self, env: Environment, environ: Mapping[str, str], versions: Mapping[str, str] | None = None
    ) -> None:
        self.env = env
        self.faults = find_faults(env, environ)
        self.environ = without_faults(environ, self.faults)
        self.settings = read_stack(env, self.environ)
        self.name = self.settings.project or f"tessera-{env}"
        self.host = self.settings.host
        self.listens = listens_of(env, self.environ)
        if self.tls == "outside":
            del self.listens["prod-https"]
        self.ports = {name: listen.number for name, listen in self.listens.items()}
        self.external = ExternalServers.from_environ(self.environ, authority="/run/secrets/data_ca")
        self.var = StateDir(StateDir.from_environ(environ).root / "compose" / env)
        self.own_version = self.settings.version or env
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
    def tls(self) -> Literal["acme", "own", "outside"]:
        """Who ends TLS: the gateway, by a certificate of Let's Encrypt or another, or a proxy in front."""
        if self.env == "dev":
            return "own"
        return self.settings.tls or ("acme" if self.settings.acme_email else "own")

    @property
    def renews_certificate(self) -> bool:
        """Whether a container renews the gateway's certificate; each start does it in development, too."""
        return self.env == "prod" and self.tls == "own"

    @property
    def urls(self) -> list[str]:
        """Where the gateway answers, in order."""
        return [self.http_url] if self.tls == "outside" else [self.http_url, self.https_url]

    @property
    def url(self) -> str:
        """The gateway's own URL for requests: HTTPS in production unless TLS ends outside, else HTTP."""
        return self.http_url if self.env == "dev" or self.tls == "outside" else self.https_url

    @property
    def public_url(self) -> str:
        """Where people reach the site: what the operator says, or `url`."""
        return read_public_url(self.environ) or self.url

    def refuse_faults(self) -> None:
        """Raise DeployError when a setting cannot be used; whatever changes the stack demands that."""
        if self.faults:
            raise DeployError("\n".join(f"{fault.cause}\n    fix: {fault.fix}" for fault in self.faults))

    @property
    def keeps_mail(self) -> bool:
        """Whether mail is written to the state folder: in development, and in production if chosen."""
        return self.env == "dev" or self.settings.mail == "keep"

    @property
    def lacks_mail(self) -> bool:
        """Whether no setting says where mail goes: then users could not confirm an address."""
        return not self.keeps_mail and not self.environ.get("AUTH_SMTP_URL")

    def image(self, service: str) -> str:
        """Return the image of a service, or of its version that was rolled out."""
        return f"{self.settings.images}/{service}:{self.versions[service]}"

    @property
    def replicas(self) -> dict[str, int]:
        """The number of processes of each service that serve HTTP."""
        chosen = self._replicas_file
        return REPLICAS | (json.loads(chosen.read_text()) if chosen.exists() else {})

    def choose_replicas(self, service: str, number: int) -> None:
        """Use that number for this and every later start."""
        self._replicas_file.write_text(json.dumps(self.replicas | {service: number}))

    @property
    def _replicas_file(self) -> Path:
        return self.var.root / "replicas.json"

    @property
    def versions(self) -> dict[str, str]:
        """The tag of each service's image: the version that was rolled out, else `own_version`."""
        if self._versions is not None:
            return dict(self._versions)
        kept = json.loads(self._versions_file.read_text()) if self._versions_file.exists() else {}
        return {service: kept.get(service, self.own_version) for service in REPLICAS}

    def at(self, versions: Mapping[str, str]) -> Project:
        """Return the same stack with other versions of some services; `keep_versions` keeps them."""
        return Project(self.env, self.environ, {**self.versions, **versions})

    def keep_versions(self) -> None:
        """Use these versions for this and every later start."""
        rolled_out = {name: tag for name, tag in self.versions.items() if tag != self.own_version}
        self._versions_file.write_text(json.dumps(rolled_out))

    @property
    def _versions_file(self) -> Path:
        return self.var.root / "versions.json"

    def environment(self) -> dict[str, str]:
        """Build the variables that the compose files and `docker` itself read."""
        ports = {
            f"TESSERA_PORT_{name.upper().replace('-', '_')}": str(one) for name, one in self.listens.items()
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
            "COMPOSE_PROFILES": ",".join(self._profiles),
            "TESSERA_VERSION": self.own_version,
            "TESSERA_PUBLIC_URL": self.public_url,
            "TESSERA_STATE": str(self.var.root),
            "TESSERA_USER": f"{os.getuid()}:{os.getgid()}",
            "TESSERA_GATEWAY_DIGEST": self._gateway_digest(),
        }

    def _gateway_digest(self) -> str:
        """Hash what the gateway reads only at its start: Compose ignores changes of mounted files."""
        files = [self.var.root / "gateway" / "traefik.yml"]
        files += sorted((REPOSITORY / "gateway" / "dynamic").iterdir())
        return hashlib.sha256(b"".join(file.read_bytes() for file in files if file.exists())).hexdigest()[:16]

    @property
    def _profiles(self) -> list[str]:
        own = {
            "postgres": not self.external.databases,
            "rabbitmq": not self.external.brokers,
            # Needs the superuser of PostgreSQL.
            "scheduled": self.env == "prod" and not self.external.databases,
            "certificates": self.renews_certificate,
        }
        return [profile for profile, is_own in own.items() if is_own]

    def command(self, *arguments: str) -> list[str]:
        """Build a call of `docker compose` with this environment's files."""
        names = ["base.yml", f"{self.env}.yml"]
        names += ["https.yml"] if self.env == "prod" and self.tls != "outside" else []
        names += ["external.yml"] if self.external.databases or self.external.brokers else []
        names += ["kept-mail.yml"] if self.keeps_mail else []
        return ["docker", "compose", *(f"--file={FILES / name}" for name in names), *arguments]

    def compose(self, *arguments: str, log: Path | None = None) -> str:
        """Run `docker compose` to its end and return what it printed; `log` is a file for its output.

        Raises DeployError with the end of its output when it fails, and when there is no `docker`.
        """
        command = self.command(f"--progress={'plain' if log else 'quiet'}", *arguments)
        return self._run(command, f"compose {arguments[0]}", log)

    def docker(self, *arguments: str) -> str:
        """Run `docker` to its end and return what it printed. Raises DeployError as `compose` does."""
        return self._run(["docker", *arguments], arguments[0])

    def _run(self, command: list[str], name: str, log: Path | None = None) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - our own arguments, no shell
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
        """Return the compose files as Compose merges them."""
        config: dict[str, Any] = json.loads(self.compose("config", "--format=json"))
        return config

    def running(self, service: str) -> int:
        """Count the running containers of that service of the compose files."""
        return len(self.compose("ps", "--quiet", service).split())

    def containers(self) -> list[dict[str, Any]]:
        """List the containers like `docker compose ps`: Service, Name, State, Health, ExitCode ..."""
        return [json.loads(line) for line in self.compose("ps", "--all", "--format=json").splitlines()]


def _url(scheme: str, host: str, port: int, usual: int) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{'' if port == usual else f':{port}'}"
