"""`tessera run`: from nothing to a stack that answers through its gateway, and back."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

from deploy.checks.doctor import diagnose
from deploy.checks.findings import as_text
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.preflight import inspect_native
from deploy.checks.redact import redactor
from deploy.commands.demo.painter import is_wanted, paint_demo
from deploy.commands.preflight import refuse_unfit
from deploy.stack.command_line import command_line, is_on_path, path_line
from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers
from deploy.stack.front import read_public_url
from deploy.stack.native import NativeStack, ProgressLog, lock_state_dir
from deploy.stack.parts.process import clear_leftovers
from deploy.stack.parts.rabbitmq import ensure_installed
from deploy.stack.ports import listens_of, ports_of
from deploy.stack.probes import probe_routes
from deploy.stack.programs import SERVICES, ensure_first_admin, run_verb
from deploy.stack.settings.chosen import find_faults, without_faults
from deploy.stack.state_dir import StateDir
from deploy.stack.supervisor import Supervisor, together


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run` to the commands."""
    parser = commands.add_parser(
        "run",
        help="start the whole stack on this machine, without Docker",
        description="Start PostgreSQL, RabbitMQ, the services and the gateway on this machine, and keep "
        "them running until Ctrl-C or SIGTERM. TESSERA_VAR names the state folder (default: var/), "
        "TESSERA_PORT the port of the gateway (default: 8080); `tessera ports` lists the others. "
        "With AUTH_DATABASE_URL, USERS_DATABASE_URL and TILES_DATABASE_URL set, those are used and no "
        "PostgreSQL is started; so are AUTH_BROKER_URL and so on instead of RabbitMQ. The first start paints "
        "demo canvases, unless TESSERA_DEMO is 0.",
    )
    parser.set_defaults(command=lambda _: asyncio.run(_run(os.environ)))


async def _run(environ: Mapping[str, str]) -> int:
    faults = find_faults("native", environ)
    environ = without_faults(environ, faults)
    var = StateDir.from_environ(environ)
    ports = ports_of("native", environ)
    external = ExternalServers.from_environ(environ)
    native = NativeGatherer(var, environ, ports, supervisor=None, faults=faults)
    with lock_state_dir(var, f"http://{listens_of('native', environ)['gateway'].authority}"):
        report = ProgressLog(var)
        report(f"state folder {var.root}")
        clear_leftovers(var, report)
        for finding in refuse_unfit(var, inspect_native(native)):
            report(f"{finding.severity.name.lower()}: {finding.cause}")
        report("preflight found nothing that prevents a start")
        if not external.brokers:
            ensure_installed(report)
        stack = NativeStack(var, ports, external)
        supervisor = Supervisor(report)
        asked_to_stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
        try:
            await _until_asked(
                asked_to_stop, _start(stack, supervisor, native, report, demo=is_wanted(environ))
            )
            await asked_to_stop.wait()
        finally:
            report("stopping")
            await supervisor.stop(stack.stop_order)
            report("stopped")
    return 0


async def _until_asked(asked_to_stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do the work, but cancel it when asked to stop."""
    working, asked = asyncio.create_task(work), asyncio.create_task(asked_to_stop.wait())
    await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if working.done():
        working.result()
    else:
        working.cancel()
        await asyncio.wait({working})


async def _start(
    stack: NativeStack, supervisor: Supervisor, native: NativeGatherer, report: ProgressLog, *, demo: bool
) -> None:
    async def start_databases() -> None:
        if stack.postgres:
            await supervisor.start(stack.postgres)
        await together(*(run_verb(service, "migrate", stack.var, stack.env) for service in SERVICES))
        report("databases are migrated")

    await together(start_databases(), supervisor.start(*([stack.rabbitmq] if stack.rabbitmq else [])))
    await supervisor.start(*stack.services)
    await supervisor.start(stack.gateway)
    try:
        report(f"{await probe_routes(stack.url, report)} routes are answered through the gateway")
    except DeployError as error:
        found = await asyncio.to_thread(diagnose, replace(native, supervisor=os.getpid()))
        raise DeployError(f"{error}\n{redactor(stack.var)(as_text(found))}") from error
    # Last, because the password is printed only once: nothing may come between making and printing it.
    admin = await ensure_first_admin(stack.var, stack.env)
    print(f"\nTessera is ready: {read_public_url(os.environ) or stack.url}")
    print(admin.lines)
    print(f"Commands for another terminal: {command_line('--help')}")
    if not is_on_path():
        print(f"To shorten them to `tessera`: {path_line()}")
    print(f"Logs are in {stack.var.root / 'log'}. Ctrl-C stops everything.\n", flush=True)
    if demo and admin.password:
        report(await paint_demo(stack.url))
