"""The applications of the users service: the ordered lists of what is set up."""

from __future__ import annotations

from aiohttp import web

from services.users.audit import api as audit
from services.users.audit.service import AUDIT, Audit
from services.users.consumed import event_handlers
from services.users.dashboard import api as dashboard
from services.users.dashboard.health_poller import HealthPoller
from services.users.dashboard.service import DASHBOARD, Dashboard
from services.users.exports import FILES
from services.users.feed import api as feed
from services.users.feed.service import FEED, Feed
from services.users.follows import api as follows
from services.users.follows.service import FOLLOWS, Follows
from services.users.housekeeping import run_housekeeping
from services.users.ignores import api as ignores
from services.users.ignores.service import IGNORES, Ignores
from services.users.moderation import api as moderation
from services.users.moderation.service import MODERATION, Moderation
from services.users.notices import api as notices
from services.users.notices.service import NOTICES, Notices
from services.users.notices.streams import Streams
from services.users.profiles import api as profiles
from services.users.profiles.service import PROFILES, Profiles
from services.users.reports import api as reports
from services.users.reports.service import REPORTS, Reports
from services.users.settings import UsersSettings
from shared.service import WebApp, WorkerApp

SERVICE = "users"

FEATURES = {
    # Before profiles, whose /users/{user_id} would take /users/feed and such for ids.
    "feed": feed.OPERATIONS,
    "ignores": ignores.OPERATIONS,
    "notices": notices.OPERATIONS,
    "profiles": profiles.OPERATIONS,
    "follows": follows.OPERATIONS,
    "reports": reports.OPERATIONS,
    "moderation": moderation.OPERATIONS,
    "audit": audit.OPERATIONS,
    "dashboard": dashboard.OPERATIONS,
}


def create_app(settings: UsersSettings) -> web.Application:
    """Set up the HTTP side; without the broker it serves, but receives no revocations."""
    service = WebApp(SERVICE, settings)
    verifier = service.verify_tokens_of_auth(settings.jwks_url)
    app, database, outbox = service.app, service.database, service.outbox

    app[PROFILES] = Profiles(database, outbox)
    app[FOLLOWS] = Follows(database)
    app[IGNORES] = Ignores(database)
    streams = Streams(database)
    app[NOTICES] = Notices(database, streams)
    verifier.revocations.listen(streams.close_account)
    service.run("notices", streams.run)
    app.on_shutdown.append(notices.closing_streams)
    app[REPORTS] = Reports(database, outbox, per_hour=settings.reports_per_hour)
    app[MODERATION] = Moderation(database, outbox)
    app[AUDIT] = Audit(database)
    app[FEED] = Feed(database)
    app[DASHBOARD] = Dashboard(database)
    service.serve(FEATURES)
    return app


def create_worker(settings: UsersSettings) -> web.Application:
    """Set up the background side: relay, consumer, exports, housekeeping, health poller."""
    service = WorkerApp(SERVICE, settings)
    database, outbox = service.database, service.outbox
    reports = Reports(database, outbox, per_hour=settings.reports_per_hour)
    service.consume(event_handlers(Profiles(database, outbox), reports))
    service.export(FILES)
    service.run("housekeeping", lambda: run_housekeeping(database, outbox))
    poller = HealthPoller(database, service.broker_url, settings.targets)
    service.run("health-poller", poller.run)
    return service.app
