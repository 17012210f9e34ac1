"""Facts needed before a stack is started, beyond those that the doctor reads of a running one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from deploy.stack.settings.chosen import Fault


@dataclass(frozen=True)
class Running:
    """The process that already runs a stack in this state folder; `pid` is None when there is none."""

    pid: int | None
    url: str


@dataclass(frozen=True)
class Limits:
    """How many files one process may open: now, and the most it may raise that to; negative: no limit."""

    soft: int
    hard: int


@dataclass(frozen=True)
class Parts:
    """The programs a stack is made of. `missing`: what is not installed, and the command that installs it."""

    python: tuple[int, int]
    missing: Mapping[str, str]


@dataclass(frozen=True)
class InFront:
    """What the settings say of proxies in front: whether one ends TLS, and which are trusted."""

    ends_tls: bool
    trusted: tuple[str, ...]


@dataclass(frozen=True)
class Budgets:
    """How many connections to PostgreSQL each service may open, with all its processes."""

    connections: Mapping[str, int]


@dataclass(frozen=True)
class StateFolder:
    """The state folder: which folders in it cannot be written, and which PostgreSQL made its data."""

    root: str
    unwritable: tuple[str, ...]
    data_version: str | None
    program_version: str | None


@dataclass(frozen=True)
class Versions:
    """Versions of Docker Engine and Compose; `trouble` is the error when the engine did not answer."""

    engine: tuple[int, ...]
    compose: tuple[int, ...]
    trouble: str = ""


@dataclass(frozen=True)
class Files:
    """The merged compose files: why they cannot be merged, or which ports of the gateway they publish."""

    trouble: str
    published: frozenset[int]
    expected: frozenset[int]


@dataclass(frozen=True)
class Images:
    """Images that the stack consists of or is built from, and that the engine does not have."""

    missing: tuple[str, ...]


@dataclass(frozen=True)
class OwnCertificate:
    """The operator's own certificate; no dates without one. `trouble`: why it cannot be used."""

    path: str
    trouble: str = ""
    starts: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True)
class SettingFaults:
    """The variables that no stack can be started with."""

    all: tuple[Fault, ...]


@dataclass(frozen=True)
class MailRoute:
    """Whether nothing says where mail goes."""

    is_missing: bool


@dataclass(frozen=True)
class GatewayErrors:
    """The errors that Traefik reports about the gateway's configuration."""

    messages: tuple[str, ...]
