"""Use cases of mail: asking for one, and sending it."""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.accounts import store as accounts
from services.auth.mail import store
from services.auth.mail.letters import Letter, link_of
from services.auth.mail.post import Post
from services.auth.mail.rules import LIFETIME, Purpose, is_of_use
from services.auth.sessions.rules import hash_of, new_refresh_token
from shared.db import Connection
from shared.messaging.consumer import Handler
from shared.messaging.contracts import Command, MailRequested

QUEUE = "auth.mail"

BATCH = 1
"""Letters a transaction: one that fails must not send the others again."""

ATTEMPTS = 300
"""Ten minutes; with the deliveries that the queue allows, an hour without a mail server loses nothing."""


class Mail:
    """Sends what was asked for; run by the worker."""

    def __init__(self, post: Post, public_url: str) -> None:
        self._post = post
        self._public_url = public_url

    @property
    def handlers(self) -> Mapping[type[Command], Handler]:
        """The handler of the one message."""
        return {MailRequested: self.send}

    async def send(self, conn: Connection, requested: MailRequested) -> None:
        """Make the token and send the letter; without the letter there is no token either.

        Raises Unavailable, LetterRefused.
        """
        purpose = Purpose(requested.purpose)
        account, _ = await accounts.by_login(conn, requested.email) or (None, None)
        if account is None or not is_of_use(purpose, account):
            return
        link = None
        if purpose in LIFETIME:
            token = new_refresh_token()
            await store.replace_token(conn, account.id, purpose, hash_of(token), LIFETIME[purpose])
            link = link_of(self._public_url, purpose, token)
        await self._post.send(Letter(account, purpose, link))
