"""What the Docker Engine reports of the containers of a stack, compared with the compose files."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.checks.facts.containers import Container
from deploy.checks.facts.run import Ends
from deploy.stack import engine
from deploy.stack.programs import SERVICES

HTTP_PORT = 8000
YOUNG_SECONDS = 60.0  # a container that was last started longer ago is not in a crash loop any more


@dataclass(frozen=True)
class Inspected:
    """One container as `docker inspect` describes it."""

    raw: Mapping[str, Any]

    @property
    def full_name(self) -> str:
        """The name that `docker` takes."""
        return str(self.raw["Name"]).removeprefix("/")

    @property
    def service(self) -> str:
        """The service of the compose files."""
        return str(self.raw["Config"]["Labels"].get(engine.SERVICE, ""))

    @property
    def name(self) -> str:
        """Service and number, like tiles-web-1."""
        return f"{self.service}-{self.raw['Config']['Labels'].get(engine.NUMBER, '1')}"

    @property
    def state(self) -> Mapping[str, Any]:
        """What the engine reports of its process."""
        state: Mapping[str, Any] = self.raw["State"]
        return state

    @property
    def runs(self) -> bool:
        """Whether it has a process, paused or not."""
        return self.state["Status"] in ("running", "paused")

    @property
    def paused(self) -> bool:
        """Whether its process is suspended."""
        return bool(self.state["Status"] == "paused")

    @property
    def answers(self) -> bool:
        """Whether programs can run in it."""
        return self.runs and not self.paused

    @property
    def id(self) -> str | None:
        """What commands take, None when it does not run."""
        return f"container {self.full_name}" if self.runs else None

    @property
    def started(self) -> datetime:
        """When its process was last started."""
        # Python 3.11's fromisoformat does not read nanoseconds.
        return datetime.fromisoformat(re.sub(r"\.\d+", "", self.state["StartedAt"]))

    @property
    def is_young(self) -> bool:
        """Whether it was started within the last minute."""
        return time.time() - self.started.timestamp() < YOUNG_SECONDS

    @property
    def networks(self) -> Mapping[str, str]:
        """Its address per network."""
        return {name: one["IPAddress"] for name, one in self._attached.items()}

    @property
    def nameless_networks(self) -> tuple[str, ...]:
        """The networks on which the name of its service does not lead to it."""
        return tuple(
            name
            for name, one in self._attached.items()
            # Engines before 25 list what Compose asked for, newer ones all names there.
            if self.service not in (*(one.get("Aliases") or ()), *(one.get("DNSNames") or ()))
        )

    @property
    def _attached(self) -> Mapping[str, Mapping[str, Any]]:
        """What the engine says of each network; nothing of a container without one (`network_mode: none`)."""
        networks = self.raw["NetworkSettings"]["Networks"]
        return {name: one for name, one in networks.items() if name != "none"}

    @property
    def published(self) -> set[int]:
        """Ports of the engine's machine that lead to it."""
        mappings = self.raw["NetworkSettings"]["Ports"] or {}
        return {int(one["HostPort"]) for outside in mappings.values() for one in outside or ()}


def find_service(compose_service: str) -> tuple[str, str]:
    """Return service and kind of a service of the compose files; empty for parts and for migrations."""
    name, _, kind = compose_service.rpartition("-")
    if compose_service == "frontend":
        return "frontend", "web"
    return (name, kind) if name in SERVICES and kind in ("web", "worker") else ("", "")


def compare_with_files(
    inspected: Sequence[Inspected],
    files: Mapping[str, Any],
    insides: Mapping[str, Mapping[str, Any]],
    gateway_ports: Iterable[int],
) -> Iterator[Container]:
    """Yield each container of the merged compose files, the missing ones too.

    `insides`: by name, what the script in a container printed. `gateway_ports`: those to be published.
    """
    networks = {key: one["name"] for key, one in files["networks"].items()}
    for one in inspected:
        if one.service not in files["services"]:
            continue
        inside = insides.get(one.name, {})
        wanted = [networks[key] for key in files["services"][one.service].get("networks", ())]
        unpublished = set(gateway_ports) - one.published
        yield Container(
            one.name,
            one.service,
            one.state["Status"],
            one.state["ExitCode"],
            one.state["Error"],
            # A container that has run for long may have lost one of its processes long ago.
            killed_for_memory=bool(
                one.state["OOMKilled"] or (one.is_young and inside.get("killed_for_memory"))
            ),
            memory_limit=one.raw["HostConfig"]["Memory"],
            missing_networks=tuple(name for name in wanted if name not in one.networks) if one.runs else (),
            nameless_networks=one.nameless_networks if one.runs else (),
            image=one.raw["Image"] if one.runs else "",
            unpublished=tuple(sorted(unpublished)) if one.service == "gateway" and one.runs else (),
            only_loopback=_only_loopback(inside.get("listening", ())),
        )
    for service, wanted_service in files["services"].items():
        there = sum(one.service == service for one in inspected)
        if wanted_service.get("restart") != "no":  # those that run once may have been removed
            replicas = wanted_service.get("deploy", {}).get("replicas") or 1
            for number in range(there, replicas):
                yield Container(f"{service}-{number + 1}", service, "missing")


def find_ends(inspected: Sequence[Inspected]) -> Iterator[Ends]:
    """Yield how often each container was restarted that was restarted lately."""
    for one in inspected:
        if one.raw["RestartCount"] and (one.state["Restarting"] or one.is_young):
            status = one.state["ExitCode"]
            how = f"signal {status - 128}" if status > 128 else f"status {status}"
            yield Ends(
                one.name,
                one.raw["RestartCount"],
                frozenset((how,)),
                "since its container was created",
                waits=bool(one.state["Restarting"]),
            )


def _only_loopback(addresses: Sequence[str]) -> str:
    """Return where a process listens if other containers can reach none of its addresses."""
    loopback = [one for one in addresses if one.startswith("127.") or one == "::1"]
    return f"{loopback[0]}:{HTTP_PORT}" if loopback and len(loopback) == len(addresses) else ""
