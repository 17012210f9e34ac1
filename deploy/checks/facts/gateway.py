"""The gateway: what Traefik reports of itself, and what a client gets on each route."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from deploy.checks.facts.probe_client import HttpResult, http_get
from deploy.stack.errors import DeployError
from deploy.stack.probes import PROBES


@dataclass(frozen=True)
class Router:
    """One router of the routing table."""

    name: str
    enabled: bool
    errors: tuple[str, ...]


@dataclass(frozen=True)
class Backend:
    """One server that requests of `service` are sent to; `up` is the result of Traefik's health check."""

    service: str
    address: str
    up: bool


@dataclass(frozen=True)
class TraefikState:
    """What Traefik reports of itself; nothing but a failed ping when it does not answer.

    `open_files` of at most `max_files`, both 0 when its metrics do not have them.
    """

    ping: HttpResult
    routers: tuple[Router, ...] = ()
    backends: tuple[Backend, ...] = ()
    open_files: int = 0
    max_files: int = 0


@dataclass(frozen=True)
class Gateway:
    """The gateway of one stack.

    `expected`: the addresses of each service. `names`: which process of this stack listens on an address.
    `errors`: those in its log since its start. `is_suspended`: stopped by a signal or paused, not ended.
    """

    id: str | None
    traefik: TraefikState
    expected: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    errors: tuple[str, ...]
    is_suspended: bool = False


@dataclass(frozen=True)
class Probe:
    """One request through the gateway, and the service that should have answered it."""

    path: str
    expected: str
    result: HttpResult


@dataclass(frozen=True)
class Probes:
    """One probe per route."""

    all: tuple[Probe, ...]


def probe_each_route(url: str) -> Probes:
    """Send one request per route through the gateway at `url`, all at the same time."""
    with ThreadPoolExecutor(len(PROBES)) as threads:
        results = threads.map(lambda probe: http_get(url + probe[0]), PROBES)
    return Probes(
        tuple(Probe(path, service, one) for (path, service), one in zip(PROBES, results, strict=True))
    )


def read_traefik(admin: str) -> TraefikState:
    """Ask Traefik at the URL of its own entrypoint.

    Raises DeployError when it answers the ping and nothing else.
    """
    ping = http_get(f"{admin}/ping")
    if not ping.status:
        return TraefikState(ping)
    routers = tuple(
        Router(one["name"], one["status"] == "enabled", tuple(one.get("error", ())))
        for one in _list(admin, "routers")
        if one["provider"] == "file"
    )
    metrics = http_get(f"{admin}/metrics").body
    return TraefikState(
        ping,
        routers,
        tuple(_backends(_list(admin, "services"))),
        open_files=_read_metric(metrics, "process_open_fds"),
        max_files=_read_metric(metrics, "process_max_fds"),
    )


def _read_metric(metrics: str, name: str) -> int:
    """Read a metric without labels from the text that Prometheus scrapes; 0 when it is not there."""
    found = re.search(rf"^{name} (\S+)$", metrics, re.MULTILINE)
    return int(float(found[1])) if found else 0


def _list(admin: str, what: str) -> list[dict[str, Any]]:
    result = http_get(f"{admin}/api/http/{what}?per_page=1000")
    if result.status != 200:
        raise DeployError(f"the gateway's own API did not answer: {result.status or result.error}")
    return list(json.loads(result.body))


def _backends(services: Sequence[dict[str, Any]]) -> Iterator[Backend]:
    """Yield the servers that are checked by /ready; those checked by /health are the same servers."""
    for service in services:
        name, _, provider = str(service["name"]).partition("@")
        if provider == "internal" or not name.endswith("-ready"):
            continue
        status = service.get("serverStatus", {})
        for server in service.get("loadBalancer", {}).get("servers") or ():
            up = status.get(server["url"]) == "UP"
            yield Backend(name.removesuffix("-ready"), urlsplit(server["url"]).netloc, up)
