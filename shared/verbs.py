"""The verbs of a service's image: `python -m services.<name> web | worker | migrate`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import TypeVar

import uvloop
from aiohttp import web

from shared.http.gunicorn import run_web
from shared.logs import configure_logs
from shared.migrations import migrate
from shared.settings import ServiceSettings

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def run_worker(create_worker: Callable[[], web.Application], settings: ServiceSettings) -> None:
    """Run the background work of a service, with its /health, /ready and /metrics on `bind`."""
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
) -> None:
    """Run the verb given on the command line; `more` adds verbs of the service's own, each with its help."""
    verbs: dict[str, tuple[str, Callable[[SettingsT], None]]] = {
        "web": ("serve the HTTP API", lambda s: run_web(lambda: create_app(s), s)),
        "worker": (
            "relay events, consume events, do the housekeeping",
            lambda s: run_worker(lambda: create_worker(s), s),
        ),
        "migrate": (
            "bring the database to the newest schema",
            lambda s: migrate(service, s.database_url.get_secret_value()),
        ),
        **(more or {}),
    }
    parser = argparse.ArgumentParser(
        prog=f"python -m services.{service}",
        description=f"The {service} service. Settings come from {service.upper()}_* in the environment.",
    )
    choices = parser.add_subparsers(dest="verb", required=True)
    for name, (help_text, _) in verbs.items():
        choices.add_parser(name, help=help_text, description=help_text)
    verb = parser.parse_args().verb
    settings = settings_type()
    configure_logs(service, settings.instance, settings.log_level)
    verbs[verb][1](settings)
