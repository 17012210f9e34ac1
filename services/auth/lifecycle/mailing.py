"""Mail about accounts, within limits per recipient and per network that requests it."""

from __future__ import annotations

from services.auth.mail.rules import Purpose
from services.auth.sessions.rules import Client
from services.auth.settings import AuthSettings
from services.auth.throttling import store as throttling
from services.auth.throttling.rules import make_mail_key, make_mail_sender_key
from shared.db import Connection
from shared.messaging.contracts import MailRequested
from shared.messaging.outbox import Outbox


class Mailing:
    """Requests mails from the worker; those beyond a limit are dropped silently."""

    def __init__(self, outbox: Outbox, settings: AuthSettings) -> None:
        self._outbox = outbox
        self._settings = settings

    async def send(
        self,
        conn: Connection,
        purpose: Purpose,
        email: str,
        requested_by: Client | None = None,
        account_id: int | None = None,
    ) -> None:
        """Send the mail with the commit, unless its recipient or the requesting network had too many."""
        limits = {make_mail_key(purpose, email): self._settings.mails_per_account}
        if requested_by is not None:
            limits[make_mail_sender_key(requested_by.address)] = self._settings.mails_per_address
        counts = await throttling.count_attempt(conn, list(limits), self._settings.mail_window)
        if all(counts[key].attempts <= limit for key, limit in limits.items()):
            self._outbox.defer(conn, MailRequested(purpose=purpose, email=email, account_id=account_id))
