"""`tessera mail test ADDRESS`: send a mail as the stack does, and see what the mail server answers."""

from __future__ import annotations

import argparse

from deploy.commands.environments import add_env_option
from deploy.commands.exec import run_service


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `mail` to the commands."""
    about = "send a test mail with the settings of a stack: mail test ADDRESS"
    parser = commands.add_parser(
        "mail",
        help=about,
        description="Send a mail to an address at once, with the settings and secrets of a stack, and print "
        "where it went. When the mail server refuses it, its answer is the error.",
    )
    add_env_option(parser)
    parser.add_argument("action", choices=("test",), help=about)
    parser.add_argument("address", help="email address that receives the test")
    parser.set_defaults(command=lambda given: run_service(given.env, "auth", ["test-mail", given.address]))
