"""The applications of the auth service: the ordered lists of what is set up."""

from __future__ import annotations

from aiohttp import web

from services.auth import consumed
from services.auth.accounts.passwords import Passwords
from services.auth.administration import api as administration
from services.auth.administration.service import ADMINISTRATION, Administration
from services.auth.bots import api as bots
from services.auth.bots.service import BOTS, Bots
from services.auth.challenges import api as challenges
from services.auth.challenges.service import CHALLENGES, Challenges
from services.auth.enrolment import api as enrolment
from services.auth.enrolment.service import ENROLMENT, Enrolment
from services.auth.exports import api as exports
from services.auth.exports import service as exports_service
from services.auth.exports.service import EXPORTS, FILES, Exports, PartHandler
from services.auth.factors.passkeys import Passkeys
from services.auth.factors.service import FactorVerifier
from services.auth.housekeeping import run_housekeeping
from services.auth.keys import api as keys
from services.auth.keys.cipher import KeyCipher
from services.auth.keys.service import KEY_RING, KeyRing
from services.auth.lifecycle import api as lifecycle
from services.auth.lifecycle.mailing import Mailing
from services.auth.lifecycle.registration import REGISTRATIONS, Registrations
from services.auth.lifecycle.service import LIFECYCLE, Lifecycle
from services.auth.mail import api as mail_api
from services.auth.mail import service as mail
from services.auth.mail.mailer import make_mailer
from services.auth.mail.service import DIGESTS, Digests, MailHandler
from services.auth.moderation.service import ModerationHandler
from services.auth.oidc import api as oidc
from services.auth.oidc.service import OIDC, Oidc
from services.auth.sessions import api as sessions
from services.auth.sessions.logins import LOGINS, Logins
from services.auth.sessions.service import SESSIONS, Sessions
from services.auth.settings import AuthSettings
from services.auth.tokens.service import TokenIssuer
from shared.messaging.revocations import PATH as REVOCATIONS
from shared.service import WebApp, WorkerApp

SERVICE = "auth"

FEATURES = {
    "accounts": lifecycle.OPERATIONS,
    "sessions": sessions.OPERATIONS,
    "second factor": enrolment.OPERATIONS,
    "tokens": sessions.TICKET_OPERATIONS,
    "bots": bots.OPERATIONS,
    "providers": oidc.OPERATIONS,
    "mail": mail_api.OPERATIONS,
    "exports": exports.OPERATIONS,
    "challenges": challenges.OPERATIONS,
    "keys": keys.OPERATIONS,
    "administration": administration.OPERATIONS,
}


def create_app(settings: AuthSettings) -> web.Application:
    """Set up the HTTP side; it needs no broker."""
    service = WebApp(SERVICE, settings)
    app, database, outbox = service.app, service.database, service.outbox
    cipher = KeyCipher(settings.secret.get_secret_value())
    key_ring = KeyRing(database, cipher)
    # With keys that it cannot decrypt, the process stops and logs why.
    service.verify_tokens(key_ring.load, check="keys")
    passwords = Passwords(settings.hashing_threads)

    app[KEY_RING] = key_ring
    passkeys = Passkeys(settings.secret.get_secret_value(), settings.public_url)
    verifier = FactorVerifier(cipher, passkeys, settings.public_url)
    issuer = TokenIssuer(key_ring)
    app[SESSIONS] = Sessions(database, outbox, issuer, settings)
    app[LOGINS] = Logins(database, passwords, verifier, passkeys, app[SESSIONS], settings)
    app[BOTS] = Bots(database, outbox, app[SESSIONS], issuer)
    app[ENROLMENT] = Enrolment(
        database, outbox, verifier, passkeys, app[SESSIONS], app[LOGINS], settings.oidc_issuers
    )
    app[CHALLENGES] = Challenges(database, settings.secret.get_secret_value())
    mailing = Mailing(outbox, settings)
    app[REGISTRATIONS] = Registrations(
        database, outbox, passwords, app[SESSIONS], app[CHALLENGES], mailing, settings
    )
    app[LIFECYCLE] = Lifecycle(database, outbox, passwords, app[LOGINS], mailing)
    app[DIGESTS] = Digests(database, outbox, cipher)
    app[EXPORTS] = Exports(database, outbox, app[SESSIONS])
    app[OIDC] = Oidc(database, outbox, app[SESSIONS], app[LOGINS], app[REGISTRATIONS], cipher, settings)
    app[ADMINISTRATION] = Administration(database, outbox, app[SESSIONS])
    app.cleanup_ctx.append(passwords.closing)
    # Beside /health: no operation of the API, and not routed by the gateway.
    app.router.add_get(REVOCATIONS, sessions.list_revocations)
    service.serve(FEATURES)
    return app


def create_worker(settings: AuthSettings) -> web.Application:
    """Set up the background side: relay, commands, mail, exports, housekeeping."""
    service = WorkerApp(SERVICE, settings)
    moderation = ModerationHandler(service.outbox)
    mail_handler = MailHandler(
        make_mailer(settings), KeyCipher(settings.secret.get_secret_value()), settings.public_url
    )
    service.consume(consumed.command_handlers(moderation), queue=consumed.COMMANDS)
    service.consume(
        consumed.mail_handlers(mail_handler),
        queue=consumed.MAIL,
        batch=mail.BATCH,
        attempts=mail.ATTEMPTS,
        longest_pause=mail.LONGEST_PAUSE,
    )
    service.consume(
        consumed.export_handlers(PartHandler(service.outbox)),
        queue=consumed.EXPORTS,
        batch=exports_service.BATCH,
    )
    service.export(FILES)
    service.run(
        "housekeeping", lambda: run_housekeeping(service.database, moderation, settings.refresh_lifetime)
    )
    return service.app
