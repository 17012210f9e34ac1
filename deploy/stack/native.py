"""The stack of `tessera run`: every process of it, on this machine, in one state folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from deploy.stack.external import ExternalServers
from deploy.stack.parts.postgres import Postgres
from deploy.stack.parts.process import Process
from deploy.stack.parts.rabbitmq import RabbitMQ
from deploy.stack.parts.traefik import Traefik
from deploy.stack.ports import Listen, listens_of
from deploy.stack.programs import (
    PROGRAMS,
    SERVICES,
    ServiceProcess,
    service_environment,
    write_urls,
)
from deploy.stack.state_dir import StateDir


class ProgressLog:
    """Prints each step with the seconds since the start, and keeps it in the state folder's log."""

    def __init__(self, var: StateDir) -> None:
        self._began = time.monotonic()
        self._log = var.new_log("supervisor").open("a", buffering=1)

    def __call__(self, text: str) -> None:
        """Print and log one step."""
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)
        self._log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}\n")


class NativeStack:
    """Every process of one run, made from the environment, with nothing started yet."""

    def __init__(self, var: StateDir, ports: Mapping[str, int], external: ExternalServers) -> None:
        self.var = var
        listen = Listen(ports["gateway"], listens_of("native", os.environ)["gateway"].address)
        self.url = f"http://{listen.authority}"
        self.postgres = None if external.databases else Postgres(var, ports["postgres"], SERVICES)
        self.rabbitmq = None if external.brokers else _own_rabbitmq(var, ports)
        write_urls(
            var,
            {service: self.postgres.url(service) for service in SERVICES}
            if self.postgres
            else external.databases,
            {service: self.rabbitmq.url(service) for service in SERVICES}
            if self.rabbitmq
            else external.brokers,
        )
        self.env = service_environment(var, ports, os.environ)
        self.services = [ServiceProcess(program, var, ports[program.name], self.env) for program in PROGRAMS]
        servers: dict[str, list[str]] = {}
        for process in self._of_kind("web"):
            servers.setdefault(process.program.service, []).append(f"http://127.0.0.1:{process.port}")
        self.gateway = Traefik(var, listen=listen, admin_port=ports["gateway-admin"], servers=servers)

    @property
    def stop_order(self) -> list[tuple[float, list[Process]]]:
        """The stages of stopping, each with its deadline in seconds since the first; less than 15 in all."""
        return [
            (2.5, [self.gateway]),
            (8.5, [*self._of_kind("web")]),
            (11, [*self._of_kind("worker")]),
            (13, [self.rabbitmq] if self.rabbitmq else []),
            (14, [self.postgres] if self.postgres else []),
        ]

    def _of_kind(self, kind: str) -> list[ServiceProcess]:
        return [process for process in self.services if process.program.kind == kind]


def _own_rabbitmq(var: StateDir, ports: Mapping[str, int]) -> RabbitMQ:
    return RabbitMQ(
        var,
        amqp=ports["rabbitmq-amqp"],
        dist=ports["rabbitmq-dist"],
        epmd=ports["rabbitmq-epmd"],
        users=SERVICES,
    )


@contextmanager
def lock_state_dir(var: StateDir, purpose: str) -> Iterator[None]:
    """Keep every other run out of the state folder; the kernel releases the lock when this process ends.

    `purpose` is what the other run prints. Raises DeployError with the holder's when the folder is locked.
    """
    with var.hold("lock", purpose, f"Tessera is already running in {var.root}"):
        yield
