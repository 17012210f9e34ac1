"""The operator's commands: `tessera --help`."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress

from deploy.commands import backup, compose, dead_letters, doctor, preflight, run
from deploy.stack import engine, ports
from deploy.stack.command_line import LAUNCHER
from deploy.stack.errors import DeployError


def main() -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog=LAUNCHER.name, description="Tessera for operators.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    run.add_parser(commands)
    compose.add_parsers(commands)
    backup.add_parsers(commands)
    preflight.add_parser(commands)
    doctor.add_parser(commands)
    dead_letters.add_parser(commands)
    show_ports = commands.add_parser(
        "ports",
        help="the port map, and who holds each port now",
        description="Print every port of every way of running, the variable that changes it, and its holder.",
    )
    show_ports.set_defaults(command=_show_ports)
    arguments = parser.parse_args()
    try:
        return int(arguments.command(arguments))
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _show_ports(_: argparse.Namespace) -> int:
    containers = {}
    with suppress(DeployError):  # no engine: no container
        containers = engine.published()
    print(ports.table(os.environ, containers))
    return 0


if __name__ == "__main__":
    sys.exit(main())
