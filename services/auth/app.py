"""The applications of the auth service: the ordered lists of what is set up."""

from __future__ import annotations

from aiohttp import web

from services.auth import consumed
from services.auth.accounts.passwords import Passwords
from services.auth.housekeeping import run_housekeeping
from services.auth.keys import api as keys
from services.auth.keys.cipher import KeyCipher
from services.auth.keys.service import KEY_RING, KeyRing
from services.auth.lifecycle import api as lifecycle
from services.auth.lifecycle.service import LIFECYCLE, Lifecycle
from services.auth.mail import service as mail
from services.auth.mail.mailer import make_mailer
from services.auth.mail.service import MailHandler
from services.auth.moderation.service import ModerationHandler
from services.auth.sessions import api as sessions
from services.auth.sessions.service import SESSIONS, Sessions
from services.auth.settings import AuthSettings
from services.auth.tokens.service import TokenIssuer
from shared.messaging.revocations import PATH as REVOCATIONS
from shared.service import WebApp, WorkerApp

SERVICE = "auth"

FEATURES = {
    "accounts": lifecycle.OPERATIONS,
    "sessions": sessions.OPERATIONS,
    "tokens": sessions.TICKET_OPERATIONS,
    "keys": keys.OPERATIONS,
}


def create_app(settings: AuthSettings) -> web.Application:
    """Set up the HTTP side; it needs no broker."""
    service = WebApp(SERVICE, settings)
    app, database, outbox = service.app, service.database, service.outbox
    key_ring = KeyRing(database, KeyCipher(settings.secret.get_secret_value()))
    # With keys that it cannot decrypt, the process stops and logs why.
    service.verify_tokens(key_ring.load, check="keys")
    passwords = Passwords(settings.hashing_threads)

    app[KEY_RING] = key_ring
    app[SESSIONS] = Sessions(database, outbox, passwords, TokenIssuer(key_ring), settings)
    app[LIFECYCLE] = Lifecycle(database, outbox, passwords, app[SESSIONS], settings)
    app.cleanup_ctx.append(passwords.closing)
    # Beside /health: no operation of the API, and not routed by the gateway.
    app.router.add_get(REVOCATIONS, sessions.list_revocations)
    service.serve(FEATURES)
    return app


def create_worker(settings: AuthSettings) -> web.Application:
    """Set up the background side: relay, commands, mail, housekeeping."""
    service = WorkerApp(SERVICE, settings)
    moderation = ModerationHandler(service.outbox)
    mail_handler = MailHandler(make_mailer(settings), settings.public_url)
    service.consume(consumed.command_handlers(moderation), queue=consumed.COMMANDS)
    service.consume(
        consumed.mail_handlers(mail_handler),
        queue=consumed.MAIL,
        batch=mail.BATCH,
        attempts=mail.ATTEMPTS,
        longest_pause=mail.LONGEST_PAUSE,
    )
    service.run(
        "housekeeping", lambda: run_housekeeping(service.database, moderation, settings.refresh_lifetime)
    )
    return service.app
