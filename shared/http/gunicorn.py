"""Serving of an application by gunicorn, with one aiohttp worker per master; to scale, start more masters.

gunicorn is started in this process with the settings below, so that it logs like the rest and a process has
one configuration: the service's.
"""

from __future__ import annotations

import asyncio
import gc
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
from shared.http.protocol import ProblemRunner
from shared.settings import ProcessSettings

KEEP_ALIVE_SECONDS = 95
"""Above the gateway's idle timeout (gateway/dynamic/services.yml), which would use closing connections."""

GRACEFUL_SECONDS = 8
"""For requests under way after SIGTERM and draining; the whole stack stops within 15 s."""


class UvloopWorker(GunicornWebWorker):
    """aiohttp's worker on uvloop.

    `aiohttp.GunicornUVLoopWebWorker` gets the current event loop before one exists, which fails from Python
    3.12 on; here the loop is made and set explicitly.
    """

    def init_process(self) -> None:
        """Make the event loop after the fork, then boot as gunicorn does."""
        self.loop = uvloop.new_event_loop()
        asyncio.set_event_loop(self.loop)
        BaseWorker.init_process(self)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """On SIGTERM, report not ready for `drain_seconds`, so that the gateway uses others, then stop."""
        server = cast(_Server, self.app)
        if server.served:
            server.served[LEAVING].set()
        self.loop.call_later(server.settings.drain_seconds, super().handle_exit, sig, frame)


class InheritedLogger(Logger):
    """Sends gunicorn's messages to the log of the process; the request middleware logs access."""

    def setup(self, cfg: Any) -> None:
        """Keep the handlers that `shared.logs` installed."""
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
            "graceful_timeout": round(GRACEFUL_SECONDS + self.settings.drain_seconds),
            "control_socket_disable": True,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        async def runner() -> web.AppRunner:
            self.served = self._factory()
            _keep_what_exists()
            return ProblemRunner(
                self.served,
                logger=logging.getLogger("aiohttp.server"),
                access_log=None,
                keepalive_timeout=KEEP_ALIVE_SECONDS,
                shutdown_timeout=0.95 * self.cfg.graceful_timeout,
            )

        return runner


def run_web(factory: Callable[[], web.Application], settings: ProcessSettings) -> None:
    """Serve the application until SIGTERM or SIGINT."""
    _keep_what_exists()  # before the fork, so that master and worker share the memory of what was imported
    _Server(factory, settings).run()


def _keep_what_exists() -> None:
    """Let later collections not look at what exists now.

    A look writes to each object: it would hold the event loop for tens of milliseconds whenever a request has
    made thousands of objects, and after a fork it would copy all of the memory that is shared.
    """
    gc.collect()
    gc.freeze()
