"""The facts of a stack that `tessera up` started."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from deploy.checks.facts import logs
from deploy.checks.facts.broker import Broker, BrokerAlarms, read_broker
from deploy.checks.facts.broker_node import BrokerNode, read_node
from deploy.checks.facts.containers import Certificate, Containers, Engine, read_certificate
from deploy.checks.facts.database import DatabaseStates, read_databases
from deploy.checks.facts.gateway import Gateway
from deploy.checks.facts.machine import Listener, Listeners, Machine, Secrets, read_secrets
from deploy.checks.facts.machine import read_machine as read_this_machine
from deploy.checks.facts.probe_client import HttpResult
from deploy.checks.facts.processes import ProcessState, ProcessStates
from deploy.checks.facts.run import Run, operator_commands
from deploy.checks.facts.sessions import Sessions
from deploy.checks.findings import steps
from deploy.checks.gatherers.docker import inside
from deploy.checks.gatherers.docker.inspected import (
    HTTP_PORT,
    Inspected,
    compare_with_files,
    find_ends,
    find_service,
)
from deploy.stack import engine
from deploy.stack.command_line import command_line
from deploy.stack.compose.certificates import is_issued_by, read_end
from deploy.stack.compose.project import Environment, Project
from deploy.stack.compose.state import authority_of, served_of
from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.ports import find_listeners, port_map
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import state_folder


class DockerGatherer:
    """One stack under Compose, as it is at the moment when this is created."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.url = project.url
        self.public_url = "" if project.public_url == project.url else project.public_url
        self.is_behind_nat = True
        self.hosts = (project.host, "localhost", "127.0.0.1", "::1")
        self.var = project.var
        self.environ = project.environ
        self.doctor = command_line(f"doctor --env {project.env}")
        # As this machine sees them, not a container.
        self._external = ExternalServers.from_environ(project.environ)
        # Read at once, and waited for by each fact that needs it; the fact is unknown when this fails.
        self._threads = ThreadPoolExecutor(3)
        self._inspected = self._threads.submit(
            lambda: list(map(Inspected, engine.list_containers(project.name)))
        )
        self._files = self._threads.submit(project.merged)
        self._insides = self._threads.submit(lambda: inside.run_script(self._inspected.result()))

    @classmethod
    def from_environ(cls, env: Environment, environ: Mapping[str, str]) -> DockerGatherer:
        """Find the stack of that environment. Raises DeployError when none was ever started here."""
        state = state_folder(environ) / "compose" / env
        if not state.exists():
            raise DeployError(f"no stack was ever started in {state}; fix: {_start(env)}")
        return cls(Project(env, environ))

    def run(self) -> Run:
        """Read whether any container runs, and which were restarted lately."""
        env, name = self.project.env, self.project.name
        inspected = self._inspected.result()
        return Run(
            stack=f"the Compose project {name}",
            state=str(self.var.root),
            running=any(one.runs or one.state["Restarting"] for one in inspected),
            start=_start(env),
            repair_routes=steps("Repair the labels in deploy/compose/base.yml.", _start(env)),
            doctor=self.doctor,
            show_log=self.show_log,
            end_session=lambda pid: command_line(
                f'psql --env {env} postgres --command "SELECT pg_terminate_backend({pid})"'
            ),
            resume=lambda one: f"docker unpause {one.removeprefix('container ')}",
            restart=lambda one: f"docker restart {one.removeprefix('container ')}",
            ends=tuple(find_ends(inspected)),
            **operator_commands(env),
        )

    def engine(self) -> Engine:
        """Read whether the engine answers."""
        try:
            self._inspected.result()
        except DeployError as error:
            return Engine(str(error))
        return Engine()

    def containers(self) -> Containers:
        """Compare each container with the compose files."""
        insides: Mapping[str, Any] = {}
        with suppress(engine.Slow):  # the processes are unknown then, their containers are not
            insides = self._insides.result()
        found = compare_with_files(
            self._inspected.result(), self._files.result(), insides, self.project.ports.values()
        )
        return Containers(self.project.name, tuple(found))

    def certificate(self) -> Certificate:
        """Read the certificate that the gateway serves."""
        if self.project.tls == "outside":
            return Certificate("")
        served, authority = read_certificate(self.project.https_url), authority_of(self.var)
        if self.project.tls == "own" and is_issued_by(served_of(self.var), authority):
            return replace(served, authority_ends=read_end(authority))
        return served

    def machine(self) -> Machine:
        """Read the engine's machine; this one when no container answers."""
        return inside.read_machine(self._inspected.result()) or read_this_machine(self.var.root)

    def listeners(self) -> Listeners:
        """Read which process or container holds each published port."""
        ours = {one.full_name for one in self._inspected.result()}
        held = {**(find_listeners() if engine.is_local() else {}), **engine.list_published_ports()}
        found = []
        for port in port_map():
            if port.way == self.project.env and port.name in self.project.ports:
                number = self.project.ports[port.name]
                holder = held.get(number)
                is_ours = holder is not None and holder.container in ours
                found.append(Listener(port.name, number, port.env, holder, is_ours))
        return Listeners(tuple(found))

    def secrets(self) -> Secrets:
        """Read the files that are mounted into containers as secrets."""
        return read_secrets(Path(secret["file"]) for secret in self._files.result()["secrets"].values())

    def gateway(self) -> Gateway:
        """Ask the gateway inside its container."""
        inspected, gateway = self._inspected.result(), self._one("gateway")
        traefik, errors = inside.read_gateway(gateway)
        edge = f"{self.project.name}_edge"
        return Gateway(
            id=gateway.id if gateway else None,
            traefik=traefik,
            expected={
                service: tuple(
                    f"{one.networks[edge]}:{HTTP_PORT}"
                    for one in inspected
                    if one.service in (f"{service}-web", service) and one.runs and edge in one.networks
                )
                for service in (*SERVICES, "frontend")
            },
            names={
                f"{address}:{_port(one)}": one.name for one in inspected for address in one.networks.values()
            },
            errors=errors,
            is_suspended=gateway is not None and gateway.paused,
        )

    def processes(self) -> ProcessStates:
        """Ask each process inside its own container."""
        insides = self._insides.result()
        found = []
        for container in self.containers().all:
            service, kind = find_service(container.service)
            if service:
                runs = container.state in ("running", "paused")
                printed = insides.get(container.name, {})
                silent = HttpResult(0, error="timeout" if runs else "refused")
                found.append(
                    ProcessState(
                        container.name,
                        service,
                        kind,
                        f"container {self.project.name}-{container.name}" if runs else None,
                        container.state == "paused",
                        HttpResult(**printed["health"]) if printed else silent,
                        HttpResult(**printed["ready"]) if printed else silent,
                    )
                )
        return ProcessStates(tuple(found))

    def databases(self) -> DatabaseStates:
        """Look at each service's database with that service's own role."""
        if urls := self._external.databases:
            return DatabaseStates(read_databases(urls))
        return inside.read_databases_inside(self._one("postgres"), self.var)

    def sessions(self) -> Sessions:
        """Ask PostgreSQL as its superuser, inside its container."""
        return inside.read_sessions_inside(self._one("postgres"))

    def broker(self) -> Broker:
        """Look at the broker with each service's own user."""
        if urls := self._external.brokers:
            return read_broker(urls, None)
        return inside.read_broker_inside(self._one("rabbitmq"), self.var)

    def alarms(self) -> BrokerAlarms:
        """Read the broker's alarms; none of a broker that does not run."""
        return inside.read_alarms(self._one("rabbitmq"))

    def node(self) -> BrokerNode:
        """Let the node evaluate an expression inside its container."""
        one = self._one("rabbitmq")
        if one is None or not one.answers:
            return BrokerNode()
        return read_node(
            lambda expression: engine.docker("exec", one.full_name, "rabbitmqctl", "eval", expression)
        )

    def output_of(self, part: str) -> str:
        """Return the end of what its container printed."""
        one = self._one(part)
        return engine.read_log(one.full_name, "--tail=200") if one else ""

    def traffic(self) -> logs.Traffic:
        """Read the logs of the gateway and of the services."""
        lines = inside.read_logs(self._inspected.result(), f"--since={logs.MINUTES}m", "--tail=20000")
        requests = logs.find_requests(line for name, line in lines if name.startswith("gateway-"))
        by_process: dict[str, list[logs.Line]] = {}
        for name, line in lines:
            by_process.setdefault(name, []).append(line)
        failures = (one for name, logged in by_process.items() for one in logs.find_failures(name, logged))
        mail = logs.find_mail_trouble(line for name, line in lines if name.startswith("auth-worker-"))
        return logs.Traffic.of_last_minutes(requests, failures, mail)

    def run_beside(self, part: str, *command: str) -> str | None:
        """Run a program in the container of that part, if it answers, and return what it printed."""
        one = self._one(part)
        return engine.docker("exec", one.full_name, *command) if one and one.answers else None

    def find_request(self, request_id: str) -> logs.LoggedRequest | None:
        """Find that request in the gateway's log."""
        gateway = self._one("gateway")
        lines = logs.parse(engine.read_log(gateway.full_name, "--tail=50000")) if gateway else []
        found = [one for one in logs.find_requests(lines) if one.request_id == request_id]
        return found[-1] if found else None  # the client may use an id twice

    def find_lines(self, request_id: str) -> list[logs.Line]:
        """Find the lines of all services' logs with that request id, the oldest first."""
        lines = inside.read_logs(self._inspected.result(), "--tail=50000")
        found = [line for _, line in lines if line.get("request_id") == request_id]
        return sorted(found, key=lambda line: str(line.get("timestamp")))

    def show_log(self, name: str) -> str:
        """Return the command that shows the end of the log of that container, or of a service's first one."""
        known = {one.name: one.full_name for one in self._inspected.result()}
        return f"docker logs --tail=20 {known.get(name) or known.get(f'{name}-1') or name}"

    def _one(self, service: str) -> Inspected | None:
        """Return the container of a service that has only one."""
        return next((one for one in self._inspected.result() if one.service == service), None)


def _port(one: Inspected) -> int:
    """Return the port that a container listens on."""
    return {"postgres": inside.POSTGRES_PORT, "rabbitmq": inside.AMQP_PORT}.get(one.service, HTTP_PORT)


def _start(env: str) -> str:
    return command_line(f"up --env {env}")
