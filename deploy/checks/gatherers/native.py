"""The facts of a stack that `tessera run` started, read from this machine, the gateway and the parts."""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import psutil
import psycopg2

from deploy.checks.facts import logs
from deploy.checks.facts.broker import Broker, BrokerAlarms, read_broker
from deploy.checks.facts.broker_node import BrokerNode, read_node
from deploy.checks.facts.containers import Certificate, Containers, Engine
from deploy.checks.facts.database import CONNECT_SECONDS, DatabaseStates, read_databases
from deploy.checks.facts.gateway import Gateway, read_traefik
from deploy.checks.facts.machine import Listener, Listeners, Machine, Secrets, read_machine, read_secrets
from deploy.checks.facts.probe_client import http_get
from deploy.checks.facts.processes import ProcessState, ProcessStates
from deploy.checks.facts.run import Ends, Run, operator_commands
from deploy.checks.facts.sessions import Sessions, read_sessions
from deploy.checks.findings import SECONDS
from deploy.stack.command_line import command_line
from deploy.stack.external import ExternalServers
from deploy.stack.front import read_public_url
from deploy.stack.ports import Holder, Port, find_listeners, listens_of, port_map, ports_of
from deploy.stack.programs import PROGRAMS, SERVICES, Program, list_secret_files
from deploy.stack.settings.chosen import Fault, find_faults, without_faults
from deploy.stack.state_dir import StateDir

_ENDED = re.compile(r"(\S+) (\S+) ended \((.+)\); starting it again in ")


