"""The verbs of a service's image: `python -m services.<name> web | worker | migrate | dead-letters`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

import orjson
import uvloop
from aiohttp import web

from shared.db import Database
from shared.db.migrations import migrate
from shared.errors import Unavailable
from shared.http.gunicorn import run_web
from shared.logs import configure_logs
from shared.messaging import dead_letters
from shared.messaging.outbox import Outbox
from shared.messaging.restating import ReadSlice, restate
from shared.messaging.topology import QUEUES, open_declared
from shared.settings import ServiceSettings

SLICE_SECONDS = 60.0
"""Per statement that reads a slice: the deletions in a long history take a while."""

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


@dataclass(frozen=True)
class Verb(Generic[SettingsT]):
    """A command of a service; `arguments` adds the options that `run` reads to its parser."""

    help: str
    run: Callable[[SettingsT, argparse.Namespace], None]
    arguments: Callable[[argparse.ArgumentParser], None]


def run_worker(create_worker: Callable[[], web.Application], settings: ServiceSettings) -> None:
    """Run the background side of a service, with /health, /ready and /metrics on `bind`."""
    host, _, port = settings.bind.rpartition(":")
    web.run_app(
        create_worker(), host=host, port=int(port), access_log=None, print=None, loop=uvloop.new_event_loop()
    )


def main(
    service: str,
    settings_type: type[SettingsT],
    create_app: Callable[[SettingsT], web.Application],
    create_worker: Callable[[SettingsT], web.Application],
    more: Mapping[str, tuple[str, Callable[[SettingsT], None]]] | None = None,
    with_arguments: Mapping[str, Verb[SettingsT]] | None = None,
    *,
    restated: Mapping[str, ReadSlice],
) -> None:
    """Run the verb given on the command line; `more` and `with_arguments` add verbs of the service.

    `restated` are the kinds of rows that other services keep copies of.
    """
    verbs: dict[str, Verb[SettingsT]] = {
        "web": _plain("serve the HTTP API", lambda s: run_web(lambda: create_app(s), s)),
        "worker": _plain(
            "relay and consume messages, run housekeeping",
            lambda s: run_worker(lambda: create_worker(s), s),
        ),
        "migrate": _plain(
            "upgrade the database to the newest schema",
            lambda s: migrate(service, s.database_url.get_secret_value()),
        ),
        "declare": _plain("declare the exchanges, queues and bindings at the broker", _declare),
        "dead-letters": Verb(
            "list the messages that could not be consumed, or send them back to their queue",
            _dead_letters,
            lambda parser: _add_queue_arguments(parser, service),
        ),
        "restate": Verb(
            f"say again what is true of all {', '.join(restated)}, for services that missed an event",
            lambda settings, given: _restate(service, restated, settings, given),
            _add_dry_run,
        ),
        **{name: _plain(*verb) for name, verb in (more or {}).items()},
        **(with_arguments or {}),
    }
    parser = argparse.ArgumentParser(
        prog=f"python -m services.{service}",
        description=f"The {service} service. Settings come from {service.upper()}_* in the environment.",
    )
    choices = parser.add_subparsers(dest="verb", required=True)
    for name, verb in verbs.items():
        verb.arguments(choices.add_parser(name, help=verb.help, description=verb.help))
    given = parser.parse_args()
    settings = settings_type()
    configure_logs(service, settings.instance, settings.log_level)
    verbs[given.verb].run(settings, given)


def _restate(
    service: str, kinds: Mapping[str, ReadSlice], settings: ServiceSettings, given: argparse.Namespace
) -> None:
    """Print a JSON line after each slice; exits with status 1 and the reason when the outbox stays full."""

    async def run() -> None:
        database = Database.of(settings, statement=SLICE_SECONDS)
        outbox = Outbox(database, producer=service)
        notifying = asyncio.create_task(outbox.run())
        try:
            async for progress in restate(database, outbox, kinds, is_dry=given.dry_run):
                print(orjson.dumps(asdict(progress)).decode(), flush=True)
        finally:
            notifying.cancel()
            await database.close()

    try:
        asyncio.run(run())
    except Unavailable as error:
        sys.exit(f"not everything was said again: {error}")


def _plain(help_text: str, run: Callable[[SettingsT], None]) -> Verb[SettingsT]:
    return Verb(help_text, lambda settings, _: run(settings), lambda _: None)


def _add_queue_arguments(parser: argparse.ArgumentParser, service: str) -> None:
    queues = [queue for queue in QUEUES if queue.startswith(f"{service}.")]
    parser.add_argument("action", choices=("list", "replay"))
    parser.add_argument("queue", choices=queues)
    parser.add_argument("--id", help="replay only this message")


def _declare(settings: ServiceSettings) -> None:
    async def declare() -> None:
        async with open_declared(settings.broker_url.get_secret_value(), "tessera declare"):
            pass

    try:
        asyncio.run(declare())
    except Unavailable as error:
        sys.exit(f"not declared: {error}")


def _add_dry_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only count them")


def _dead_letters(settings: ServiceSettings, given: argparse.Namespace) -> None:
    """Print the oldest dead letters, one JSON line each, or the number that was sent back."""
    broker_url = settings.broker_url.get_secret_value()
    try:
        if given.action == "list":
            for letter in asyncio.run(dead_letters.show(broker_url, given.queue)):
                shown = {"id": letter.message_id, "type": letter.type, "reason": letter.reason}
                print(orjson.dumps({**shown, "body": letter.body.decode(errors="replace")}).decode())
        else:
            replayed = asyncio.run(dead_letters.replay(broker_url, given.queue, given.id))
            print(orjson.dumps({"replayed": replayed}).decode())
    except Unavailable as error:
        sys.exit(str(error))
