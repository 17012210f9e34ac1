"""The applications of the tiles service: the ordered lists of what is set up."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.areas import api as areas
from services.tiles.areas.service import AREAS, Areas
from services.tiles.artists.activity import ActivityPublisher
from services.tiles.canvases import api as canvases
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.service import CANVASES, Canvases
from services.tiles.consumed import HANDLERS
from services.tiles.drawings import Drawings
from services.tiles.edits import api as edits
from services.tiles.edits.batches import Batches
from services.tiles.edits.limits import PaintAllowance
from services.tiles.edits.service import EDITS, Edits
from services.tiles.edits.strokes import STROKES, Strokes
from services.tiles.history import api as history
from services.tiles.history.service import HISTORY, History
from services.tiles.housekeeping import run_housekeeping
from services.tiles.likes import api as likes
from services.tiles.likes.service import LIKES, Likes
from services.tiles.live import api as live
from services.tiles.live.hub import HUB, Hub
from services.tiles.live.peers import ChangePublisher
from services.tiles.locks import api as locks
from services.tiles.locks.service import LOCKS, Locks
from services.tiles.pictures import api as pictures
from services.tiles.pictures.service import PICTURES, Pictures
from services.tiles.reviews import api as reviews
from services.tiles.reviews.service import REVIEWS, Reviews
from services.tiles.rollback import api as rollback
from services.tiles.rollback.service import ROLLBACKS, Rollbacks
from services.tiles.settings import TilesSettings
from services.tiles.tiles import api as tiles
from services.tiles.tiles.service import TILES, Tiles
from services.tiles.timelapse import api as timelapse
from services.tiles.timelapse.service import TIMELAPSES, Timelapses
from shared.db import Database
from shared.service import WebApp, WorkerApp

SERVICE = "tiles"

# pictures before canvases: /canvases/7.png is not the canvas named "7.png".
FEATURES = {
    "pictures": pictures.OPERATIONS,
    "canvases": canvases.OPERATIONS,
    "tiles": (*tiles.OPERATIONS, *edits.TILE_OPERATIONS),
    "strokes": edits.STROKE_OPERATIONS,
    "locks": locks.OPERATIONS,
    "likes": likes.OPERATIONS,
    "history": (*history.OPERATIONS, *rollback.OPERATIONS),
    "areas": areas.OPERATIONS,
    "reviews": reviews.OPERATIONS,
    "timelapse": timelapse.OPERATIONS,
    "live": live.OPERATIONS,
}


def create_app(settings: TilesSettings) -> web.Application:
    """Set up the HTTP side: features and the live feed."""
    service = WebApp(SERVICE, settings)
    app, database = service.app, service.database
    hub = Hub(database, service.broker_url, name=settings.instance)
    journal = Journal(database, service.outbox, hub.announce)
    batches = Batches(
        database,
        journal,
        ActivityPublisher(service.outbox),
        longest=settings.paint_queue,
        most_pixels=settings.paint_queue_pixels,
    )
    allowance = PaintAllowance(settings.paint_pixels_rate, settings.paint_pixels_burst)
    verifier = service.verify_tokens_of_auth(settings.jwks_url)
    verifier.revocations.listen(hub.close_account)

    app[live.DATABASE] = database
    app[CANVASES] = Canvases(database, journal)
    app[TILES] = Tiles(database)
    app[EDITS] = Edits(journal, batches, allowance)
    app[STROKES] = Strokes(batches, allowance)
    app[live.PAINT_UNDERWAY] = settings.paint_underway
    app[live.MESSAGE_LIMIT] = live.MessageLimit(settings.message_rate, settings.message_burst)
    app[LOCKS] = _locks(settings, database, journal)
    app[LIKES] = Likes(database, journal)
    app[HISTORY] = History(database, journal, allowance)
    app[ROLLBACKS] = Rollbacks(journal, service.outbox)
    app[AREAS] = _areas(settings, database, journal)
    app[REVIEWS] = Reviews(database, journal)
    drawings = Drawings(settings.picture_pixels_rate, settings.picture_pixels_burst)
    app[TIMELAPSES] = Timelapses(database, drawings)
    app[PICTURES] = Pictures(database, drawings)
    app[HUB] = hub

    service.run("batches", batches.run)
    service.run("live-feed", hub.run)
    app.on_shutdown.append(live.closing_sockets)
    service.serve(FEATURES)
    return app


def create_worker(settings: TilesSettings) -> web.Application:
    """Set up the background side: relay, consumer, housekeeping."""
    service = WorkerApp(SERVICE, settings)
    service.consume(HANDLERS)
    publisher = ChangePublisher(service.broker_url, name=settings.instance)
    service.run("live-publisher", publisher.run)
    journal = Journal(service.database, service.outbox, publisher.publish)
    lock_sweeper = _locks(settings, service.database, journal)
    area_sweeper = _areas(settings, service.database, journal)
    service.run(
        "housekeeping", lambda: run_housekeeping(service.database, settings, lock_sweeper, area_sweeper)
    )
    return service.app


def _locks(settings: TilesSettings, database: Database, journal: Journal) -> Locks:
    return Locks(database, journal, timedelta(seconds=settings.lock_seconds))


def _areas(settings: TilesSettings, database: Database, journal: Journal) -> Areas:
    return Areas(database, journal, timedelta(seconds=settings.area_seconds))
