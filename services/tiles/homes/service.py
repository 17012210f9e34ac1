"""Handing strokes over to the home of their canvas, and writing those that others hand over.

Several processes that paint on a canvas would take turns at its lock, with batches that are half empty. So
one of them, its home, writes for all. Who is the home is a guess, and only speed depends on it: a letter has
an id that is recorded with its strokes, so whichever process writes it, and however often it arrives, they
are painted once. One that is not answered in time is written here, or found to be written already; until its
outcome is known, its strokes have no answer.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import structlog
from aiohttp import web
from prometheus_client import Counter

from services.tiles.edits.batches import Batches
from services.tiles.edits.handovers import LETTER_SECONDS
from services.tiles.edits.outcomes import decode_outcomes, is_settled
from services.tiles.edits.queue import Entry, OnOutcome
from services.tiles.edits.rules import Outcome, Stroke, Write
from services.tiles.homes.letters import (
    Announcement,
    Answer,
    Letter,
    decode,
    encode_announcement,
    encode_answer,
    encode_letter,
)
from services.tiles.homes.rules import Processes
from services.tiles.peers import EVERYONE, Peers
from shared.errors import Busy, Refusal, TooManyRequests, Unavailable

log = structlog.get_logger(__name__)

ANNOUNCE_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 2.0
"""A hundred times what a home takes when it is well."""

LOOK_SECONDS: Final = 0.1
RETRY_SECONDS: Final = 1.0

LETTER_PAUSE: Final = 0.002
"""Seconds between two letters: a message costs more than the strokes in it."""

LETTER_PIXELS: Final = 20_000
"""What ends a letter: some 200 KB of JSON."""

LONGEST_HELD: Final = 2000
"""Strokes that wait for others to be answered elsewhere first."""

HANDED_OVER = Counter(
    "tiles_handed_over", "Strokes handed over to another process, by what followed.", ["result"]
)


@dataclass(slots=True)
class _Route:
    """Where the strokes of a canvas go: to a process, or None, into the batches here.

    Those under way go to one place only. Later ones are held until these are answered if the place changes,
    because the strokes of a socket on a tile take effect in order.
    """

    home: str | None = None
    underway: int = 0
    held: deque[tuple[Stroke, OnOutcome]] = field(default_factory=deque)


@dataclass(slots=True)
class _Sent:
    """A letter without an answer: when it was sent by the loop's clock, and on which connection."""

    letter: Letter
    home: str
    at: float
    connection: int
    on_outcomes: list[OnOutcome]


