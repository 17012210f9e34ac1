"""The facts of a stack that `make run` started: asked of this machine, of the gateway and of the parts.

Nothing here changes anything, and nothing waits longer than SECONDS.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

from deploy.doctor import logs
from deploy.doctor.broker import ask_broker
from deploy.doctor.database import ask_databases
from deploy.doctor.facts import (
    Alarms,
    Answer,
    Backend,
    Broker,
    Databases,
    Ended,
    Failure,
    Gateway,
    Listener,
    Listeners,
    Machine,
    Probe,
    Probes,
    Process,
    Processes,
    Router,
    Run,
    Secrets,
    Traffic,
)
from deploy.findings import Sources
from deploy.ports import Holder, Port, listeners, port_map, ports_of
from deploy.probes import PROBES
from deploy.run.processes import PROGRAMS, SERVICES, Program, secret_files
from deploy.var import REPOSITORY, Var

HTTP_SECONDS = 1.5
SECONDS = 3.5
MINUTES = 5  # how far back failures of requests are looked for
_ENDED = re.compile(r"(\S+) (\S+) ended \((.+)\); starting it again in ")


@dataclass(frozen=True)
class Native:
    """One state folder, with the ports of the run in it: those of its supervisor, else of `environ`."""

    var: Var
    environ: Mapping[str, str]
    ports: Mapping[str, int]
    supervisor: int | None

    @classmethod
    def found(cls, environ: Mapping[str, str]) -> Native:
        """The run in the state folder that `environ` names. Raises DeployError when a port is none."""
        var = Var.from_environ(environ)
        supervisor = _supervisor(var)
        if supervisor:
            with suppress(psutil.Error):
                environ = psutil.Process(supervisor).environ()
        return cls(var, environ, ports_of("native", environ), supervisor)

    def sources(self) -> Sources:
        """Who finds out which fact."""
        return {
            Run: self.run,
            Machine: lambda: machine(self.var.root),
            Listeners: self.listeners,
            Secrets: lambda: Secrets(unusable_secrets(self.var)),
            Gateway: self.gateway,
            Probes: self.probes,
            Processes: self.processes,
            Databases: self.databases,
            Broker: self.broker,
            Alarms: self.alarms,
            Traffic: self.traffic,
        }

    def run(self) -> Run:
        """Whether it runs, and what ended in the last minute."""
        since = datetime.now(UTC) - timedelta(minutes=1)
        show_log = f"tail -n 20 {self.var.root}/log/{{}}.log"
        return Run(str(self.var.root), self.supervisor, "make run", show_log, tuple(self._ended(since)))

    def needed_ports(self) -> list[Port]:
        """The ports of this run; a PostgreSQL of the operator's has its own."""
        external = bool(self.environ.get("AUTH_DATABASE_URL"))
        return [
            port for port in port_map() if port.way == "native" and not (external and port.name == "postgres")
        ]

    def listeners(self) -> Listeners:
        """Who listens on each port of this run."""
        held = listeners()
        found = []
        for port in self.needed_ports():
            number = self.ports[port.name]
            holder = held.get(number)
            found.append(Listener(port.name, number, port.env, holder, self.is_ours(holder)))
        return Listeners(tuple(found))

    def gateway(self) -> Gateway:
        """What the gateway says of itself."""
        admin = self.ports["gateway-admin"]
        ping = ask(admin, "/ping")
        routers, services = (
            _parsed(ask(admin, f"/api/http/{what}?per_page=1000")) if ping.status else []
            for what in ("routers", "services")
        )
        return Gateway(
            pid=self._pid("gateway"),
            ping=ping,
            routers=tuple(
                Router(one["name"], one["status"] == "enabled", tuple(one.get("error", ())))
                for one in routers
                if one["provider"] == "file"
            ),
            backends=tuple(_backends(services)),
            expected={
                service: tuple(
                    f"127.0.0.1:{self.ports[program.name]}"
                    for program in PROGRAMS
                    if program.service == service and program.kind == "web"
                )
                for service in (*SERVICES, "web")
            },
            complaints=tuple(
                str(line.get("error") or line.get("message"))
                for line in logs.lines(self.var.log("gateway"))
                if line.get("level") in ("error", "fatal")
            ),
        )

    def probes(self) -> Probes:
        """Every route, asked through the gateway, at the same time as everything else is."""
        with ThreadPoolExecutor(len(PROBES)) as threads:
            answers = threads.map(lambda probe: ask(self.ports["gateway"], probe[0]), PROBES)
        return Probes(
            tuple(Probe(path, service, one) for (path, service), one in zip(PROBES, answers, strict=True))
        )

    def processes(self) -> Processes:
        """What the processes of the services say of themselves."""

        def look(program: Program) -> Process:
            pid, port = self._pid(program.name), self.ports[program.name]
            health = ask(port, "/health")
            return Process(
                program.name,
                program.service,
                program.kind,
                pid,
                pid is not None and bool(_suspended([pid])),
                health,
                ask(port, "/ready") if health.status else health,
            )

        with ThreadPoolExecutor(len(PROGRAMS)) as threads:
            return Processes(tuple(threads.map(look, PROGRAMS)))

    def databases(self) -> Databases:
        """Each service's database, seen as that service sees it."""
        pid = self._pid("postgres")
        return Databases(
            tuple(ask_databases(self._secret_urls("database_url"))), _suspended([pid] if pid else [])
        )

    def broker(self) -> Broker:
        """The broker, seen as each service sees it."""
        pid = self._pid("rabbitmq")
        return ask_broker(self._secret_urls("broker_url"), _suspended([pid] if pid else []))

    def alarms(self) -> Alarms:
        """Alarms, by asking the node itself; none of a node that does not run.

        erl_call answers in 10 ms, where rabbitmq-diagnostics starts an Erlang machine (0.4 to 5 s).
        """
        if not (self._pid("rabbitmq") and self._pid("rabbitmq-epmd")):
            return Alarms(())
        data = self.var.root / "rabbitmq"
        done = subprocess.run(  # noqa: S603 - our own node, no shell
            ["erl_call", "-name", (data / "node").read_text(), "-a", "rabbit_alarm get_alarms []"],  # noqa: S607
            env={
                "PATH": self.environ.get("PATH", os.defpath),
                "HOME": str(data),  # holds the Erlang cookie
                "ERL_EPMD_PORT": str(self.ports["rabbitmq-epmd"]),
            },
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS - 1,
        )
        # Each alarm is a tuple, its first part {resource_limit, memory, '<node>'}.
        return Alarms(tuple(re.findall(r"resource_limit,\s*(\w+)", done.stdout)))

    def traffic(self) -> Traffic:
        """What happened to requests in the last minutes."""
        requests = logs.read(self.var.log("gateway-access"), MINUTES)
        since = datetime.now(UTC) - timedelta(minutes=MINUTES)
        return Traffic(
            MINUTES,
            tuple(
                request
                for request in requests
                if not (request.request_id or "").startswith(logs.OWN_REQUESTS)
            ),
            tuple(failure for failure in self.failures() if failure.at >= since),
        )

    def failures(self) -> Iterator[Failure]:
        """Errors that a service did not expect, from the logs of all."""
        for program in PROGRAMS:
            for line in logs.lines(self.var.log(program.name)):
                if "exception" in line and "timestamp" in line:
                    error, where = explain_traceback(line["exception"])
                    yield Failure(
                        datetime.fromisoformat(line["timestamp"]),
                        program.name,
                        line.get("request_id"),
                        error,
                        where,
                    )

    def said_of(self, request_id: str) -> list[dict[str, Any]]:
        """Lines of all services' logs that carry that request's id, the oldest first."""
        found = [
            line
            for program in PROGRAMS
            for line in logs.lines(self.var.log(program.name))
            if line.get("request_id") == request_id
        ]
        return sorted(found, key=lambda line: str(line.get("timestamp")))

    def request(self, request_id: str) -> logs.Request | None:
        """That request in the gateway's log, of this run or of the one before."""
        log = self.var.log("gateway-access")
        for path in (log, log.with_suffix(".log.1")):
            found = [request for request in logs.read(path) if request.request_id == request_id]
            if found:
                return found[-1]  # the client may use an id twice
        return None

    def _pid(self, name: str) -> int | None:
        """Its process id, when it lives."""
        try:
            pid = int(self.var.pid_file(name).read_text().split()[0])
            return pid if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None

    def is_ours(self, holder: Holder | None) -> bool:
        """Whether that process was started for this state folder."""
        if holder is None or holder.pid is None:
            return False
        try:
            return psutil.Process(holder.pid).environ().get("TESSERA_VAR") == str(self.var.root)
        except psutil.Error:
            return False

    def _ended(self, since: datetime) -> Iterator[Ended]:
        with suppress(FileNotFoundError):
            for line in self.var.log("supervisor").read_text(errors="replace").splitlines():
                match = _ENDED.match(line)
                if match and (at := datetime.fromisoformat(match[1])) >= since:
                    yield Ended(match[2], at, match[3])

    def _secret_urls(self, setting: str) -> dict[str, str]:
        """By service; those that are missing are what secret-missing tells."""
        files = {service: self.var.root / "secrets" / f"{service}_{setting}" for service in SERVICES}
        return {service: path.read_text().strip() for service, path in files.items() if path.exists()}


