"""The facts of a stack that `make up` started: asked of the engine, the gateway and inside the containers.

Nothing here changes anything, publishes anything or waits longer than SECONDS. What no port leads to is asked
through programs that the images have (engine.tunnel).
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509

from deploy.checks.doctor import logs
from deploy.checks.doctor.asking import HTTP_SECONDS, ask, ask_routes, ask_traefik
from deploy.checks.doctor.broker import ask_broker
from deploy.checks.doctor.database import ask_databases
from deploy.checks.doctor.facts import (
    Alarms,
    Answer,
    Backend,
    Broker,
    Certificate,
    Container,
    Containers,
    Database,
    Databases,
    Ends,
    Engine,
    Gateway,
    Listener,
    Listeners,
    Machine,
    Probes,
    Process,
    Processes,
    Router,
    Run,
    Secrets,
    Traffic,
)
from deploy.checks.doctor.native import machine
from deploy.checks.findings import Sources
from deploy.stack import engine
from deploy.stack.compose.project import Environment, Project
from deploy.stack.errors import DeployError
from deploy.stack.ports import listeners, port_map
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import state_folder

INSIDE = Path(__file__).with_name("inside.py")
DATA = "/var/lib/postgresql/data"
HTTP_PORT, POSTGRES_PORT, AMQP_PORT, METRICS_PORT, ADMIN_PORT = 8000, 5432, 5672, 15692, 8080
LATELY = 60.0  # seconds; a container that was started again before is no longer in a loop
_ALARMS = {"memory_used_watermark": "memory", "free_disk_space_watermark": "disk"}


@dataclass(frozen=True)
class Seen:
    """One container as `docker inspect` tells it."""

    told: Mapping[str, Any]

    @property
    def full_name(self) -> str:
        """As `docker` knows it."""
        return str(self.told["Name"]).removeprefix("/")

    @property
    def service(self) -> str:
        """Of the compose files."""
        return str(self.told["Config"]["Labels"].get(engine.SERVICE, ""))

    @property
    def name(self) -> str:
        """Service and number, like tiles-web-1."""
        return f"{self.service}-{self.told['Config']['Labels'].get(engine.NUMBER, '1')}"

    @property
    def state(self) -> Mapping[str, Any]:
        """What the engine says of its process."""
        found: Mapping[str, Any] = self.told["State"]
        return found

    @property
    def runs(self) -> bool:
        """Whether its process is there, paused or not."""
        return self.state["Status"] in ("running", "paused")

    @property
    def paused(self) -> bool:
        """Whether it was stopped without being ended."""
        return bool(self.state["Status"] == "paused")

    @property
    def id(self) -> str | None:
        """What the doctor calls it, None when it does not run."""
        return f"container {self.full_name}" if self.runs else None

    @property
    def started(self) -> datetime:
        """When its process was started last."""
        # Nanoseconds are more than fromisoformat of Python 3.11 reads.
        return datetime.fromisoformat(re.sub(r"\.\d+", "", self.state["StartedAt"]))

    @property
    def is_young(self) -> bool:
        """Whether it was started within the last minute."""
        return time.time() - self.started.timestamp() < LATELY

    @property
    def networks(self) -> Mapping[str, str]:
        """Its addresses by network."""
        return {name: one["IPAddress"] for name, one in self.told["NetworkSettings"]["Networks"].items()}

    @property
    def published(self) -> set[int]:
        """Ports of the engine's machine that lead to it."""
        mappings = self.told["NetworkSettings"]["Ports"] or {}
        return {int(one["HostPort"]) for outside in mappings.values() for one in outside or ()}


