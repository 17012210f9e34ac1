"""The applications of the auth service: the ordered lists of what is set up."""

from __future__ import annotations

from aiohttp import web

from services.auth.accounts import api as accounts
from services.auth.accounts.passwords import Passwords
from services.auth.accounts.service import ACCOUNTS, Accounts
from services.auth.housekeeping import keep_house
from services.auth.keys import api as keys
from services.auth.keys.sealing import Seal
from services.auth.keys.service import KEY_RING, KeyRing
from services.auth.mail import service as mail
from services.auth.mail.post import post_of
from services.auth.mail.service import Mail
from services.auth.moderation.service import Moderation
from services.auth.sessions import api as sessions
from services.auth.sessions.service import SESSIONS, Sessions
from services.auth.settings import AuthSettings
from services.auth.tokens import api as tokens
from services.auth.tokens.service import MINT, Mint
from shared.messaging.revocations import PATH as REVOCATIONS
from shared.service import WebApp, WorkerApp

SERVICE = "auth"

FEATURES = {
    "accounts": accounts.OPERATIONS,
    "sessions": sessions.OPERATIONS,
    "tokens": tokens.OPERATIONS,
    "keys": keys.OPERATIONS,
}


def create_app(settings: AuthSettings) -> web.Application:
    """Set up the HTTP side; it needs no broker."""
    service = WebApp(SERVICE, settings)
    app, database, outbox = service.app, service.database, service.outbox
    key_ring = KeyRing(database, Seal(settings.secret.get_secret_value()))
    # With keys that it cannot decrypt, the process stops and logs why.
    service.verify_tokens(key_ring.load, check="keys")
    passwords = Passwords(settings.hashing_threads)
    mint = Mint(key_ring)

    app[KEY_RING] = key_ring
    app[MINT] = mint
    app[SESSIONS] = Sessions(database, outbox, passwords, mint, settings)
    app[ACCOUNTS] = Accounts(database, outbox, passwords, app[SESSIONS], settings)
    app.cleanup_ctx.append(passwords.closing)
    # Beside /health: no operation of the API, and not routed by the gateway.
    app.router.add_get(REVOCATIONS, sessions.tell_revocations)
    service.serve(FEATURES)
    return app


def create_worker(settings: AuthSettings) -> web.Application:
    """Set up the background side: relay, commands, mail, housekeeping."""
    service = WorkerApp(SERVICE, settings)
    moderation = Moderation(service.outbox)
    letters = Mail(post_of(settings), settings.public_url)
    service.consume(moderation.handlers, queue="auth.commands")
    service.consume(letters.handlers, queue=mail.QUEUE, batch=mail.BATCH, attempts=mail.ATTEMPTS)
    service.run("housekeeping", lambda: keep_house(service.database, moderation, settings.refresh_lifetime))
    return service.app