class Homes:
    """The strokes of this process and of those for which it is the home."""

    def __init__(self, batches: Batches, peers: Peers) -> None:
        self._batches = batches
        self._peers = peers
        self._own = peers.publisher.process
        self._processes = Processes(self._own)
        self._routes: dict[int, _Route] = {}
        self._outgoing: dict[tuple[str, int], list[tuple[Stroke, OnOutcome]]] = {}
        self._sending: asyncio.TimerHandle | None = None
        self._sent_at = 0.0
        self._sent: dict[str, _Sent] = {}
        self._doubtful: dict[int, deque[_Sent]] = {}
        self._is_ending = False
        peers.listen_to_letters(self._receive, self._announce)

    def submit(self, write: Write, on_outcome: OnOutcome) -> None:
        """Have a write written, here or by the home of its canvas; `on_outcome` is called once.

        Raises TooManyRequests `overloaded` when too many wait.
        """
        if not isinstance(write, Stroke) or write.canvas_id is None:
            self._batches.submit(write, on_outcome)
            return
        route = self._routes.get(write.canvas_id)
        if route is None:
            route = self._routes[write.canvas_id] = _Route()
        home = self._home_of(write.canvas_id)
        if route.held or (route.underway and home != route.home):
            if len(route.held) >= LONGEST_HELD:
                raise TooManyRequests(
                    "overloaded", "Too many changes are waiting to be written.", retry_after=1.0
                )
            route.held.append((write, on_outcome))
            return
        route.home = home
        try:
            self._forward(write.canvas_id, route, write, on_outcome)
        finally:
            self._close_if_idle(write.canvas_id, route)

    async def run(self) -> None:
        """Announce this process and look after unanswered letters, until cancelled."""
        announced = 0.0
        while True:
            now = asyncio.get_running_loop().time()
            if now - announced >= ANNOUNCE_SECONDS:
                await self._announce()
                announced = now
            for sent in [one for one in self._sent.values() if now - one.at > ANSWER_SECONDS]:
                self._give_up(sent.home)
            await asyncio.sleep(LOOK_SECONDS)

    async def leave(self, _: web.Application) -> None:
        """Signal handler (`on_shutdown`): be a home no longer."""
        self._is_ending = True
        self._peers.publisher.send(EVERYONE, encode_announcement(Announcement(self._own, is_ending=True)))

    def _home_of(self, canvas_id: int) -> str | None:
        """Return the process that strokes are handed over to; None if they are written here."""
        now = asyncio.get_running_loop().time()
        if not self._batches.contention.is_shared(canvas_id, now) or not self._peers.receives:
            return None
        home = self._processes.home_of(canvas_id, now)
        return None if home == self._own else home

    def _forward(self, canvas_id: int, route: _Route, stroke: Stroke, on_outcome: OnOutcome) -> None:
        settle = partial(self._settle, canvas_id, route, on_outcome)
        if route.home is None:
            self._batches.submit(stroke, settle)
        else:
            self._outgoing.setdefault((route.home, canvas_id), []).append((stroke, settle))
            self._send_soon()
        route.underway += 1

    def _settle(self, canvas_id: int, route: _Route, on_outcome: OnOutcome, outcome: Outcome) -> None:
        route.underway -= 1
        on_outcome(outcome)
        if route.underway:
            return
        held, route.held = route.held, deque()
        route.home = self._home_of(canvas_id)
        for stroke, on_held in held:
            try:
                self._forward(canvas_id, route, stroke, on_held)
            except Refusal as refusal:
                on_held(refusal)
        self._close_if_idle(canvas_id, route)

    def _close_if_idle(self, canvas_id: int, route: _Route) -> None:
        if not route.underway:
            self._routes.pop(canvas_id, None)

    def _send_soon(self) -> None:
        if self._sending is None:
            loop = asyncio.get_running_loop()
            self._sending = loop.call_at(max(loop.time(), self._sent_at + LETTER_PAUSE), self._send)

    def _send(self) -> None:
        self._sending = None
        self._sent_at = asyncio.get_running_loop().time()
        outgoing, self._outgoing = self._outgoing, {}
        for (home, canvas_id), strokes in outgoing.items():
            for part in _parts(strokes):
                self._send_letter(home, canvas_id, part)

    def _send_letter(self, home: str, canvas_id: int, strokes: list[tuple[Stroke, OnOutcome]]) -> None:
        letter = Letter(str(uuid.uuid4()), self._own, time.time(), [stroke for stroke, _ in strokes])
        connection = self._peers.publisher.connection
        sent = _Sent(letter, home, self._sent_at, connection, [on_outcome for _, on_outcome in strokes])
        # Letters may have been lost with an earlier connection, and later ones must not overtake them.
        if any(one.connection != connection for one in self._sent.values() if one.home == home):
            self._give_up(home)
        is_home = self._processes.home_of(canvas_id, self._sent_at) == home
        if (
            is_home
            and canvas_id not in self._doubtful
            and self._peers.publisher.send(home, encode_letter(letter))
        ):
            self._sent[letter.id] = sent
        else:
            self._doubt(sent)

    def _give_up(self, home: str) -> None:
        """Expect no more answers from a process: find out what it has written, and write the rest."""
        self._processes.distrust(home, asyncio.get_running_loop().time())
        for sent in [one for one in self._sent.values() if one.home == home]:
            del self._sent[sent.letter.id]
            self._doubt(sent)

    def _doubt(self, sent: _Sent) -> None:
        HANDED_OVER.labels("unanswered").inc(len(sent.on_outcomes))
        canvas_id = sent.letter.strokes[0].canvas_id or 0
        waiting = self._doubtful.setdefault(canvas_id, deque())
        waiting.append(sent)
        if len(waiting) == 1:
            self._write_here(canvas_id)

    def _write_here(self, canvas_id: int) -> None:
        """Write the first doubtful letter of a canvas, unless it is written; the others follow in order."""
        letter = self._doubtful[canvas_id][0].letter
        entry = Entry(letter.strokes, partial(self._on_written_here, canvas_id), letter.id)
        try:
            self._batches.submit_letter(entry)
        except TooManyRequests:
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._write_here, canvas_id)

    def _on_written_here(self, canvas_id: int, outcomes: Sequence[Outcome]) -> None:
        waiting = self._doubtful[canvas_id]
        if not all(is_settled(outcome) or _is_certain(outcome, waiting[0].letter) for outcome in outcomes):
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._write_here, canvas_id)
            return
        sent = waiting.popleft()
        if waiting:
            self._write_here(canvas_id)
        else:
            del self._doubtful[canvas_id]
        for on_outcome, outcome in zip(sent.on_outcomes, outcomes, strict=True):
            on_outcome(outcome)

    async def _announce(self) -> None:
        if self._peers.receives and not self._is_ending:
            self._peers.publisher.send(EVERYONE, encode_announcement(Announcement(self._own)))

    def _receive(self, line: bytes) -> None:
        match decode(line):
            case Announcement(process, is_ending=True):
                self._processes.drop(process)
                self._give_up(process)
            case Announcement(process):
                self._processes.hear(process, asyncio.get_running_loop().time())
            case Letter() as letter:
                self._write_for(letter)
            case Answer(letter_id, encoded):
                self._on_answer(letter_id, encoded)

    def _write_for(self, letter: Letter) -> None:
        """Write what another process hands over."""
        on_outcomes = partial(self._answer, letter)
        try:
            self._batches.submit_letter(
                Entry(letter.strokes, on_outcomes, letter.id, latest=letter.sent_at + LETTER_SECONDS)
            )
        except TooManyRequests as refusal:
            on_outcomes([refusal] * len(letter.strokes))

    def _answer(self, letter: Letter, outcomes: Sequence[Outcome]) -> None:
        # After any other failure, the sender finds out for itself what became of the letter.
        if all(is_settled(outcome) or isinstance(outcome, Busy) for outcome in outcomes):
            self._peers.publisher.send(letter.sender, encode_answer(letter.id, outcomes))

    def _on_answer(self, letter_id: str, encoded: Sequence[Any]) -> None:
        sent = self._sent.get(letter_id)
        if sent is None:  # given up on, or already answered
            return
        outcomes = decode_outcomes(encoded, sent.letter.strokes)
        del self._sent[letter_id]
        HANDED_OVER.labels("answered").inc(len(outcomes))
        for on_outcome, outcome in zip(sent.on_outcomes, outcomes, strict=True):
            on_outcome(outcome)


def _is_certain(failure: Outcome, letter: Letter) -> bool:
    """Return whether a letter that could not be written here is not written by its home either.

    It was not recorded before, if the database said so much, and soon it is too old to be written.
    """
    return not isinstance(failure, Unavailable) and time.time() - letter.sent_at > 2 * LETTER_SECONDS


def _parts(strokes: list[tuple[Stroke, OnOutcome]]) -> list[list[tuple[Stroke, OnOutcome]]]:
    """Divide strokes into letters of not much more than LETTER_PIXELS."""
    parts: list[list[tuple[Stroke, OnOutcome]]] = [[]]
    pixels = 0
    for one in strokes:
        if pixels >= LETTER_PIXELS:
            parts.append([])
            pixels = 0
        parts[-1].append(one)
        pixels += one[0].weight
    return parts
