"""`tessera ports`: every port of every way of running, and its current holder."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress

from deploy.stack import engine, ports
from deploy.stack.errors import DeployError


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `ports` to the commands."""
    parser = commands.add_parser(
        "ports",
        help="show the port map, and the current holder of each port",
        description="Print every port of every way of running, the variable that changes it, and its holder.",
    )
    parser.set_defaults(command=_ports)


def _ports(_: argparse.Namespace) -> int:
    containers = {}
    with suppress(DeployError):  # no engine: no container
        containers = engine.list_published_ports()
    print(ports.render_table(os.environ, containers))
    return 0
