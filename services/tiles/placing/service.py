"""Use cases of placing: place pixels, as many as charges allow, and take the last ones back."""

from __future__ import annotations

import asyncio
import uuid
from functools import partial

import orjson
from aiohttp import web

from services.tiles.artists.actors import actor_of
from services.tiles.artists.store import ensure_artist
from services.tiles.canvases.access import no_such_canvas
from services.tiles.canvases.journal import Journal
from services.tiles.edits.limits import LEAST_PIXELS, PaintAllowance
from services.tiles.placing import rules, store
from services.tiles.placing.batches import OnOutcome, PlacementBatches, defer_result
from services.tiles.placing.rules import Outcome, Placed, Placement
from services.tiles.placing.schemas import PlacementDraft
from shared.identity import Identity


class Placements:
    """Placing pixels on canvases in `place` mode."""

    def __init__(self, journal: Journal, batches: PlacementBatches, allowance: PaintAllowance) -> None:
        self._journal = journal
        self._batches = batches
        self._allowance = allowance

    def submit(self, placement: Placement, on_outcome: OnOutcome) -> None:
        """Queue a placement; `on_outcome` is called when it is durable or has failed.

        Raises TooManyRequests: `paint_limit` if the artist is too fast, `overloaded` if too many wait.
        """
        pixels = max(len(placement.pixels), LEAST_PIXELS * rules.count_blocks(placement.pixels))
        self._allowance.take(placement.actor.id, pixels)
        self._batches.submit(placement, on_outcome)

    async def place(self, caller: Identity, canvas_id: int, draft: PlacementDraft) -> Placed:
        """Place pixels, all or none, and return when they are durable; cancelling does not withdraw them.

        Raises NotFound, Conflict `wrong_mode`, `not_open`, `frozen` or `ref_reused`, Invalid,
        TooManyRequests `cooldown`, `paint_limit` or `overloaded`, Unavailable.
        """
        settled: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        ref = uuid.uuid4().hex if draft.ref is None else draft.ref
        placement = Placement(actor_of(caller), caller.username, canvas_id, write_ref(ref), draft.pixels)
        self.submit(placement, partial(_settle, settled))
        outcome = await settled
        assert isinstance(outcome, Placed)
        return outcome

    async def take_back(self, caller: Identity, canvas_id: int) -> Placed:
        """Take back the caller's last placement, where nobody has painted over it; its charges return.

        Raises NotFound, Conflict `nothing_to_take_back`, `wrong_mode`, `not_open` or `frozen`.
        """
        actor = actor_of(caller)
        async with self._journal.transaction() as (conn, changes):
            ensure_artist(conn, caller)
            board = await store.get_board(conn, canvas_id)
            if board is None:
                raise no_such_canvas()
            canvas = board.canvas
            placing = rules.check_may_place(canvas, actor, board.now)
            last = await store.get_last(conn, canvas_id, actor.id)
            if last is None:
                raise rules.nothing_to_take_back()
            await store.read_tiles(conn, board, rules.cells_of(last.pixels, canvas.tile_size))
            later = await store.list_later_strokes(conn, [tile.id for tile in board.tiles.values()], last.seq)
            uncovered = rules.find_uncovered(board, last.pixels, later)
            if not uncovered:
                raise rules.nothing_to_take_back()
            seq = changes.number(canvas)
            placed, result = rules.take_back(board, placing, last, uncovered, seq, actor)
            restored = [(pixel.x, pixel.y, pixel.before) for pixel in uncovered]
            defer_result(conn, changes, board, result, [(seq, actor.id, restored)])
            store.defer_take_back(conn, board, actor.id, last, uncovered)
        return placed


def write_ref(ref: int | str) -> str:
    """Return a client's name for a placement as stored: the number 7 is not the text "7"."""
    return orjson.dumps(ref).decode()


def _settle(settled: asyncio.Future[Outcome], outcome: Outcome) -> None:
    if settled.done():  # the request was cancelled
        return
    if isinstance(outcome, Exception):
        settled.set_exception(outcome)
    else:
        settled.set_result(outcome)


PLACEMENTS = web.AppKey("PLACEMENTS", Placements)
