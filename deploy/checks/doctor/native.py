"""The facts of a stack that `make run` started: asked of this machine, of the gateway and of the parts.

Nothing here changes anything, and nothing waits longer than SECONDS.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import psutil

from deploy.checks.doctor import logs
from deploy.checks.doctor.asking import ask, ask_routes, ask_traefik
from deploy.checks.doctor.broker import ask_broker
from deploy.checks.doctor.database import ask_databases
from deploy.checks.doctor.facts import (
    Alarms,
    Broker,
    Certificate,
    Containers,
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
    Run,
    Secrets,
    Traffic,
)
from deploy.checks.findings import SECONDS, Sources
from deploy.stack.ports import Holder, Port, listeners, port_map, ports_of
from deploy.stack.programs import PROGRAMS, SERVICES, Program, secret_files
from deploy.stack.state_dir import StateDir

_ENDED = re.compile(r"(\S+) (\S+) ended \((.+)\); starting it again in ")


@dataclass(frozen=True)
class Native:
    """One state folder, with the ports of the run in it: those of its supervisor, else of `environ`."""

    var: StateDir
    environ: Mapping[str, str]
    ports: Mapping[str, int]
    supervisor: int | None

    hosts: ClassVar = ("localhost", "127.0.0.1", "::1")

    @classmethod
    def found(cls, environ: Mapping[str, str]) -> Native:
        """The run in the state folder that `environ` names. Raises DeployError when a port is none."""
        var = StateDir.from_environ(environ)
        supervisor = _supervisor(var)
        if supervisor:
            with suppress(psutil.Error):
                environ = psutil.Process(supervisor).environ()
        return cls(var, environ, ports_of("native", environ), supervisor)

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.ports['gateway']}"

    def sources(self) -> Sources:
        """Who finds out which fact."""
        return {
            Run: self.run,
            Engine: Engine,
            Containers: Containers,
            Certificate: lambda: Certificate("", None, None),
            Machine: lambda: machine(self.var.root),
            Listeners: self.listeners,
            Secrets: lambda: Secrets(unusable_secrets(self.var)),
            Gateway: self.gateway,
            Probes: lambda: ask_routes(self.url),
            Processes: self.processes,
            Databases: self.databases,
            Broker: self.broker,
            Alarms: self.alarms,
            Traffic: self.traffic,
        }

    def run(self) -> Run:
        """Whether it runs, and what ended in the last minute."""
        return Run(
            stack=f"the stack in {self.var.root}",
            state=str(self.var.root),
            running=self.supervisor is not None,
            start="make run",
            tell_gateway="restart, so that the gateway is told again: make run",
            doctor="python -m deploy doctor",
            dead_letters=lambda queue: (
                f"python -m deploy dead-letters {queue}; once the cause is gone, with --replay"
            ),
            log=self.show_log,
            wake=lambda one: f"kill -CONT {one.removeprefix('pid ')}",
            restart=lambda one: f"kill -9 {one.removeprefix('pid ')}; it is started again",
            ends=tuple(self._ends(datetime.now(UTC) - timedelta(minutes=1))),
        )

    def show_log(self, name: str) -> str:
        """The command that shows the end of that process's log."""
        return f"tail -n 20 {self.var.log(name)}"

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
        ping, routers, backends = ask_traefik(f"http://127.0.0.1:{self.ports['gateway-admin']}")
        return Gateway(
            id=self._id("gateway"),
            ping=ping,
            routers=routers,
            backends=backends,
            expected={
                service: tuple(
                    f"127.0.0.1:{self.ports[program.name]}"
                    for program in PROGRAMS
                    if program.service == service and program.kind == "web"
                )
                for service in (*SERVICES, "frontend")
            },
            names={f"127.0.0.1:{number}": name for name, number in self.ports.items()},
            complaints=logs.complaints(self._lines("gateway")),
        )

    def processes(self) -> Processes:
        """What the processes of the services say of themselves."""

        def look(program: Program) -> Process:
            base = f"http://127.0.0.1:{self.ports[program.name]}"
            health = ask(f"{base}/health")
            return Process(
                program.name,
                program.service,
                program.kind,
                self._id(program.name),
                self._suspended(program.name) is not None,
                health,
                ask(f"{base}/ready") if health.status else health,
            )

        with ThreadPoolExecutor(len(PROGRAMS)) as threads:
            return Processes(tuple(threads.map(look, PROGRAMS)))

    def databases(self) -> Databases:
        """Each service's database, seen as that service sees it."""
        return Databases(tuple(ask_databases(self._secret_urls("database_url"))), self._suspended("postgres"))

    def broker(self) -> Broker:
        """The broker, seen as each service sees it."""
        return ask_broker(self._secret_urls("broker_url"), self._suspended("rabbitmq"))

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
        failed = (
            failure
            for program in PROGRAMS
            for failure in logs.failures(program.name, self._lines(program.name))
        )
        return Traffic.lately(logs.requests(self._lines("gateway-access")), failed)

    def said_of(self, request_id: str) -> list[logs.Line]:
        """Lines of all services' logs that carry that request's id, the oldest first."""
        found = [
            line
            for program in PROGRAMS
            for line in self._lines(program.name)
            if line.get("request_id") == request_id
        ]
        return sorted(found, key=lambda line: str(line.get("timestamp")))

    def request(self, request_id: str) -> logs.Request | None:
        """That request in the gateway's log, of this run or of the one before."""
        log = self.var.log("gateway-access")
        for path in (log, log.with_suffix(".log.1")):
            lines = logs.parse(logs.tail(path))
            found = [request for request in logs.requests(lines) if request.request_id == request_id]
            if found:
                return found[-1]  # the client may use an id twice
        return None

    def _lines(self, name: str) -> list[logs.Line]:
        return logs.parse(logs.tail(self.var.log(name)))

    def _pid(self, name: str) -> int | None:
        """Its process id, when it lives."""
        try:
            pid = int(self.var.pid_file(name).read_text().split()[0])
            return pid if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None

    def _id(self, name: str) -> str | None:
        pid = self._pid(name)
        return f"pid {pid}" if pid else None

    def _suspended(self, name: str) -> str | None:
        """Its id when SIGSTOP stopped it."""
        pid = self._pid(name)
        with suppress(psutil.Error):
            if pid and psutil.Process(pid).status() == psutil.STATUS_STOPPED:
                return f"pid {pid}"
        return None

    def is_ours(self, holder: Holder | None) -> bool:
        """Whether that process was started for this state folder."""
        if holder is None or holder.pid is None:
            return False
        try:
            return psutil.Process(holder.pid).environ().get("TESSERA_VAR") == str(self.var.root)
        except psutil.Error:
            return False

    def _ends(self, since: datetime) -> Iterator[Ends]:
        how: dict[str, list[str]] = defaultdict(list)
        for line in logs.tail(self.var.log("supervisor")).splitlines():
            match = _ENDED.match(line)
            if match and datetime.fromisoformat(match[1]) >= since:
                how[match[2]].append(match[3])
        for name, ways in how.items():
            yield Ends(name, len(ways), frozenset(ways), "in the last minute")

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
        newest=f"files in {root}",
        ahead=newest - time.time(),
    )


def unusable_secrets(var: StateDir) -> tuple[str, ...]:
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


def _supervisor(var: StateDir) -> int | None:
    """The process that holds the lock of the state folder, as it wrote there itself."""
    with suppress(OSError, psutil.Error):
        match = re.match(r"pid (\d+)", (var.root / "run" / "lock").read_text())
        if match:
            process = psutil.Process(int(match[1]))
            if "deploy" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                return process.pid
    return None
