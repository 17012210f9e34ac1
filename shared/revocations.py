"""Revoked tokens: those that are rejected although they have not expired.

An access token is valid for a quarter of an hour. When its session ends sooner, every process receives
`session.revoked` and keeps the revocation until the last such token has expired.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

ACCESS_SECONDS = 900
"""Lifetime of an access token; no token lives longer."""

CLOCK_LEEWAY_SECONDS = 10.0
"""By how much the clock of the machine that issues tokens may be ahead: NTP keeps clocks within one second.

It only admits tokens from a moment ago; none lives longer for it.
"""

OnRevoked = Callable[[int, str | None], None]
"""Called with the account id and the session id; None stands for all sessions."""


class Revocations:
    """Accounts and sessions whose tokens were revoked, each kept until the last such token has expired.

    A session stays revoked for good. Tokens of an account that were issued after its revocation are valid.
    """

    def __init__(self) -> None:
        self._accounts: OrderedDict[int, float] = OrderedDict()
        self._sessions: OrderedDict[str, float] = OrderedDict()
        self._listeners: list[OnRevoked] = []

    def listen(self, on_revoked: OnRevoked) -> None:
        """Call `on_revoked` on the event loop for every new revocation; it must not block."""
        self._listeners.append(on_revoked)

    def revoke(self, account_id: int, session_id: str | None, before: float) -> None:
        """Revoke a session's tokens, or those of the account issued before then (UNIX time)."""
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
        """Whether a token of that session, issued then (UNIX time), was revoked."""
        return session_id in self._sessions or issued_at < self._accounts.get(account_id, 0.0)

    def _forget(self, expired: float) -> None:
        while self._accounts and next(iter(self._accounts.values())) < expired:
            self._accounts.popitem(last=False)
        while self._sessions and next(iter(self._sessions.values())) < expired:
            self._sessions.popitem(last=False)