class Composed:
    """One stack under Compose, as it is when this is made."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.url = project.url
        self.hosts = (project.host, "localhost", "127.0.0.1", "::1")
        self.var = project.var
        # Asked at once, and waited for by each fact that needs it, which is unknown when this fails.
        self._threads = ThreadPoolExecutor(3)
        self._containers = self._threads.submit(lambda: list(map(Seen, engine.containers(project.name))))
        self._files = self._threads.submit(project.merged)
        self._insides = self._threads.submit(self._look_inside)

    @classmethod
    def found(cls, env: Environment, environ: Mapping[str, str]) -> Composed:
        """The stack of that environment. Raises DeployError when none was ever started here."""
        state = state_folder(environ) / "compose" / env
        if not state.exists():
            raise DeployError(f"no stack was started in {state} yet; fix: {_start(env)}")
        return cls(Project(env, environ))

    def sources(self) -> Sources:
        """Who finds out which fact."""
        return {
            Run: self.run,
            Engine: self.engine,
            Containers: self.containers,
            Machine: self.machine,
            Listeners: self.listeners,
            Secrets: self.secrets,
            Certificate: lambda: certificate_of(self.project.https_url),
            Gateway: self.gateway,
            Probes: lambda: ask_routes(self.url),
            Processes: self.processes,
            Databases: self.databases,
            Broker: self.broker,
            Alarms: self.alarms,
            Traffic: self.traffic,
        }

    def run(self) -> Run:
        """Whether it runs, and what was started again lately."""
        env, name = self.project.env, self.project.name
        seen = self._containers.result()
        return Run(
            stack=f"the Compose project {name}",
            state=str(self.var.root),
            running=any(one.runs or one.state["Restarting"] for one in seen),
            start=_start(env),
            tell_gateway=f"repair the labels in deploy/compose/base.yml, then {_start(env)}",
            doctor=f"python -m deploy doctor --env {env}",
            dead_letters=lambda queue: (
                f"docker exec {name}-{queue.partition('.')[0]}-worker-1 "
                f"python -m services.{queue.partition('.')[0]} dead-letters list {queue}; "
                "once the cause is gone, replay instead of list"
            ),
            log=self.show_log,
            wake=lambda one: f"docker unpause {one.removeprefix('container ')}",
            restart=lambda one: f"docker restart {one.removeprefix('container ')}",
            ends=tuple(_ends(seen)),
        )

    def engine(self) -> Engine:
        """Whether it answers."""
        try:
            self._containers.result()
        except DeployError as error:
            return Engine(str(error))
        return Engine()

    def show_log(self, name: str) -> str:
        """The command that shows the end of the log of a container or of a service's first one."""
        known = {one.name: one.full_name for one in self._containers.result()}
        return f"docker logs --tail=20 {known.get(name) or known.get(f'{name}-1') or name}"

    def containers(self) -> Containers:
        """Each container of the compose files, and what is wrong with it."""
        seen, files = self._containers.result(), self._files.result()
        insides: Mapping[str, Any] = {}
        with suppress(engine.Slow):  # the processes are unknown then, their containers are not
            insides = self._insides.result()
        networks = {key: one["name"] for key, one in files["networks"].items()}
        found = []
        for one in seen:
            meant = files["services"].get(one.service)
            if meant is None:
                continue
            inside = insides.get(one.name, {})
            found.append(
                Container(
                    one.name,
                    one.service,
                    one.state["Status"],
                    one.state["ExitCode"],
                    one.state["Error"],
                    # A long life may have lost one of its processes long ago.
                    bool(one.state["OOMKilled"] or (one.is_young and inside.get("killed_for_memory"))),
                    one.told["HostConfig"]["Memory"],
                    tuple(networks[key] for key in meant["networks"] if networks[key] not in one.networks)
                    if one.runs
                    else (),
                    tuple(sorted(set(self.project.ports.values()) - one.published))
                    if one.service == "gateway" and one.runs
                    else (),
                    _only_loopback(inside.get("listening", ())),
                )
            )
        for service, meant in files["services"].items():
            there = sum(one.service == service for one in seen)
            if meant.get("restart") != "no":  # those that run once may have been cleaned up
                wanted = meant.get("deploy", {}).get("replicas") or 1
                found += [
                    Container(f"{service}-{number + 1}", service, "missing")
                    for number in range(there, wanted)
                ]
        return Containers(self.project.name, tuple(found))

    def machine(self) -> Machine:
        """Disk, memory and clock of the engine's machine, as a container sees them."""
        seen = self._containers.result()
        asked = next((one for one in seen if one.service == "postgres" and _answers(one)), None)
        path = DATA if asked else "/"
        asked = asked or next((one for one in seen if one.service == "gateway" and _answers(one)), None)
        if not asked:
            return machine(self.var.root)
        script = f"df -Pk {path}; cat /proc/meminfo; date +%s"
        said = engine.docker("exec", asked.full_name, "sh", "-c", script)
        lines = said.splitlines()
        available = re.search(r"^MemAvailable: *(\d+) kB", said, re.MULTILINE)
        return Machine(
            disk_free=int(lines[1].split()[3]) * 1024,
            disk_path=f"{asked.name}:{path}",
            memory_available=int(available[1]) * 1024 if available else 0,
            newest="containers",
            ahead=max(one.started.timestamp() for one in seen) - int(lines[-1]),
        )

    def listeners(self) -> Listeners:
        """Who holds the published ports."""
        ours = {one.full_name for one in self._containers.result()}
        held = {**(listeners() if engine.is_local() else {}), **engine.published()}
        found = []
        for port in port_map():
            if port.way == self.project.env:
                number = self.project.ports[port.name]
                holder = held.get(number)
                is_ours = holder is not None and holder.container in ours
                found.append(Listener(port.name, number, port.env, holder, is_ours))
        return Listeners(tuple(found))

    def secrets(self) -> Secrets:
        """Files that containers are given as secrets."""
        unusable = []
        for secret in self._files.result()["secrets"].values():
            path = Path(secret["file"])
            try:
                if not path.read_text().strip():
                    unusable.append(f"{path} is empty")
            except OSError as error:
                unusable.append(f"{path}: {error.strerror}")
        return Secrets(tuple(unusable))

    def gateway(self) -> Gateway:
        """What the gateway says of itself, asked in its container."""
        seen = self._containers.result()
        gateway = next((one for one in seen if one.service == "gateway"), None)
        ping = Answer(0, error="refused")
        routers: tuple[Router, ...] = ()
        backends: tuple[Backend, ...] = ()
        complaints: tuple[str, ...] = ()
        if gateway and gateway.paused:
            ping = Answer(0, error="timeout")
        elif gateway and gateway.runs:
            with engine.tunnel(gateway.full_name, engine.nc_relay(ADMIN_PORT)) as port:
                ping, routers, backends = ask_traefik(f"http://127.0.0.1:{port}")
            if not routers:
                until = (gateway.started + timedelta(seconds=5)).isoformat()
                start = engine.log(
                    gateway.full_name, f"--since={gateway.state['StartedAt']}", f"--until={until}"
                )
                complaints = logs.complaints(logs.parse(start))
        edge = f"{self.project.name}_edge"
        return Gateway(
            id=gateway.id if gateway else None,
            ping=ping,
            routers=routers,
            backends=backends,
            expected={
                service: tuple(
                    f"{one.networks[edge]}:{HTTP_PORT}"
                    for one in seen
                    if one.service in (f"{service}-web", service) and one.runs and edge in one.networks
                )
                for service in (*SERVICES, "frontend")
            },
            names={
                f"{address}:{port}": one.name
                for one in seen
                for port in (HTTP_PORT, POSTGRES_PORT, AMQP_PORT)
                for address in one.networks.values()
                if port == {"postgres": POSTGRES_PORT, "rabbitmq": AMQP_PORT}.get(one.service, HTTP_PORT)
            },
            complaints=complaints,
        )

    def processes(self) -> Processes:
        """What the processes of the services say of themselves, each asked in its own container."""
        insides = self._insides.result()
        found = []
        for container in self.containers().all:
            service, kind = _process(container.service)
            if service:
                runs = container.state in ("running", "paused")
                inside = insides.get(container.name, {})
                silent = Answer(0, error="timeout" if runs else "refused")
                found.append(
                    Process(
                        container.name,
                        service,
                        kind,
                        f"container {self.project.name}-{container.name}" if runs else None,
                        container.state == "paused",
                        Answer(**inside["health"]) if inside else silent,
                        Answer(**inside["ready"]) if inside else silent,
                    )
                )
        return Processes(tuple(found))

    def databases(self) -> Databases:
        """Each service's database, seen with that service's own role."""
        postgres = self._one("postgres")
        address = f"postgres:{POSTGRES_PORT}"
        if postgres is None or not _answers(postgres):
            trouble: Any = "timeout" if postgres and postgres.paused else "refused"
            return Databases(
                tuple(Database(service, address, trouble, "") for service in SERVICES),
                postgres.id if postgres else None,
            )
        with engine.tunnel(postgres.full_name, engine.bash_relay(POSTGRES_PORT)) as port:
            asked = ask_databases(self._urls("database_url", port))
        return Databases(
            tuple(
                replace(
                    one,
                    address=address,
                    # Whoever is refused inside is hung up on here.
                    trouble="refused" if "closed the connection unexpectedly" in one.said else one.trouble,
                )
                for one in asked
            )
        )

    def broker(self) -> Broker:
        """The broker, seen with each service's own user."""
        rabbitmq = self._one("rabbitmq")
        address = f"rabbitmq:{AMQP_PORT}"
        if rabbitmq is None or not _answers(rabbitmq):
            trouble: Any = ("timeout" if rabbitmq and rabbitmq.paused else "refused", "")
            return Broker(address, dict.fromkeys(SERVICES, trouble), (), rabbitmq.id if rabbitmq else None)
        with engine.tunnel(rabbitmq.full_name, engine.bash_relay(AMQP_PORT)) as port:
            asked = ask_broker(self._urls("broker_url", port), None)
        return replace(
            asked,
            address=address,
            trouble={
                service: ("refused", said) if "connection unexpectedly closed" in said else (kind, said)
                for service, (kind, said) in asked.trouble.items()
            },
        )

    def alarms(self) -> Alarms:
        """Alarms, from the broker's own metrics; none of one that does not run."""
        rabbitmq = self._one("rabbitmq")
        if rabbitmq is None or not _answers(rabbitmq):
            return Alarms(())
        with engine.tunnel(rabbitmq.full_name, engine.bash_relay(METRICS_PORT)) as port:
            metrics = ask(f"http://127.0.0.1:{port}/metrics").body
        in_force = re.findall(r"^rabbitmq_alarms_(\w+)(?:\{\})? 1$", metrics, re.MULTILINE)
        return Alarms(tuple(_ALARMS[name] for name in in_force if name in _ALARMS))

    def traffic(self) -> Traffic:
        """What happened to requests in the last minutes."""
        lines = self._logs(f"--since={logs.MINUTES}m", "--tail=20000")
        requests = logs.requests(line for name, line in lines if name.startswith("gateway-"))
        by_process: dict[str, list[logs.Line]] = {}
        for name, line in lines:
            by_process.setdefault(name, []).append(line)
        failed = (one for name, said in by_process.items() for one in logs.failures(name, said))
        return Traffic.lately(requests, failed)

    def said_of(self, request_id: str) -> list[logs.Line]:
        """Lines of all services' logs that carry that request's id, the oldest first."""
        found = [line for _, line in self._logs("--tail=50000") if line.get("request_id") == request_id]
        return sorted(found, key=lambda line: str(line.get("timestamp")))

    def request(self, request_id: str) -> logs.Request | None:
        """That request in the gateway's log."""
        gateway = self._one("gateway")
        lines = logs.parse(engine.log(gateway.full_name, "--tail=50000")) if gateway else []
        found = [one for one in logs.requests(lines) if one.request_id == request_id]
        return found[-1] if found else None  # the client may use an id twice

    def _one(self, service: str) -> Seen | None:
        """The container of a service that has only one."""
        return next((one for one in self._containers.result() if one.service == service), None)

    def _urls(self, setting: str, port: int) -> dict[str, str]:
        """Of each service's secret, leading through a tunnel; those that are missing secret-missing tells."""
        found = {}
        for service in SERVICES:
            path = self.var.root / "secrets" / f"{service}_{setting}"
            if path.exists():
                parts = urlsplit(path.read_text().strip())
                login = parts.netloc.rpartition("@")[0]
                found[service] = parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
        return found

    def _logs(self, *options: str) -> list[tuple[str, logs.Line]]:
        """Lines of the gateway's and all services' containers, with whose they are."""
        wanted = [
            one for one in self._containers.result() if one.service == "gateway" or _process(one.service)[0]
        ]
        with ThreadPoolExecutor(8) as threads:
            said = threads.map(lambda one: engine.log(one.full_name, *options), wanted)
        return [(one.name, line) for one, text in zip(wanted, said, strict=True) for line in logs.parse(text)]

    def _look_inside(self) -> dict[str, dict[str, Any]]:
        """What INSIDE prints in each container of a service that runs, by its name."""
        script = INSIDE.read_text()
        wanted = [one for one in self._containers.result() if _process(one.service)[0] and _answers(one)]

        def look(one: Seen) -> dict[str, Any]:
            try:
                run = ("exec", "--interactive", one.full_name, "python", "-S", "-")
                found: dict[str, Any] = json.loads(engine.docker(*run, stdin=script))
            except engine.Slow:
                raise
            except (DeployError, ValueError):  # it ended meanwhile, or has no Python any more
                return {}
            return found

        with ThreadPoolExecutor(max(1, len(wanted))) as threads:
            return {
                one.name: found for one, found in zip(wanted, threads.map(look, wanted), strict=True) if found
            }


