"""Events of the auth service: it consumes none, and tells of new accounts (`accounts.service.announce`)."""

from __future__ import annotations

from typing import Final

from shared.messaging.contracts import AccountRegistered, Event

EMITTED: Final[tuple[type[Event], ...]] = (AccountRegistered,)
