"""What the doctor knows of a stack, whatever way it runs; native.py finds it out for `make run`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deploy.doctor.logs import Request
from deploy.ports import Holder


@dataclass(frozen=True)
class Ended:
    """One end of a process, as the supervisor saw it."""

    name: str
    at: datetime
    how: str


@dataclass(frozen=True)
class Run:
    """The run as a whole, and how it is worked on in its way of running.

    `pid`: who supervises it, None when it does not run. `start`: the command that starts it anew;
    `show_log`: the one that shows the log of the process `{}`.
    """

    root: str
    pid: int | None
    start: str
    show_log: str
    ended: tuple[Ended, ...]

    def log(self, name: str) -> str:
        """The command that shows the end of that process's log."""
        return self.show_log.format(name)


@dataclass(frozen=True)
class Machine:
    """The machine. Bytes, and seconds by which the newest file of the state folder is in the future."""

    disk_free: int
    disk_path: str
    memory_available: int
    ahead: float


@dataclass(frozen=True)
class Listener:
    """One port of the map; `ours` says that its holder belongs to this run."""

    name: str
    number: int
    env: str
    holder: Holder | None
    ours: bool


@dataclass(frozen=True)
class Listeners:
    """Every port of this run."""

    ports: tuple[Listener, ...]


@dataclass(frozen=True)
class Secrets:
    """Files of secrets that the services are told and that are not there, are empty or cannot be read."""

    unusable: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """Of one HTTP request; `status` is 0 without an answer, and `error` then says why."""

    status: int
    body: str = ""
    service: str | None = None
    error: Literal["", "refused", "timeout", "broken"] = ""


@dataclass(frozen=True)
class Router:
    """One router of the gateway."""

    name: str
    enabled: bool
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Backend:
    """One server that the gateway sends requests of `service` to; `up` says its health check."""

    service: str
    address: str
    up: bool


@dataclass(frozen=True)
class Gateway:
    """The gateway. `expected`: addresses of each service; `complaints`: errors in its log since its start."""

    pid: int | None
    ping: Answer
    routers: tuple[Router, ...]
    backends: tuple[Backend, ...]
    expected: Mapping[str, tuple[str, ...]]
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class Probe:
    """One request through the gateway, and who should have answered it."""

    path: str
    expected: str
    answer: Answer


@dataclass(frozen=True)
class Probes:
    """Every route, asked once."""

    all: tuple[Probe, ...]


@dataclass(frozen=True)
class Process:
    """One process of a service. `suspended`: stopped by a signal (SIGSTOP), not ended."""

    name: str
    service: str
    kind: str
    pid: int | None
    suspended: bool
    health: Answer
    ready: Answer


@dataclass(frozen=True)
class Processes:
    """All of them."""

    all: tuple[Process, ...]


DatabaseTrouble = Literal["refused", "timeout", "password", "connections", "missing", "other"]


@dataclass(frozen=True)
class Database:
    """One service's database, seen with that service's own role; `trouble` is None when that works.

    `revision` None: no migration was ever applied. `known`: this code's revisions, the newest last.
    `outbox_oldest`: seconds. `ahead`: seconds by which its clock is ahead of ours.
    """

    service: str
    address: str
    trouble: DatabaseTrouble | None
    said: str
    revision: str | None = None
    known: tuple[str, ...] = ()
    outbox_waiting: int = 0
    outbox_oldest: float = 0
    connections: int = 0
    max_connections: int = 1
    ahead: float = 0


@dataclass(frozen=True)
class Databases:
    """All of them; `suspended`: ids of server processes that SIGSTOP stopped."""

    all: tuple[Database, ...]
    suspended: tuple[int, ...] = ()


@dataclass(frozen=True)
class Queue:
    """One queue; `messages` is None when it does not exist."""

    name: str
    messages: int | None
    consumers: int = 0


BrokerTrouble = Literal["refused", "timeout", "password", "other"]


@dataclass(frozen=True)
class Broker:
    """The broker, seen with each service's own user: trouble and what was said, by service."""

    address: str
    trouble: Mapping[str, tuple[BrokerTrouble, str]]
    queues: tuple[Queue, ...]
    suspended: tuple[int, ...] = ()


@dataclass(frozen=True)
class Alarms:
    """Alarms in force at the broker, which block every publisher."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Failure:
    """An error that a service did not expect, from its log."""

    at: datetime
    process: str
    request_id: str | None
    error: str
    where: str


@dataclass(frozen=True)
class Traffic:
    """What the gateway answered and the services failed at in the last minutes, the doctor's own left out."""

    minutes: int
    requests: tuple[Request, ...]
    failures: tuple[Failure, ...]