def certificate_of(url: str) -> Certificate:
    """The certificate that clients of that address are shown, trusted or not."""
    parts = urlsplit(url)
    try:
        pem = ssl.get_server_certificate((parts.hostname or "", parts.port or 443), timeout=HTTP_SECONDS)
    except OSError:
        return Certificate(url, None, None)
    shown = x509.load_pem_x509_certificate(pem.encode())
    return Certificate(url, shown.not_valid_before_utc, shown.not_valid_after_utc)


def _start(env: str) -> str:
    return "make up" if env == "dev" else f"make up ENV={env}"


def _answers(one: Seen) -> bool:
    return one.runs and not one.paused


def _process(service: str) -> tuple[str, str]:
    """Service and kind of a service of the compose files; empty for parts and for migrations."""
    name, _, kind = service.rpartition("-")
    if service == "frontend":
        return "frontend", "web"
    return (name, kind) if name in SERVICES and kind in ("web", "worker") else ("", "")


def _only_loopback(addresses: Any) -> str:
    """Where a process listens when it listens, but at no address that others reach."""
    loopback = [one for one in addresses if one.startswith("127.") or one == "::1"]
    return f"{loopback[0]}:{HTTP_PORT}" if loopback and len(loopback) == len(addresses) else ""


def _ends(seen: list[Seen]) -> Iterator[Ends]:
    for one in seen:
        if one.told["RestartCount"] and (one.state["Restarting"] or one.is_young):
            status = one.state["ExitCode"]
            how = f"signal {status - 128}" if status > 128 else f"status {status}"
            yield Ends(one.name, one.told["RestartCount"], frozenset((how,)), "since its container was made")
