"""The applications of the users service: the ordered lists of what is set up."""

from __future__ import annotations

from aiohttp import web

from services.users.audit import api as audit
from services.users.audit.service import AUDIT, Audit
from services.users.consumed import handlers
from services.users.dashboard import api as dashboard
from services.users.dashboard.lookout import Lookout
from services.users.dashboard.service import DASHBOARD, Dashboard
from services.users.feed import api as feed
from services.users.feed.service import FEED, Feed
from services.users.follows import api as follows
from services.users.follows.service import FOLLOWS, Follows
from services.users.moderation import api as moderation
from services.users.moderation.service import MODERATION, Moderation
from services.users.profiles import api as profiles
from services.users.profiles.service import PROFILES, Profiles
from services.users.reports import api as reports
from services.users.reports.service import REPORTS, Reports
from services.users.settings import UsersSettings
from shared.db import Database
from shared.http.access import VERIFIER, verifying_tokens
from shared.http.background import background
from shared.http.health import broker_is_connected, keys_are_known, postgres_answers
from shared.http.openapi import serve_openapi
from shared.http.operations import serve
from shared.http.server import API_PREFIX, create_base_app
from shared.http.tokens import TokenVerifier, keys_published_at
from shared.messaging.consumer import Consumer
from shared.messaging.outbox import Outbox
from shared.messaging.relay import Relay
from shared.messaging.revocations import RevocationFeed

SERVICE = "users"

FEATURES = {
    # Before profiles, whose /users/{user_id} would take it for an id.
    "feed": feed.OPERATIONS,
    "profiles": profiles.OPERATIONS,
    "follows": follows.OPERATIONS,
    "reports": reports.OPERATIONS,
    "moderation": moderation.OPERATIONS,
    "audit": audit.OPERATIONS,
    "dashboard": dashboard.OPERATIONS,
}


def create_app(settings: UsersSettings) -> web.Application:
    """Set up the HTTP side; without the broker it works, but hears of no revocations."""
    database = Database.of(settings)
    outbox = Outbox(database, producer=SERVICE)
    verifier = TokenVerifier(keys_published_at(settings.jwks_url))
    revocations = RevocationFeed(
        settings.broker_url.get_secret_value(),
        name=settings.instance,
        jwks_url=settings.jwks_url,
        revocations=verifier.revocations,
    )

    app = create_base_app(
        SERVICE,
        settings.instance,
        {"postgres": postgres_answers(database), "auth": keys_are_known(verifier)},
    )
    app[VERIFIER] = verifier
    app[PROFILES] = Profiles(database, outbox)
    app[FOLLOWS] = Follows(database)
    app[REPORTS] = Reports(database, outbox, per_hour=settings.reports_per_hour)
    app[MODERATION] = Moderation(database, outbox)
    app[AUDIT] = Audit(database)
    app[FEED] = Feed(database)
    app[DASHBOARD] = Dashboard(database)

    app.cleanup_ctx.append(database.closing)
    app.cleanup_ctx.append(verifying_tokens)
    app.cleanup_ctx.append(background("revocations", revocations.run))
    app.cleanup_ctx.append(background("outbox-bell", outbox.run))

    for operations in FEATURES.values():
        serve(app, API_PREFIX, operations)
    serve_openapi(app, SERVICE, FEATURES)
    return app


def create_worker(settings: UsersSettings) -> web.Application:
    """Set up the background side: relay, consumer and lookout."""
    database = Database.of(settings)
    broker_url = settings.broker_url.get_secret_value()
    outbox = Outbox(database, producer=SERVICE)
    relay = Relay(database, broker_url, service=SERVICE)
    consumer = Consumer(database, broker_url, service=SERVICE, handlers=handlers(Profiles(database, outbox)))

    lookout = Lookout(database, broker_url, settings.targets)

    app = create_base_app(
        SERVICE,
        settings.instance,
        {"postgres": postgres_answers(database), "rabbitmq": broker_is_connected(relay, consumer)},
    )
    app.cleanup_ctx.append(database.closing)
    app.cleanup_ctx.append(background("outbox-bell", outbox.run))
    app.cleanup_ctx.append(background("relay", relay.run))
    app.cleanup_ctx.append(background("consumer", consumer.run))
    app.cleanup_ctx.append(background("lookout", lookout.run))
    return app
