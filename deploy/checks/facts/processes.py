"""The processes of the services."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.checks.facts.probe_client import HttpResult


@dataclass(frozen=True)
class ProcessState:
    """One process of a service. `id` identifies it for commands; None when it does not run.

    `suspended`: stopped by a signal or paused, not ended.
    """

    name: str
    service: str
    kind: str
    id: str | None
    suspended: bool
    health: HttpResult
    ready: HttpResult


@dataclass(frozen=True)
class ProcessStates:
    """All of them."""

    all: tuple[ProcessState, ...]
