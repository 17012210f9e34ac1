"""Sending of requested mail, by the worker."""

from __future__ import annotations

from services.auth.accounts import store as accounts
from services.auth.mail import store
from services.auth.mail.mailer import Mailer
from services.auth.mail.rules import TOKEN_LIFETIMES, Purpose, is_needed
from services.auth.mail.templates import Mail, make_link
from services.auth.tokens.opaque import hash_secret, make_opaque_token
from shared.db import Connection
from shared.messaging.contracts import MailRequested

BATCH = 1
"""Mails per transaction: a failed one must not cause others to be sent again."""

LONGEST_PAUSE = 30.0
"""Seconds between two attempts, once the pauses have grown: a server that is busy is not to be pressed."""

ATTEMPTS = 50
"""Attempts per delivery, about 20 minutes in all, and less than the half hour after which RabbitMQ closes the
channel. With the deliveries that the queue allows, no mail is lost while the server is away for two hours."""


class MailHandler:
    """Handles requests for mail."""

    def __init__(self, mailer: Mailer, public_url: str) -> None:
        self._mailer = mailer
        self._public_url = public_url

    async def send(self, conn: Connection, requested: MailRequested) -> None:
        """Make the token and send the mail; if sending fails, the token is rolled back.

        Raises Unavailable, MailRefused.
        """
        purpose = Purpose(requested.purpose)
        account, _ = await accounts.get_account_by_login(conn, requested.email) or (None, None)
        if account is None or not is_needed(purpose, account):
            return
        link = None
        if purpose in TOKEN_LIFETIMES:
            token = make_opaque_token()
            await store.replace_token(conn, account.id, purpose, hash_secret(token), TOKEN_LIFETIMES[purpose])
            link = make_link(self._public_url, purpose, token)
        await self._mailer.send(Mail(account, purpose, link))
