"""`python -m deploy run`: from nothing to a stack that answers through its gateway, and back."""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import signal
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from deploy.checks.doctor import diagnose
from deploy.checks.findings import as_text
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.preflight import inspect_native
from deploy.checks.redact import redactor
from deploy.commands.demo.painter import is_wanted, paint_demo
from deploy.commands.preflight import refuse_unfit
from deploy.stack.errors import DeployError
from deploy.stack.parts.postgres import Postgres
from deploy.stack.parts.process import Process, clear_leftovers
from deploy.stack.parts.rabbitmq import RabbitMQ, ensure_installed
from deploy.stack.parts.traefik import Traefik
from deploy.stack.ports import ports_of
from deploy.stack.probes import probe_routes
from deploy.stack.programs import (
    PROGRAMS,
    SERVICES,
    ServiceProcess,
    first_admin,
    run_verb,
    service_environment,
)
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import Supervisor, together


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run` to the commands."""
    parser = commands.add_parser(
        "run",
        help="the whole stack on this machine, without Docker",
        description="Start PostgreSQL, RabbitMQ, the services and the gateway on this machine, and keep "
        "them running until Ctrl-C or SIGTERM. TESSERA_VAR names the state folder (default: var/), "
        "TESSERA_PORT the port of the gateway (default: 8080); `python -m deploy ports` lists the others. "
        "With AUTH_DATABASE_URL, USERS_DATABASE_URL and TILES_DATABASE_URL set, those are used and no "
        "PostgreSQL is started. The first start paints a demo canvas, unless TESSERA_DEMO is 0.",
    )
    parser.set_defaults(command=lambda _: asyncio.run(_run(os.environ)))


class Narrator:
    """Says what happens, line by line with the seconds since the start, on the terminal and in var/log."""

    def __init__(self, var: StateDir) -> None:
        self._began = time.monotonic()
        self._log = var.new_log("supervisor").open("a", buffering=1)

    def __call__(self, text: str) -> None:
        """Say one thing."""
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)
        self._log.write(f"{datetime.now(UTC).isoformat(timespec='milliseconds')} {text}\n")


class Stack:
    """Every process of one run, made from the environment, with nothing started yet."""

    def __init__(self, var: StateDir, ports: Mapping[str, int], external: Mapping[str, str]) -> None:
        self.var = var
        self.url = f"http://localhost:{ports['gateway']}"
        self.postgres = None if external else Postgres(var, ports["postgres"], SERVICES)
        self.rabbitmq = RabbitMQ(
            var,
            amqp=ports["rabbitmq-amqp"],
            dist=ports["rabbitmq-dist"],
            epmd=ports["rabbitmq-epmd"],
            users=SERVICES,
        )
        database_urls = (
            {service: self.postgres.url(service) for service in SERVICES} if self.postgres else external
        )
        broker_urls = {service: self.rabbitmq.url(service) for service in SERVICES}
        self.env = service_environment(var, ports, database_urls, broker_urls)
        self.services = [ServiceProcess(program, var, ports[program.name], self.env) for program in PROGRAMS]
        servers: dict[str, list[str]] = {}
        for process in self._of_kind("web"):
            servers.setdefault(process.program.service, []).append(f"http://127.0.0.1:{process.port}")
        self.gateway = Traefik(var, port=ports["gateway"], admin_port=ports["gateway-admin"], servers=servers)

    @property
    def stop_order(self) -> list[tuple[float, list[Process]]]:
        """Who stops when, and by when at the latest, in seconds: together less than 15."""
        return [
            (2.5, [self.gateway]),
            (8.5, [*self._of_kind("web")]),
            (11, [*self._of_kind("worker")]),
            (13, [self.rabbitmq]),
            (14, [self.postgres] if self.postgres else []),
        ]

    def _of_kind(self, kind: str) -> list[ServiceProcess]:
        return [process for process in self.services if process.program.kind == kind]


async def _run(environ: Mapping[str, str]) -> int:
    var = StateDir.from_environ(environ)
    ports = ports_of("native", environ)
    external = external_databases(environ)
    with only_run(var, f"http://localhost:{ports['gateway']}"):
        say = Narrator(var)
        say(f"state folder {var.root}")
        clear_leftovers(var, say)
        native = NativeGatherer(var, environ, ports, supervisor=None)
        for finding in refuse_unfit(var, inspect_native(native)):
            say(f"{finding.severity.name.lower()}: {finding.cause}")
        say("preflight found nothing that speaks against a start")
        ensure_installed(say)
        stack = Stack(var, ports, external)
        supervisor = Supervisor(say)
        asked_to_stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
        try:
            await _until_asked(asked_to_stop, _start(stack, supervisor, native, say, demo=is_wanted(environ)))
            await asked_to_stop.wait()
        finally:
            say("stopping")
            await supervisor.stop(stack.stop_order)
            say("stopped")
    return 0


@contextmanager
def only_run(var: StateDir, what: str) -> Iterator[None]:
    """Hold the state folder, for one run at a time; the kernel lets go of it when this process ends.

    Raises DeployError when another one holds it, naming what that one is.
    """
    with (var.root / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DeployError(f"Tessera runs already in {var.root}: {lock.read()}") from None
        lock.truncate(0)
        lock.write(f"pid {os.getpid()}, {what}")
        lock.flush()
        yield


def external_databases(environ: Mapping[str, str]) -> dict[str, str]:
    """Database URLs by service when the operator gives them, else nothing."""
    names = {service: f"{service.upper()}_DATABASE_URL" for service in SERVICES}
    given = {service: environ[name] for service, name in names.items() if environ.get(name)}
    if given and len(given) < len(names):
        missing = ", ".join(name for service, name in names.items() if service not in given)
        raise DeployError(f"give the database URLs of all services or of none; missing: {missing}")
    return given


async def _until_asked(asked_to_stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but drop it when asked to stop."""
    working, asked = asyncio.create_task(work), asyncio.create_task(asked_to_stop.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if working.done():
        working.result()
    else:
        working.cancel()
        await asyncio.wait({working})


async def _start(
    stack: Stack, supervisor: Supervisor, native: NativeGatherer, say: Narrator, *, demo: bool
) -> None:
    async def databases() -> None:
        if stack.postgres:
            await supervisor.start(stack.postgres)
        await together(*(run_verb(service, "migrate", stack.var, stack.env) for service in SERVICES))
        say("databases are migrated")

    await together(databases(), supervisor.start(stack.rabbitmq))
    await supervisor.start(*stack.services)
    await supervisor.start(stack.gateway)
    try:
        say(f"{await probe_routes(stack.url)} routes are answered through the gateway")
    except DeployError as error:
        found = await asyncio.to_thread(diagnose, replace(native, supervisor=os.getpid()))
        raise DeployError(f"{error}\n{redactor(stack.var)(as_text(found))}") from error
    # Last, because the password is told only once: nothing may come between making and printing it.
    username, password = await first_admin(stack.var, stack.env)
    print(f"\nTessera is ready: {stack.url}")
    print(f"First admin: {username}" + (f", one-time password: {password}" if password else ""))
    print(f"Logs are in {stack.var.root / 'log'}. Ctrl-C stops everything.\n", flush=True)
    if demo and password:
        say(await paint_demo(stack.url, username, password))
