"""The applications of the auth service: the ordered lists of what is set up."""

from __future__ import annotations

from aiohttp import web

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
from shared.db import Database
from shared.http.access import VERIFIER
from shared.http.background import background
from shared.http.health import broker_is_connected, keys_are_known, postgres_answers
from shared.http.openapi import serve_openapi
from shared.http.operations import serve
from shared.http.server import API_PREFIX, create_base_app
from shared.http.tokens import TokenVerifier
from shared.messaging.consumer import Consumer
from shared.messaging.outbox import Outbox
from shared.messaging.relay import Relay
from shared.messaging.revocations import PATH as REVOCATIONS

SERVICE = "auth"

FEATURES = {
    "accounts": lifecycle.OPERATIONS,
    "sessions": sessions.OPERATIONS,
    "tokens": sessions.TICKET_OPERATIONS,
    "keys": keys.OPERATIONS,
}


def create_app(settings: AuthSettings) -> web.Application:
    """Set up the HTTP side; it needs no broker."""
    database = Database.of(settings)
    outbox = Outbox(database, producer=SERVICE)
    passwords = Passwords(settings.hashing_threads)
    key_ring = KeyRing(database, KeyCipher(settings.secret.get_secret_value()))
    verifier = TokenVerifier(key_ring.load)

    app = create_base_app(
        SERVICE,
        settings.instance,
        {"postgres": postgres_answers(database), "keys": keys_are_known(verifier)},
    )
    app[VERIFIER] = verifier
    app[KEY_RING] = key_ring
    app[SESSIONS] = Sessions(database, outbox, passwords, TokenIssuer(key_ring), settings)
    app[LIFECYCLE] = Lifecycle(database, outbox, passwords, app[SESSIONS], settings)

    app.cleanup_ctx.append(database.closing)
    app.cleanup_ctx.append(passwords.closing)
    # Not `verifying_tokens`: with keys that it cannot decrypt, the process must stop and say so.
    app.cleanup_ctx.append(background("signing-keys", verifier.run))
    app.cleanup_ctx.append(background("outbox-bell", outbox.run))

    for operations in FEATURES.values():
        serve(app, API_PREFIX, operations)
    # Beside /health: no operation of the API, and not routed by the gateway.
    app.router.add_get(REVOCATIONS, sessions.list_revocations)
    serve_openapi(app, SERVICE, FEATURES)
    return app


def create_worker(settings: AuthSettings) -> web.Application:
    """Set up the background side: relay, commands, mail, housekeeping."""
    database = Database.of(settings)
    broker_url = settings.broker_url.get_secret_value()
    outbox = Outbox(database, producer=SERVICE)
    moderation = ModerationHandler(outbox)
    relay = Relay(database, broker_url, service=SERVICE)
    commands = Consumer(
        database, broker_url, service=SERVICE, queue="auth.commands", handlers=moderation.handlers
    )
    letters = Consumer(
        database,
        broker_url,
        service=SERVICE,
        queue=mail.QUEUE,
        handlers=MailHandler(make_mailer(settings), settings.public_url).handlers,
        batch=mail.BATCH,
        attempts=mail.ATTEMPTS,
    )

    app = create_base_app(
        SERVICE,
        settings.instance,
        {"postgres": postgres_answers(database), "rabbitmq": broker_is_connected(relay, commands, letters)},
    )
    app.cleanup_ctx.append(database.closing)
    app.cleanup_ctx.append(background("outbox-bell", outbox.run))
    app.cleanup_ctx.append(background("relay", relay.run))
    app.cleanup_ctx.append(background("commands", commands.run))
    app.cleanup_ctx.append(background("mail", letters.run))
    app.cleanup_ctx.append(
        background("housekeeping", lambda: run_housekeeping(database, moderation, settings.refresh_lifetime))
    )
    return app
