"""The applications of the tiles service: the ordered lists of what is set up."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.areas import api as areas
from services.tiles.areas.service import AREAS, Areas
from services.tiles.artists.activity import Activity
from services.tiles.batches.service import Batches
from services.tiles.canvases import api as canvases
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.service import CANVASES, Canvases
from services.tiles.consumed import HANDLERS
from services.tiles.history import api as history
from services.tiles.history.service import HISTORY, History
from services.tiles.housekeeping import keep_house
from services.tiles.likes import api as likes
from services.tiles.likes.service import LIKES, Likes
from services.tiles.live import api as live
from services.tiles.live.hub import HUB, Hub
from services.tiles.locks import api as locks
from services.tiles.locks.service import LOCKS, Locks
from services.tiles.pictures import api as pictures
from services.tiles.pictures.service import PICTURES, Pictures
from services.tiles.reviews import api as reviews
from services.tiles.reviews.service import REVIEWS, Reviews
from services.tiles.settings import TilesSettings
from services.tiles.strokes import api as strokes
from services.tiles.strokes.limits import Allowance
from services.tiles.strokes.service import STROKES, Strokes
from services.tiles.tiles import api as tiles
from services.tiles.tiles.service import TILES, Tiles
from services.tiles.timelapse import api as timelapse
from services.tiles.timelapse.service import TIMELAPSES, Timelapses
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

SERVICE = "tiles"

# pictures before canvases: /canvases/7.png is not the canvas named "7.png".
FEATURES = {
    "pictures": pictures.OPERATIONS,
    "canvases": canvases.OPERATIONS,
    "tiles": tiles.OPERATIONS,
    "strokes": strokes.OPERATIONS,
    "locks": locks.OPERATIONS,
    "likes": likes.OPERATIONS,
    "history": history.OPERATIONS,
    "areas": areas.OPERATIONS,
    "reviews": reviews.OPERATIONS,
    "timelapse": timelapse.OPERATIONS,
    "live": live.OPERATIONS,
}


def create_app(settings: TilesSettings) -> web.Application:
    """Set up the HTTP side: features and the live feed."""
    database = Database.of(settings)
    outbox = Outbox(database, producer=SERVICE)
    journal = Journal(outbox)
    batches = Batches(database, journal, Activity(outbox), longest=settings.paint_queue)
    hub = Hub(database, settings.broker_url.get_secret_value(), name=settings.instance)
    verifier = TokenVerifier(keys_published_at(settings.jwks_url))
    verifier.revocations.listen(hub.close_account)
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
    app[live.DATABASE] = database
    app[CANVASES] = Canvases(database, journal)
    app[TILES] = Tiles(database, journal, batches)
    app[STROKES] = Strokes(batches, Allowance(settings.paint_rate, settings.paint_burst))
    app[live.PAINT_UNDERWAY] = settings.paint_underway
    app[LOCKS] = _locks(settings, database, journal)
    app[LIKES] = Likes(database, journal)
    app[HISTORY] = History(database, journal)
    app[AREAS] = _areas(settings, database, journal)
    app[REVIEWS] = Reviews(database, journal)
    app[TIMELAPSES] = Timelapses(database)
    app[PICTURES] = Pictures(database)
    app[HUB] = hub

    app.cleanup_ctx.append(database.closing)
    app.cleanup_ctx.append(verifying_tokens)
    app.cleanup_ctx.append(background("outbox-bell", outbox.run))
    app.cleanup_ctx.append(background("batches", batches.run))
    app.cleanup_ctx.append(background("live-feed", hub.run))
    app.cleanup_ctx.append(background("revocations", revocations.run))
    app.on_shutdown.append(live.closing_sockets)

    for operations in FEATURES.values():
        serve(app, API_PREFIX, operations)
    serve_openapi(app, SERVICE, FEATURES)
    return app


def create_worker(settings: TilesSettings) -> web.Application:
    """Set up the background side: relay, consumer, housekeeping."""
    database = Database.of(settings)
    broker_url = settings.broker_url.get_secret_value()
    outbox = Outbox(database, producer=SERVICE)
    journal = Journal(outbox)
    relay = Relay(database, broker_url, service=SERVICE)
    consumer = Consumer(database, broker_url, service=SERVICE, handlers=HANDLERS)

    app = create_base_app(
        SERVICE,
        settings.instance,
        {"postgres": postgres_answers(database), "rabbitmq": broker_is_connected(relay, consumer)},
    )
    app.cleanup_ctx.append(database.closing)
    app.cleanup_ctx.append(background("outbox-bell", outbox.run))
    app.cleanup_ctx.append(background("relay", relay.run))
    app.cleanup_ctx.append(background("consumer", consumer.run))
    sweepers = _locks(settings, database, journal), _areas(settings, database, journal)
    app.cleanup_ctx.append(background("housekeeping", lambda: keep_house(database, settings, *sweepers)))
    return app


def _locks(settings: TilesSettings, database: Database, journal: Journal) -> Locks:
    return Locks(database, journal, timedelta(seconds=settings.lock_seconds))


def _areas(settings: TilesSettings, database: Database, journal: Journal) -> Areas:
    return Areas(database, journal, timedelta(seconds=settings.area_seconds))
