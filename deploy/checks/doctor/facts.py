"""What the doctor knows of a stack; native.py finds it out for `make run`, composed.py for `make up`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from deploy.checks.doctor import logs
from deploy.checks.doctor.logs import Failure, Request
from deploy.stack.ports import Holder
from deploy.stack.probes import OWN_REQUESTS


@dataclass(frozen=True)
class Ends:
    """How often a process ended lately, and how; `over` tells since when."""

    name: str
    times: int
    how: frozenset[str]
    over: str


@dataclass(frozen=True)
class Run:
    """The run as a whole, and how it is worked on in its way of running.

    `stack` names it, `state` is its state folder. Commands: `start` anew; `tell_gateway` where services are;
    `doctor` is the doctor's own; `log` of the process of that name; `dead_letters` of that queue; `wake` and
    `restart` the process with that id.
    """

    stack: str
    state: str
    running: bool
    start: str
    tell_gateway: str
    doctor: str
    dead_letters: Callable[[str], str]
    log: Callable[[str], str]
    wake: Callable[[str], str]
    restart: Callable[[str], str]
    ends: tuple[Ends, ...]


@dataclass(frozen=True)
class Machine:
    """The machine. Bytes, and the seconds by which `newest`, made by this stack, is in the future."""

    disk_free: int
    disk_path: str
    memory_available: int
    newest: str
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
    """The gateway. `expected`: addresses of each service; `complaints`: errors in its log since its start.

    `names`: what listens at an address, as far as it is this stack's.
    """

    id: str | None
    ping: Answer
    routers: tuple[Router, ...]
    backends: tuple[Backend, ...]
    expected: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
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
    """One process of a service. `id` tells it from all others, None when it does not run.

    `suspended`: stopped, not ended.
    """

    name: str
    service: str
    kind: str
    id: str | None
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
    """All of them; `suspended`: the id of their server when that is stopped, not ended."""

    all: tuple[Database, ...]
    suspended: str | None = None


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
    suspended: str | None = None


@dataclass(frozen=True)
class Alarms:
    """Alarms in force at the broker, which block every publisher."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Traffic:
    """What the gateway answered and the services failed at in the last minutes, the doctor's own left out."""

    minutes: int
    requests: tuple[Request, ...]
    failures: tuple[Failure, ...]

    @classmethod
    def lately(cls, requests: Iterable[Request], failures: Iterable[Failure]) -> Traffic:
        """Those of the last minutes."""
        since = logs.since(logs.MINUTES)
        return cls(
            logs.MINUTES,
            tuple(
                one
                for one in requests
                if one.at >= since and not (one.request_id or "").startswith(OWN_REQUESTS)
            ),
            tuple(one for one in failures if one.at >= since),
        )


@dataclass(frozen=True)
class Engine:
    """Why the Docker Engine cannot be asked; empty when it can, and for a run without one."""

    trouble: str = ""


@dataclass(frozen=True)
class Container:
    """One container of the compose files. `state` is the engine's word, or `missing`.

    `killed_for_memory`: by the kernel, in its newest life; `memory_limit`: bytes. `networks`: those that it
    lacks. `unpublished`: ports of the map that should lead to it and do not. `only_loopback`: where it
    listens when nobody else can reach that, else empty.
    """

    name: str
    service: str
    state: str
    exit_code: int = 0
    error: str = ""
    killed_for_memory: bool = False
    memory_limit: int = 0
    networks: tuple[str, ...] = ()
    unpublished: tuple[int, ...] = ()
    only_loopback: str = ""


@dataclass(frozen=True)
class Containers:
    """All of a stack under Compose; a run without Docker has none."""

    project: str = ""
    all: tuple[Container, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """What the gateway shows to clients of HTTPS; None when it shows nothing or speaks no HTTPS."""

    url: str
    starts: datetime | None
    ends: datetime | None
