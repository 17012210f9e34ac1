"""Which tokens do not count any more although they have not expired.

A token lives for a quarter of an hour. What ends its session sooner is told to every process
(`session.revoked`) and remembered here for as long as such a token could still be shown.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

ACCESS_SECONDS = 900
"""How long an access token is valid; no token is valid for longer."""

OnRevoked = Callable[[int, str | None], None]
"""Called with the account, and with the session (None: all of them)."""


class Revocations:
    """Accounts and sessions whose tokens were revoked, forgotten when the last of those has expired.

    A revoked session never comes back. A revoked account may: its tokens made later count.
    """

    def __init__(self) -> None:
        self._accounts: OrderedDict[int, float] = OrderedDict()
        self._sessions: OrderedDict[str, float] = OrderedDict()
        self._listeners: list[OnRevoked] = []

    def listen(self, on_revoked: OnRevoked) -> None:
        """Call `on_revoked` on the event loop at every revocation that is new here; it must not block."""
        self._listeners.append(on_revoked)

    def revoke(self, account_id: int, session_id: str | None, before: float) -> None:
        """Revoke the session's tokens, or all of the account's that were made before then (UNIX time)."""
        if session_id is None:
            is_new = before > self._accounts.get(account_id, 0.0)
            if is_new:
                self._accounts[account_id] = before
                self._accounts.move_to_end(account_id)
        else:
            is_new = session_id not in self._sessions
            self._sessions.setdefault(session_id, before)
        self._forget(time.time() - ACCESS_SECONDS)
        if is_new:
            for listener in self._listeners:
                listener(account_id, session_id)

    def cover(self, account_id: int, session_id: str, issued_at: float) -> bool:
        """Whether a token of that session, made then (UNIX time), was revoked."""
        return session_id in self._sessions or issued_at < self._accounts.get(account_id, 0.0)

    def _forget(self, expired: float) -> None:
        while self._accounts and next(iter(self._accounts.values())) < expired:
            self._accounts.popitem(last=False)
        while self._sessions and next(iter(self._sessions.values())) < expired:
            self._sessions.popitem(last=False)
