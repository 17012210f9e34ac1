"""What the doctor needs from each way of running."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from deploy.checks.facts.broker import Broker, BrokerAlarms
from deploy.checks.facts.broker_node import BrokerNode
from deploy.checks.facts.containers import Certificate, Containers, Engine
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.gateway import Gateway
from deploy.checks.facts.logs import Line, LoggedRequest, Traffic
from deploy.checks.facts.machine import Listeners, Machine, Secrets
from deploy.checks.facts.processes import ProcessStates
from deploy.checks.facts.run import Run
from deploy.checks.facts.sessions import Sessions
from deploy.stack.state_dir import StateDir


class Gatherer(Protocol):
    """Reads the facts of one stack. Nothing it does changes the stack, or waits longer than a few seconds.

    A method that cannot read its fact raises an error, which the checks report.
    """

    @property
    def var(self) -> StateDir:
        """The state folder of the stack."""
        ...

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that the stack was started with, as far as it is known."""
        ...

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        ...

    @property
    def public_url(self) -> str:
        """Where people reach the site, if that is known; else empty."""
        ...

    @property
    def is_behind_nat(self) -> bool:
        """Whether the gateway sees connections from this machine under another address."""
        ...

    @property
    def hosts(self) -> Sequence[str]:
        """The names and addresses under which this stack is reached."""
        ...

    @property
    def doctor(self) -> str:
        """The command that examines this stack."""
        ...

    def run(self) -> Run:
        """Read whether the stack runs, and what ended lately."""
        ...

    def engine(self) -> Engine:
        """Read whether the Docker Engine answers, if the stack needs it."""
        ...

    def containers(self) -> Containers:
        """Read the state of each container."""
        ...

    def certificate(self) -> Certificate:
        """Read the certificate that the gateway serves."""
        ...

    def machine(self) -> Machine:
        """Read disk, memory and clock of the machine that the stack runs on."""
        ...

    def listeners(self) -> Listeners:
        """Read which process or container holds each port of the stack."""
        ...

    def secrets(self) -> Secrets:
        """Read the secrets of the services."""
        ...

    def gateway(self) -> Gateway:
        """Read what the gateway reports of itself."""
        ...

    def processes(self) -> ProcessStates:
        """Read what the processes of the services report of themselves."""
        ...

    def databases(self) -> DatabaseStates:
        """Look at each service's database with that service's own role."""
        ...

    def sessions(self) -> Sessions:
        """Read who uses PostgreSQL; nothing of a server that is not this stack's own, or does not answer."""
        ...

    def broker(self) -> Broker:
        """Look at the broker with each service's own user."""
        ...

    def alarms(self) -> BrokerAlarms:
        """Read the broker's alarms; none of a broker that does not run."""
        ...

    def node(self) -> BrokerNode:
        """Ask the broker's node what only it knows; nothing of a broker that is not ours, or does not run."""
        ...

    def output_of(self, part: str) -> str:
        """Return the end of what that part printed; empty when it never ran here."""
        ...

    def traffic(self) -> Traffic:
        """Read from the logs how requests went in the last minutes."""
        ...

    def run_beside(self, part: str, *command: str) -> str | None:
        """Run a program where that part runs, and return what it printed; None when the part does not run."""
        ...

    def find_request(self, request_id: str) -> LoggedRequest | None:
        """Find that request in the gateway's log."""
        ...

    def find_lines(self, request_id: str) -> list[Line]:
        """Find the lines of all services' logs with that request id, the oldest first."""
        ...

    def show_log(self, name: str) -> str:
        """Return the command that shows the end of the log of that process."""
        ...
