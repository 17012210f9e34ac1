"""The applications of the tiles service: the ordered lists of what is set up."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from services.tiles.activity import api as activity
from services.tiles.activity.service import ACTIVITIES, Activities
from services.tiles.areas import api as areas
from services.tiles.areas.service import AREAS, Areas
from services.tiles.artists.activity import ActivityPublisher
from services.tiles.canvases import api as canvases
from services.tiles.canvases.journal import Journal
from services.tiles.canvases.quota import CanvasQuota
from services.tiles.canvases.service import CANVASES, Canvases
from services.tiles.charges import api as charges
from services.tiles.charges.service import CHARGES, ChargesOfArtists
from services.tiles.chat import api as chat
from services.tiles.chat.service import CHATS, Chats
from services.tiles.consumed import HANDLERS
from services.tiles.copies import api as copies
from services.tiles.copies.service import COPIES, Copies
from services.tiles.departures.names import NameRemoval
from services.tiles.departures.service import Departures
from services.tiles.drawings import Drawings
from services.tiles.edits import api as edits
from services.tiles.edits.batches import Batches
from services.tiles.edits.limits import PaintAllowance
from services.tiles.edits.service import EDITS, Edits
from services.tiles.edits.strokes import STROKES, Strokes
from services.tiles.exports import FILES
from services.tiles.films import api as films
from services.tiles.films.encoders import find_formats
from services.tiles.films.maker import FilmMaker
from services.tiles.films.service import FILMS, Films
from services.tiles.heat import api as heat
from services.tiles.heat.service import HEAT_MAPS, HeatMaps
from services.tiles.history import api as history
from services.tiles.history.service import HISTORY, History
from services.tiles.homes.service import Homes
from services.tiles.housekeeping import run_housekeeping
from services.tiles.layers import api as layers
from services.tiles.layers.service import LAYERS, Layers
from services.tiles.likes import api as likes
from services.tiles.likes.service import LIKES, Likes
from services.tiles.live import api as live
from services.tiles.live.hub import HUB, Hub
from services.tiles.locks import api as locks
from services.tiles.locks.service import LOCKS, Locks
from services.tiles.members import api as members
from services.tiles.members.service import MEMBERS, Members
from services.tiles.offers import api as offers
from services.tiles.offers.service import OFFERS, Offers
from services.tiles.past import api as past
from services.tiles.past.service import PASTS, Pasts
from services.tiles.peers import ChangePublisher, Peers
from services.tiles.pictures import api as pictures
from services.tiles.pictures.service import PICTURES, Pictures
from services.tiles.pixels import api as pixels
from services.tiles.pixels.service import PIXELS, Pixels
from services.tiles.placing import api as placing
from services.tiles.placing.batches import PlacementBatches
from services.tiles.placing.service import PLACEMENTS, Placements
from services.tiles.recolouring import api as recolouring
from services.tiles.recolouring.service import RECOLOURINGS, Recolourings
from services.tiles.reviews import api as reviews
from services.tiles.reviews.service import REVIEWS, Reviews
from services.tiles.rollback import api as rollback
from services.tiles.rollback.service import ROLLBACKS, Rollbacks
from services.tiles.settings import TilesSettings
from services.tiles.templates import api as templates
from services.tiles.templates.service import TEMPLATES, Templates
from services.tiles.tiles import api as tiles
from services.tiles.tiles.service import TILES, Tiles
from services.tiles.timelapse import api as timelapse
from services.tiles.timelapse.service import TIMELAPSES, Timelapses
from services.tiles.webhooks import api as webhooks
from services.tiles.webhooks.sender import WebhookSender
from services.tiles.webhooks.service import WEBHOOKS, Webhooks
from shared.buckets import TokenBuckets
from shared.db import Database
from shared.service import WebApp, WorkerApp

SERVICE = "tiles"

# Before canvases: "7.png" and "offers" below /canvases are no ids of canvases.
FEATURES = {
    "pictures": pictures.OPERATIONS,
    "offers": offers.OPERATIONS,
    "canvases": canvases.OPERATIONS,
    "layers": layers.OPERATIONS,
    "tiles": (*tiles.OPERATIONS, *edits.TILE_OPERATIONS),
    "strokes": edits.STROKE_OPERATIONS,
    "locks": locks.OPERATIONS,
    "likes": likes.OPERATIONS,
    "history": (
        *history.OPERATIONS,
        *rollback.OPERATIONS,
        *recolouring.OPERATIONS,
        *past.OPERATIONS,
        *activity.OPERATIONS,
    ),
    "areas": areas.OPERATIONS,
    "placing": (*charges.OPERATIONS, *placing.OPERATIONS, *pixels.OPERATIONS),
    "reviews": reviews.OPERATIONS,
    "chat": chat.OPERATIONS,
    "members": members.OPERATIONS,
    "templates": templates.OPERATIONS,
    "timelapse": (*timelapse.OPERATIONS, *heat.OPERATIONS),
    "films": films.OPERATIONS,
    "copies": copies.OPERATIONS,
    "webhooks": webhooks.OPERATIONS,
    "live": live.OPERATIONS,
}


def create_app(settings: TilesSettings) -> web.Application:
    """Set up the HTTP side: features and the live feed."""
    service = WebApp(SERVICE, settings)
    app, database = service.app, service.database
    peers = Peers(service.broker_url, name=settings.instance)
    hub = Hub(database, peers, service.broker_url, name=settings.instance)
    journal = Journal(database, service.outbox, hub.announce)
    activity = ActivityPublisher(service.outbox)
    batches = Batches(
        database,
        journal,
        activity,
        longest=settings.paint_queue,
        most_pixels=settings.paint_queue_pixels,
    )
    placements = PlacementBatches(journal, activity, longest=settings.paint_queue)
    homes = Homes(batches, peers)
    allowance = PaintAllowance(settings.paint_pixels_rate, settings.paint_pixels_burst)
    verifier = service.verify_tokens_of_auth(settings.jwks_url)
    verifier.revocations.listen(hub.close_account)
    quota = CanvasQuota(database, settings.canvases_per_day)

    app[live.DATABASE] = database
    app[CANVASES] = Canvases(database, journal, quota)
    app[TILES] = Tiles(database)
    app[EDITS] = Edits(journal, batches, allowance)
    app[STROKES] = Strokes(homes.submit, allowance)
    app[live.PAINT_UNDERWAY] = settings.paint_underway
    app[live.MESSAGES] = TokenBuckets(settings.message_rate, settings.message_burst)
    app[LOCKS] = _locks(settings, database, journal)
    app[LIKES] = Likes(database, journal)
    app[HISTORY] = History(database, journal, allowance)
    app[ROLLBACKS] = Rollbacks(journal, service.outbox)
    app[AREAS] = _areas(settings, database, journal)
    app[PLACEMENTS] = Placements(journal, placements, allowance)
    app[PIXELS] = Pixels(database)
    app[CHARGES] = ChargesOfArtists(database)
    app[REVIEWS] = Reviews(database, journal)
    app[MEMBERS] = Members(database, journal, service.outbox)
    app[OFFERS] = Offers(database, journal, service.outbox)
    app[CHATS] = Chats(database, service.outbox, hub.announce_chat)
    app[FILMS] = Films(database, find_formats(settings.ffmpeg))
    app[WEBHOOKS] = Webhooks(database, settings.webhook_networks)
    app[ACTIVITIES] = Activities(database)
    app[HUB] = hub
    _add_drawings(settings, app, database, journal, quota)

    service.run("peers", peers.run)
    service.run("batches", batches.run)
    service.run("placements", placements.run)
    service.run("homes", homes.run)
    service.run("live-feed", hub.run)
    app.on_shutdown.append(homes.leave)
    app.on_shutdown.append(live.closing_sockets)
    service.serve(FEATURES)
    return app


def _add_drawings(
    settings: TilesSettings, app: web.Application, database: Database, journal: Journal, quota: CanvasQuota
) -> None:
    """Add the features that look at many pixels, of which they share one allowance per client."""
    drawings = Drawings(settings.picture_pixels_rate, settings.picture_pixels_burst)
    app[PICTURES] = Pictures(database, app[TILES], drawings)
    app[LAYERS] = Layers(database, drawings)
    app[PASTS] = Pasts(database, drawings)
    app[TEMPLATES] = Templates(database, drawings)
    app[TIMELAPSES] = Timelapses(database, drawings)
    app[HEAT_MAPS] = HeatMaps(database, drawings)
    app[COPIES] = Copies(database, journal, quota, drawings)
    app[RECOLOURINGS] = Recolourings(journal, drawings)


def create_worker(settings: TilesSettings) -> web.Application:
    """Set up the background side: relay, consumer, housekeeping, names, exports, films, webhooks."""
    service = WorkerApp(SERVICE, settings)
    service.consume(HANDLERS)
    publisher = ChangePublisher(service.broker_url, name=settings.instance)
    service.run("live-publisher", publisher.run)
    journal = Journal(service.database, service.outbox, publisher.publish)
    lock_sweeper = _locks(settings, service.database, journal)
    area_sweeper = _areas(settings, service.database, journal)
    departures = Departures(service.database, journal, service.outbox)
    service.run(
        "housekeeping",
        lambda: run_housekeeping(
            service.database, service.outbox, settings, lock_sweeper, area_sweeper, departures
        ),
    )
    service.run("names", NameRemoval(service.database).run)
    service.export(FILES)
    service.run("films", FilmMaker(service.database, publisher.publish_film, settings.ffmpeg).run)
    service.run("webhooks", WebhookSender(service.database, settings.webhook_networks).run)
    return service.app


def _locks(settings: TilesSettings, database: Database, journal: Journal) -> Locks:
    return Locks(database, journal, timedelta(seconds=settings.lock_seconds))


def _areas(settings: TilesSettings, database: Database, journal: Journal) -> Areas:
    return Areas(database, journal, timedelta(seconds=settings.area_seconds))
