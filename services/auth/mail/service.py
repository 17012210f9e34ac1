"""Sending of requested mail, by the worker, and the end of digests."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from services.auth.accounts import store as accounts
from services.auth.accounts.model import Account
from services.auth.keys.cipher import KeyCipher
from services.auth.mail import store
from services.auth.mail.mailer import Mailer
from services.auth.mail.rules import TOKEN_LIFETIMES, Purpose, is_needed
from services.auth.mail.templates import Digest, Mail, make_link, make_stop_link
from services.auth.mail.unsubscribing import open_token, seal_token
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from shared.db import Connection, Database
from shared.errors import BadRequest
from shared.messaging.contracts import DigestStopped, MailRequested, SendDigest
from shared.messaging.outbox import Outbox

BATCH = 1
"""Mails per transaction: a failed one must not cause others to be sent again."""

LONGEST_PAUSE = 30.0
"""Seconds between two attempts, once the pauses have grown: a server that is busy is not to be pressed."""

ATTEMPTS = 50
"""Attempts per delivery, about 20 minutes in all, and less than the half hour after which RabbitMQ closes the
channel. With the deliveries that the queue allows, no mail is lost while the server is away for two hours."""


class MailHandler:
    """Handles requests for mail."""

    def __init__(self, mailer: Mailer, cipher: KeyCipher, public_url: str) -> None:
        self._mailer = mailer
        self._cipher = cipher
        self._public_url = public_url

    async def send(self, conn: Connection, requested: MailRequested) -> None:
        """Make the token and send the mail; if sending fails, the token is rolled back.

        Raises Unavailable, MailRefused.
        """
        purpose = Purpose(requested.purpose)
        account = await _find_account(conn, requested)
        if account is None or not is_needed(purpose, account):
            return
        link = None
        if purpose in TOKEN_LIFETIMES:
            token = make_opaque_token()
            new_email = requested.email if purpose is Purpose.CHANGE_EMAIL else None
            await store.replace_token(
                conn, account.id, purpose, hash_secret(token), TOKEN_LIFETIMES[purpose], new_email
            )
            link = make_link(self._public_url, purpose, token)
        await self._mailer.send(Mail(account, purpose, link))

    async def send_digest(self, conn: Connection, requested: SendDigest) -> None:
        """Send how many notices an account has not read, with links to the site and to stop the digest.

        Raises Unavailable, MailRefused.
        """
        found = await accounts.get_account(conn, requested.account_id)
        if found is None or not is_needed(Purpose.DIGEST, found[0]):
            return
        token = seal_token(self._cipher, requested.account_id)
        digest = Digest(requested.counts, make_stop_link(self._public_url, token))
        await self._mailer.send(Mail(found[0], Purpose.DIGEST, self._public_url, digest))


class Digests:
    """Switches digests off by the links in them."""

    def __init__(self, database: Database, outbox: Outbox, cipher: KeyCipher) -> None:
        self._database = database
        self._outbox = outbox
        self._cipher = cipher

    async def stop(self, token: str) -> None:
        """Have the account's digest switched off; repeating it changes nothing. Raises BadRequest."""
        account_id = open_token(self._cipher, token)
        if account_id is None:
            raise BadRequest("token_invalid", "This link is not valid.")
        async with self._database.transaction() as conn:
            self._outbox.defer(conn, DigestStopped(account_id=account_id))


DIGESTS = web.AppKey("DIGESTS", Digests)


async def _find_account(conn: Connection, requested: MailRequested) -> Account | None:
    """Return the account that the mail is about, with the address that it goes to; or None."""
    if requested.account_id is None:
        found = await accounts.get_account_by_login(conn, requested.email)
        return found and found[0]
    found = await accounts.get_account(conn, requested.account_id)
    return found and replace(found[0], email=requested.email)
