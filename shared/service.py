"""What every service has, assembled once; `create_app` and `create_worker` of a service add its features.

Cleanup contexts end in reverse order: features stop first, then the outbox, and the pool is closed last.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import text

from shared.db import Database
from shared.errors import Unavailable
from shared.http.access import VERIFIER
from shared.http.background import background
from shared.http.clients import TRUSTED_PROXIES
from shared.http.health import Check, keys_are_known
from shared.http.openapi import serve_openapi
from shared.http.operations import Operation, serve
from shared.http.server import API_PREFIX, create_base_app
from shared.http.tokens import KeySource, TokenVerifier, keys_published_at
from shared.messaging.consumer import ATTEMPTS, BATCH, Consumer, Handler
from shared.messaging.contracts import Message
from shared.messaging.exporting import Exporter, ExportFile
from shared.messaging.outbox import Outbox
from shared.messaging.relay import Relay
from shared.messaging.revocations import RevocationFeed
from shared.settings import ServiceSettings

MessageT = TypeVar("MessageT", bound=Message)

_SELECT_1 = text("SELECT 1")


class _ServiceApp:
    """An application with a pool of connections and an outbox."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        self.name = name
        self.settings = settings
        self.broker_url = settings.broker_url.get_secret_value()
        self.database = Database.of(settings)
        self.outbox = Outbox(self.database, producer=name)
        self.checks: dict[str, Check] = {"postgres": _can_query(self.database)}
        self.app = create_base_app(name, settings.instance, self.checks)
        self.app.cleanup_ctx.append(self.database.closing)
        self.run("outbox-notifier", self.outbox.run)

    def run(self, task: str, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a task for as long as the application; the process stops if the task ends on its own."""
        self.app.cleanup_ctx.append(background(task, run))


class WebApp(_ServiceApp):
    """The HTTP side of a service."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        super().__init__(name, settings)
        self.app[TRUSTED_PROXIES] = settings.trusted_proxies

    def verify_tokens(self, source: KeySource, *, check: str) -> TokenVerifier:
        """Verify callers' tokens with the keys of `source`; /ready names them `check`."""
        verifier = TokenVerifier(source)
        self.app[VERIFIER] = verifier
        self.checks[check] = keys_are_known(verifier)
        self.run("signing-keys", verifier.run)
        return verifier

    def verify_tokens_of_auth(self, jwks_url: str) -> TokenVerifier:
        """Verify callers' tokens with the keys that auth publishes there, and follow its revocations."""
        verifier = self.verify_tokens(keys_published_at(jwks_url), check="auth")
        feed = RevocationFeed(
            self.broker_url,
            name=self.settings.instance,
            jwks_url=jwks_url,
            revocations=verifier.revocations,
        )
        self.run("revocations", feed.run)
        return verifier

    def serve(self, features: Mapping[str, Sequence[Operation]]) -> None:
        """Serve the operations of each feature, in order, and the document that describes them."""
        for operations in features.values():
            serve(self.app, API_PREFIX, operations)
        serve_openapi(self.app, self.name, features)


class WorkerApp(_ServiceApp):
    """The background side of a service: it relays the outbox and consumes queues."""

    def __init__(self, name: str, settings: ServiceSettings) -> None:
        super().__init__(name, settings)
        relay = Relay(self.database, self.broker_url, service=name)
        self._links: list[_Link] = [relay]
        self.checks["rabbitmq"] = self._check_links
        self.run("relay", relay.run)

    def consume(
        self,
        handlers: Mapping[type[MessageT], Handler],
        *,
        queue: str | None = None,
        batch: int = BATCH,
        attempts: int = ATTEMPTS,
        longest_pause: float | None = None,
    ) -> None:
        """Apply the messages of a queue, by default the service's events; see `Consumer`."""
        consumer = Consumer(
            self.database,
            self.broker_url,
            service=self.name,
            handlers=handlers,
            queue=queue,
            batch=batch,
            attempts=attempts,
            longest_pause=longest_pause,
        )
        self._links.append(consumer)
        self.run(f"{consumer.queue} consumer", consumer.run)

    def export(self, files: Sequence[ExportFile]) -> None:
        """Contribute these files to exports of all that the site has of an account."""
        exporter = Exporter(self.database, self.outbox, self.name, files)
        self.run("exporter", exporter.run)

    async def _check_links(self) -> None:
        if not all(link.connected for link in self._links):
            raise Unavailable("rabbitmq", "not connected")


class _Link(Protocol):
    @property
    def connected(self) -> bool: ...


def _can_query(database: Database) -> Check:
    async def check() -> None:
        async with database.connection() as conn:
            await conn.fetch_value(_SELECT_1)

    return check