def machine(root: Path) -> Machine:
    """Disk and memory of this machine, and how far into the future its state folder reaches."""
    newest = max((path.stat().st_mtime for path in (root / "log").glob("*")), default=0.0)
    return Machine(
        disk_free=psutil.disk_usage(str(root)).free,
        disk_path=str(root),
        memory_available=psutil.virtual_memory().available,
        ahead=newest - time.time(),
    )


def unusable_secrets(var: Var) -> tuple[str, ...]:
    """Those of the services' secrets that are missing, empty or unreadable."""
    unusable = []
    for name in secret_files():
        path = var.root / "secrets" / name
        try:
            if not path.read_text().strip():
                unusable.append(f"{path} is empty")
        except OSError as error:
            unusable.append(f"{path}: {error.strerror}")
    return tuple(unusable)


def ask(port: int, path: str, request_id: str = f"{logs.OWN_REQUESTS}probe") -> Answer:
    """GET on this machine."""
    connection = HTTPConnection("127.0.0.1", port, timeout=HTTP_SECONDS)
    try:
        connection.request("GET", path, headers={"X-Request-Id": request_id})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        return Answer(response.status, body, response.headers.get("X-Service"))
    except ConnectionRefusedError:
        return Answer(0, error="refused")
    except TimeoutError:
        return Answer(0, error="timeout")
    except (OSError, HTTPException):
        return Answer(0, error="broken")
    finally:
        connection.close()


