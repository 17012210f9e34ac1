"""Serving an application under gunicorn: one aiohttp worker a master; to scale, start more masters.

gunicorn is started in this process with the settings below, so that its log lines are ours and a process
has one configuration: the service's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import FrameType
from typing import Any, cast

import uvloop
from aiohttp import GunicornWebWorker, web
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker as BaseWorker

from shared.http.health import LEAVING
from shared.settings import ProcessSettings

KEEP_ALIVE_SECONDS = 95
"""Above the gateway's idle timeout (gateway/dynamic/services.yml), or it sends into closing connections."""

GRACEFUL_SECONDS = 8
"""For requests under way after SIGTERM and draining; a stop of the whole stack has 15 s."""


class UvloopWorker(GunicornWebWorker):
    """aiohttp's worker on uvloop.

    `aiohttp.GunicornUVLoopWebWorker` asks for the current event loop before there is one, which Python 3.12
    and later refuse; here the loop is made and set explicitly.
    """

    def init_process(self) -> None:
        """Make the loop after the fork, then boot as gunicorn does."""
        self.loop = uvloop.new_event_loop()
        asyncio.set_event_loop(self.loop)
        BaseWorker.init_process(self)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: be not ready for a while, so that the gateway sends its requests elsewhere, then stop."""
        server = cast(_Server, self.app)
        if server.served:
            server.served[LEAVING].set()
        self.loop.call_later(server.settings.drain_seconds, super().handle_exit, sig, frame)


class InheritedLogger(Logger):
    """gunicorn's messages as lines of the process's own log; access lines are the request middleware's."""

    def setup(self, cfg: Any) -> None:
        """Leave the handlers that `shared.logs` installed as they are."""
        self.cfg = cfg
        self.error_log = logging.getLogger("gunicorn.error")
        self.access_log = logging.getLogger("gunicorn.access")
        self.error_log.propagate = True


class _Server(BaseApplication):
    def __init__(self, factory: Callable[[], web.Application], settings: ProcessSettings) -> None:
        self._factory = factory
        self.settings = settings
        self.served: web.Application | None = None
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": self.settings.bind,
            "proc_name": self.settings.instance,
            "workers": 1,
            "worker_class": UvloopWorker,
            "logger_class": InheritedLogger,
            "keepalive": KEEP_ALIVE_SECONDS,
            "graceful_timeout": round(GRACEFUL_SECONDS + self.settings.drain_seconds),
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        async def application() -> web.Application:
            self.served = self._factory()
            return self.served

        return application


def run_web(factory: Callable[[], web.Application], settings: ProcessSettings) -> None:
    """Serve the application until SIGTERM or SIGINT."""
    _Server(factory, settings).run()
