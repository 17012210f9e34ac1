"""The operator's commands: `tessera --help`."""

from __future__ import annotations

import argparse
import sys

from deploy.commands import (
    backup,
    compose,
    config,
    dead_letters,
    doctor,
    documents,
    exec,  # noqa: A004 - the command's name
    mail,
    openapi,
    parts,
    ports,
    preflight,
    repair,
    run,
    upgrade,
)
from deploy.stack.command_line import LAUNCHER
from deploy.stack.errors import DeployError


def main() -> int:
    """Run one command and return its exit status."""
    arguments = parser().parse_args()
    try:
        return int(arguments.command(arguments))
    except DeployError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands; each command sets the function `command` in what it parses."""
    parser = argparse.ArgumentParser(
        prog=LAUNCHER.name,
        description="Run a Tessera, look after it, and find out what is wrong with it.",
        epilog="`tessera COMMAND --help` explains one command. `--env` chooses the stack: native is that of "
        "`tessera run`, dev and prod are those under Docker Compose.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    run.add_parser(commands)
    compose.add_parsers(commands)
    backup.add_parsers(commands)
    upgrade.add_parser(commands)
    preflight.add_parser(commands)
    doctor.add_parser(commands)
    ports.add_parser(commands)
    config.add_parser(commands)
    exec.add_parser(commands)
    repair.add_parser(commands)
    dead_letters.add_parser(commands)
    mail.add_parser(commands)
    parts.add_parsers(commands)
    documents.add_parser(commands)
    openapi.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