def explain_traceback(traceback: str) -> tuple[str, str]:
    """The error that a traceback ends with, and the line of a service that led to it."""
    frames = re.findall(r'File "([^"]+)", line (\d+), in (\S+)', traceback)
    after_frames = traceback.rpartition('  File "')[2].splitlines()[1:]
    error = next((line for line in after_frames if line and not line.startswith(" ")), "an error")
    # What shared/ or a library raised, a service asked for.
    own = [frame for frame in frames if "/services/" in frame[0] or "/web/" in frame[0]] or frames
    if not own:
        return error, "an unknown place"
    path, number, function = own[-1]
    return error, f"{path.removeprefix(f'{REPOSITORY}/')}:{number} ({function})"


def _supervisor(var: Var) -> int | None:
    """The process that holds the lock of the state folder, as it wrote there itself."""
    with suppress(OSError, psutil.Error):
        match = re.match(r"pid (\d+)", (var.root / "run" / "lock").read_text())
        if match:
            process = psutil.Process(int(match[1]))
            if "deploy" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                return process.pid
    return None


def _suspended(pids: Sequence[int]) -> tuple[int, ...]:
    with suppress(psutil.Error):
        return tuple(pid for pid in pids if psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    return ()


def _parsed(answer: Answer) -> list[dict[str, Any]]:
    return list(json.loads(answer.body)) if answer.status == 200 else []


def _backends(services: Sequence[dict[str, Any]]) -> Iterator[Backend]:
    """Servers by their check of /ready; those by /health are the same servers."""
    for service in services:
        name, _, provider = str(service["name"]).partition("@")
        if provider == "internal" or not name.endswith("-ready"):
            continue
        status = service.get("serverStatus", {})
        for server in service.get("loadBalancer", {}).get("servers") or ():
            up = status.get(server["url"]) == "UP"
            yield Backend(name.removesuffix("-ready"), urlsplit(server["url"]).netloc, up)
