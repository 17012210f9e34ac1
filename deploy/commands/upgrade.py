"""`tessera upgrade`: move the data of `tessera run` to the PostgreSQL and RabbitMQ that are installed now."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from deploy.backup.upgrade import set_broker_aside, upgrade
from deploy.stack.external import ExternalServers
from deploy.stack.native import ProgressLog, lock_state_dir
from deploy.stack.parts.process import clear_leftovers
from deploy.stack.state_dir import StateDir


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `upgrade` to the commands."""
    about = "move the data of `tessera run` to the PostgreSQL and RabbitMQ that are installed now"
    parser = commands.add_parser("upgrade", help=about, description=about)
    parser.description = (
        f"{about}. The stack must be stopped. Databases are dumped, restored and compared table by table; "
        "a broker that cannot start with its data begins empty. When it is interrupted, repeat it. The old "
        "data stays in the state folder as postgres-<version> and rabbitmq-<version>."
    )
    parser.add_argument(
        "--programs",
        type=Path,
        help="folder with the programs of the old version; default: /usr/lib/postgresql/<version>/bin",
    )
    parser.set_defaults(command=_run)


def _run(given: argparse.Namespace) -> int:
    external = ExternalServers.from_environ(os.environ)
    var = StateDir.from_environ(os.environ)
    with lock_state_dir(var, "an upgrade"):
        report = ProgressLog(var)
        clear_leftovers(var, report)
        if not external.databases:
            asyncio.run(upgrade(var, given.programs, report))
        if not external.brokers:
            set_broker_aside(var, report)
    return 0