@dataclass(frozen=True)
class NativeGatherer:
    """One state folder, with the settings of the run in it: those of its supervisor, else of `environ`.

    `faults` are variables that cannot be used; `environ` is without them.
    """

    var: StateDir
    environ: Mapping[str, str]
    ports: Mapping[str, int]
    supervisor: int | None
    faults: Sequence[Fault] = ()

    hosts: ClassVar = ("localhost", "127.0.0.1", "::1")
    is_behind_nat: ClassVar = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> NativeGatherer:
        """Find the run in the state folder that `environ` names. Raises DeployError if two ports are one."""
        var = StateDir.from_environ(environ)
        supervisor = _find_supervisor(var)
        if supervisor:
            with suppress(psutil.Error):
                environ = psutil.Process(supervisor).environ()
        faults = find_faults("native", environ)
        usable = without_faults(environ, faults)
        return cls(var, usable, ports_of("native", usable), supervisor, faults)

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        listen = listens_of("native", self.environ)["gateway"]
        return f"http://{listen.authority if listen.address else f'127.0.0.1:{listen.number}'}"

    @property
    def public_url(self) -> str:
        """What the operator says."""
        return read_public_url(self.environ)

    @property
    def doctor(self) -> str:
        """The command that examines this stack."""
        return command_line("doctor")

    def run(self) -> Run:
        """Read whether the supervisor runs, and what ended in the last minute."""
        return Run(
            stack=f"the stack in {self.var.root}",
            state=str(self.var.root),
            running=self.supervisor is not None,
            start=command_line("run"),
            repair_routes=command_line("run"),
            doctor=self.doctor,
            show_log=self.show_log,
            end_session="kill {}".format,
            resume=_resume,
            restart=lambda one: f"kill {one.removeprefix('pid ')}",
            ends=tuple(self._ends(datetime.now(UTC) - timedelta(minutes=1))),
            **operator_commands("native"),
        )

    def engine(self) -> Engine:
        """Return no trouble: the stack needs no Docker Engine."""
        return Engine()

    def containers(self) -> Containers:
        """Return none."""
        return Containers()

    def certificate(self) -> Certificate:
        """Return none: the gateway speaks HTTP only."""
        return Certificate("")

    def machine(self) -> Machine:
        """Read this machine."""
        return read_machine(self.var.root)

    def listeners(self) -> Listeners:
        """Read which process holds each port of this run."""
        held = find_listeners()
        found = []
        for port in self.needed_ports():
            number = self.ports[port.name]
            holder = held.get(number)
            found.append(Listener(port.name, number, port.env, holder, self.is_ours(holder)))
        return Listeners(tuple(found))

    def secrets(self) -> Secrets:
        """Read the files that the services read."""
        return read_secrets(self.var.root / "secrets" / name for name in list_secret_files())

    def gateway(self) -> Gateway:
        """Ask the gateway at its own entrypoint."""
        return Gateway(
            id=self._id("gateway"),
            traefik=read_traefik(f"http://127.0.0.1:{self.ports['gateway-admin']}"),
            expected={
                service: tuple(
                    f"127.0.0.1:{self.ports[program.name]}"
                    for program in PROGRAMS
                    if program.service == service and program.kind == "web"
                )
                for service in (*SERVICES, "frontend")
            },
            names={f"127.0.0.1:{number}": name for name, number in self.ports.items()},
            errors=logs.find_errors(self._lines("gateway")),
            is_suspended=self._find_suspended("gateway") is not None,
        )

    def processes(self) -> ProcessStates:
        """Ask each process at its port."""

        def read(program: Program) -> ProcessState:
            base = f"http://127.0.0.1:{self.ports[program.name]}"
            health = http_get(f"{base}/health")
            return ProcessState(
                program.name,
                program.service,
                program.kind,
                self._id(program.name),
                self._find_suspended(program.name) is not None,
                health,
                http_get(f"{base}/ready") if health.status else health,
            )

        with ThreadPoolExecutor(len(PROGRAMS)) as threads:
            return ProcessStates(tuple(threads.map(read, PROGRAMS)))

    def databases(self) -> DatabaseStates:
        """Look at each service's database with that service's own role."""
        suspended = self._find_suspended("postgres")
        return DatabaseStates(read_databases(self._secret_urls("database_url"), suspended), suspended)

    def sessions(self) -> Sessions:
        """Ask PostgreSQL as its superuser."""
        if self.environ.get("AUTH_DATABASE_URL") or not self._pid("postgres"):
            return Sessions()
        if self._find_suspended("postgres"):
            return Sessions()
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.ports["postgres"],
            user="postgres",
            password=(self.var.root / "secrets" / "postgres").read_text().strip(),
            connect_timeout=CONNECT_SECONDS,
            application_name="tessera doctor",
        )

        def query(statement: str) -> Any:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                row = cursor.fetchone()
            assert row is not None
            return row[0]

        try:
            return read_sessions(query)
        finally:
            connection.close()

    def broker(self) -> Broker:
        """Look at the broker with each service's own user."""
        return read_broker(self._secret_urls("broker_url"), self._find_suspended("rabbitmq"))

    def alarms(self) -> BrokerAlarms:
        """Ask the node itself; a node that does not run has no alarms."""
        printed = self._call_node("-a", "rabbit_alarm get_alarms []")
        # Each alarm is a tuple; its first element is {resource_limit, memory, '<node>'}.
        return BrokerAlarms(tuple(re.findall(r"resource_limit,\s*(\w+)", printed)))

    def node(self) -> BrokerNode:
        """Ask the node itself; nothing of a node that does not run."""
        if not (self._pid("rabbitmq") and self._pid("rabbitmq-epmd")) or self._find_suspended("rabbitmq"):
            return BrokerNode()
        return read_node(lambda expression: self._call_node("-e", stdin=expression))

    def _call_node(self, *words: str, stdin: str = "") -> str:
        """Call the node, and return what was printed; empty when it does not run.

        erl_call answers in 10 ms, while rabbitmq-diagnostics starts an Erlang machine (0.4 to 5 s).
        """
        if not (self._pid("rabbitmq") and self._pid("rabbitmq-epmd")):
            return ""
        data = self.var.root / "rabbitmq"
        done = subprocess.run(  # noqa: S603 - our own node, no shell
            ["erl_call", "-r", "-name", (data / "node").read_text(), *words],  # noqa: S607
            env={
                "PATH": self.environ.get("PATH", os.defpath),
                "HOME": str(data),  # holds the Erlang cookie
                "ERL_EPMD_PORT": str(self.ports["rabbitmq-epmd"]),
            },
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS - 1,
        )
        return done.stdout

    def output_of(self, part: str) -> str:
        """Return the end of its log."""
        return logs.read_tail(self.var.log(part))

    def traffic(self) -> logs.Traffic:
        """Read the logs of the gateway and of the services."""
        failures = (
            failure
            for program in PROGRAMS
            for failure in logs.find_failures(program.name, self._lines(program.name))
        )
        requests = logs.find_requests(self._lines("gateway-access"))
        mail = logs.find_mail_trouble(self._lines("auth-worker"))
        return logs.Traffic.of_last_minutes(requests, failures, mail)

    def run_beside(self, part: str, *command: str) -> str | None:
        """Run a program on this machine, if the part runs on it, and return what it printed."""
        if self._pid(part) is None:
            return None
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS - 1)  # noqa: S603 - ours, no shell
        return done.stdout

    def find_request(self, request_id: str) -> logs.LoggedRequest | None:
        """Find that request in the gateway's log of this run or of the previous one."""
        log = self.var.log("gateway-access")
        for path in (log, log.with_suffix(".log.1")):
            lines = logs.parse(logs.read_tail(path))
            found = [request for request in logs.find_requests(lines) if request.request_id == request_id]
            if found:
                return found[-1]  # the client may use an id twice
        return None

    def find_lines(self, request_id: str) -> list[logs.Line]:
        """Find the lines of all services' logs with that request id, the oldest first."""
        found = [
            line
            for program in PROGRAMS
            for line in self._lines(program.name)
            if line.get("request_id") == request_id
        ]
        return sorted(found, key=lambda line: str(line.get("timestamp")))

    def show_log(self, name: str) -> str:
        """Return the command that shows the end of the log of that process."""
        return f"tail -n 20 {self.var.log(name)}"

    def needed_ports(self) -> list[Port]:
        """Return the ports of this run; none of servers that are the operator's."""
        external = ExternalServers.from_environ(self.environ)
        return [
            port
            for port in port_map()
            if port.way == "native"
            and not (external.databases and port.name == "postgres")
            and not (external.brokers and port.name.startswith("rabbitmq-"))
        ]

    def is_ours(self, holder: Holder | None) -> bool:
        """Whether that process was started for this state folder."""
        if holder is None or holder.pid is None:
            return False
        try:
            return psutil.Process(holder.pid).environ().get("TESSERA_VAR") == str(self.var.root)
        except psutil.Error:
            return False

    def _lines(self, name: str) -> list[logs.Line]:
        return logs.parse(logs.read_tail(self.var.log(name)))

    def _pid(self, name: str) -> int | None:
        """Return the process id, None when it does not run."""
        try:
            pid = int(self.var.pid_file(name).read_text().split()[0])
            return pid if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None

    def _id(self, name: str) -> str | None:
        pid = self._pid(name)
        return f"pid {pid}" if pid else None

    def _find_suspended(self, name: str) -> str | None:
        """Return its id when SIGSTOP stopped it."""
        pid = self._pid(name)
        with suppress(psutil.Error):
            if pid and psutil.Process(pid).status() == psutil.STATUS_STOPPED:
                return f"pid {pid}"
        return None

    def _ends(self, since: datetime) -> Iterator[Ends]:
        how: dict[str, list[str]] = defaultdict(list)
        for line in logs.read_tail(self.var.log("supervisor")).splitlines():
            match = _ENDED.match(line)
            if match and datetime.fromisoformat(match[1]) >= since:
                how[match[2]].append(match[3])
        for name, ways in how.items():
            yield Ends(name, len(ways), frozenset(ways), "in the last minute")

    def _secret_urls(self, setting: str) -> dict[str, str]:
        """Return the URL of each service; a missing secret has a check of its own."""
        files = {service: self.var.root / "secrets" / f"{service}_{setting}" for service in SERVICES}
        return {service: path.read_text().strip() for service, path in files.items() if path.exists()}


def _resume(one: str) -> str:
    """Return the command that resumes a process with its children, which are often suspended with it."""
    pid = one.removeprefix("pid ")
    return f"kill -CONT {pid} $(pgrep -P {pid})"


def _find_supervisor(var: StateDir) -> int | None:
    """Return the process that holds the lock of the state folder, as it wrote there itself."""
    with suppress(OSError, psutil.Error):
        match = re.match(r"pid (\d+)", (var.root / "run" / "lock").read_text())
        if match:
            process = psutil.Process(int(match[1]))
            if "deploy" in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                return process.pid
    return None
