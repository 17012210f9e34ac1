"""`tessera dead-letters QUEUE`: the messages that a service could not apply, to look at and to send back."""

from __future__ import annotations

import argparse

from deploy.commands.environments import add_env_option
from deploy.commands.exec import run_service
from shared.messaging.topology import QUEUES


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `dead-letters` to the commands."""
    parser = commands.add_parser(
        "dead-letters",
        help="show the messages that a service could not apply, or send them back",
        description="Show the messages of a queue that could not be applied, oldest first, as JSON lines.",
    )
    add_env_option(parser)
    parser.add_argument("queue", choices=list(QUEUES))
    parser.add_argument(
        "--replay", action="store_true", help="send all of them back to the service, once the cause is gone"
    )
    parser.set_defaults(command=_dead_letters)


def _dead_letters(given: argparse.Namespace) -> int:
    service = given.queue.partition(".")[0]
    action = "replay" if given.replay else "list"
    return run_service(given.env, service, ["dead-letters", action, given.queue])
