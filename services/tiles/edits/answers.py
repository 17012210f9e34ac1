"""What a connection that writes is answered: `ack` and `nack`, those of one moment together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from shared.errors import Busy, Invalid, Refusal, TooManyRequests, Unavailable
from shared.http.bodies import MAX_KEYS
from shared.http.problems import to_invalid

UNAVAILABLE_RETRY_SECONDS = 1.0

Ref = int | str | None


class Answers:
    """The answers to one connection; `send` is called with those of one turn of the event loop."""

    def __init__(self, send: Callable[[Sequence[dict[str, Any]]], None]) -> None:
        self._send = send
        self._waiting: list[dict[str, Any]] = []

    def accept(self, ref: Ref, **values: Any) -> None:
        """Send an `ack`."""
        self._send_soon({"type": "ack", "ref": ref, **values})

    def refuse(self, ref: Ref, error: Exception) -> None:
        """Send a `nack` that says why, and when to try again if that may help."""
        nack: dict[str, Any] = {"type": "nack", "ref": ref}
        match error:
            case TooManyRequests():
                nack |= {"code": error.code, "detail": error.detail, "retry_after": error.retry_after}
            case Refusal():
                nack |= {"code": error.code, "detail": error.detail}
            case Busy():
                nack |= {"code": "busy", "retry_after": UNAVAILABLE_RETRY_SECONDS}
            case Unavailable():
                nack |= {"code": f"{error.dependency}_unavailable", "retry_after": UNAVAILABLE_RETRY_SECONDS}
            case _:
                nack |= {"code": "internal_error"}
        self._send_soon(nack)

    @contextmanager
    def refusing(self, ref: Ref) -> Iterator[None]:
        """Answer with a `nack` if the block refuses a message or finds it invalid."""
        try:
            yield
        except ValidationError as error:
            self.refuse(ref, to_invalid(error, "message"))
        except Refusal as refusal:
            self.refuse(ref, refusal)

    def _send_soon(self, answer: dict[str, Any]) -> None:
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._send_waiting)
        self._waiting.append(answer)

    def _send_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        self._send(waiting)


def check_keys(message: Mapping[str, Any]) -> None:
    """Raise Invalid for a message with more keys than any has, before its model names each of them."""
    if len(message) > MAX_KEYS:
        raise Invalid.field("message", msg=f"must not have more than {MAX_KEYS} keys")


def ref_of(message: dict[str, Any]) -> Ref:
    """Return the message's `ref`, or None if it has none that can be repeated."""
    ref = message.get("ref")
    return ref if isinstance(ref, int | str) and not isinstance(ref, bool) else None
