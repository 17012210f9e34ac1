"""`python -m deploy dead-letters QUEUE`: what a service could not apply, to look at and to send back.

The services have the same verb (`python -m services.users dead-letters`); this one finds the settings of the
stack in TESSERA_VAR by itself.
"""

from __future__ import annotations

import argparse
import asyncio
import os

from deploy.stack.errors import DeployError
from deploy.stack.state_dir import StateDir
from shared.errors import Unavailable
from shared.messaging import dead_letters
from shared.messaging.topology import QUEUES


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `dead-letters` to the commands."""
    parser = commands.add_parser(
        "dead-letters",
        help="messages that a service could not apply: show them, or send them back",
        description="Show what could not be applied of a queue, oldest first, in the stack in TESSERA_VAR.",
    )
    parser.add_argument("queue", choices=list(QUEUES))
    parser.add_argument(
        "--replay", action="store_true", help="send all of them back to the service, once the cause is gone"
    )
    parser.set_defaults(command=lambda arguments: asyncio.run(_run(arguments.queue, arguments.replay)))


async def _run(queue: str, replay: bool) -> int:
    service = queue.partition(".")[0]
    secret = StateDir.from_environ(os.environ).root / "secrets" / f"{service}_broker_url"
    try:
        if replay:
            print(f"{await dead_letters.replay(secret.read_text(), queue)} sent back")
        else:
            for letter in await dead_letters.show(secret.read_text(), queue):
                print(f"{letter.message_id}  {letter.type}  {letter.reason}  {letter.body[:200]!r}")
    except FileNotFoundError:
        raise DeployError(f"{secret} is not there: no stack ran in that folder yet") from None
    except Unavailable as error:
        raise DeployError(f"RabbitMQ cannot be used: {error}") from error
    return 0
