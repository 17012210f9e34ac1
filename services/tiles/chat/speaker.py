"""A connection that writes messages: from `say` to a stored message, from its outcome to `ack` or `nack`."""

from __future__ import annotations

from typing import Any

from services.tiles.chat.rules import MOST_OF_ARTIST, too_many
from services.tiles.chat.schemas import SayMessage
from services.tiles.chat.service import Chats
from services.tiles.edits.answers import Answers, check_keys, ref_of
from shared.errors import NotAllowed, NotAuthenticated, Refusal, Unavailable
from shared.identity import Identity, Scope


class Speaker:
    """Writes messages on one canvas for the connected artist; a guest (`artist` is None) is refused."""

    def __init__(self, chats: Chats, artist: Identity | None, canvas_id: int, answers: Answers) -> None:
        self._chats = chats
        self._artist = artist
        self._canvas_id = canvas_id
        self._answers = answers
        self._underway = 0

    def say(self, message: dict[str, Any]) -> None:
        """Accept a `say` message; it is answered in any case, at once or when its outcome is known."""
        with self._answers.refusing(ref_of(message)):
            self._submit(message)

    def _submit(self, message: dict[str, Any]) -> None:
        if self._artist is None:
            raise NotAuthenticated(
                "not_authenticated", "Guests can only read; open the socket with a ticket to write."
            )
        if not self._artist.may(Scope.CHAT):
            raise NotAllowed("insufficient_scope", "This requires a token with the scope chat.")
        check_keys(message)
        said = SayMessage.model_validate(message)
        if self._underway >= MOST_OF_ARTIST:
            raise too_many(f"{MOST_OF_ARTIST} messages of this connection are waiting already.", 1.0)
        self._underway += 1
        self._chats.run_soon(self._write(self._artist, said))

    async def _write(self, artist: Identity, said: SayMessage) -> None:
        try:
            written = await self._chats.write(artist, self._canvas_id, said.text)
        except (Refusal, Unavailable) as error:
            self._answers.refuse(said.ref, error)
        else:
            self._answers.accept(said.ref, id=written.id)
        finally:
            self._underway -= 1
