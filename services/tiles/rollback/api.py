"""The route of rollbacks."""

from __future__ import annotations

from aiohttp import web

from services.tiles.rollback.schemas import Rollback, RollbackView
from services.tiles.rollback.service import ROLLBACKS
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def roll_back(request: web.Request, canvas_id: int, body: Rollback, caller: Identity) -> web.Response:
    """Take back what happened on a canvas after `since`, in one transaction; `dry_run` shows what that does.

    Without `user_id` every tile, in the `area` if one is given, is as it was at `since`: changed ones are
    reverted, newer ones removed, deleted ones restored under their own ids, without the likes they had.

    With `user_id` only that artist's changes since then are undone, pixel by pixel: what others painted, also
    over the artist's work, stays. A tile the artist made is removed unless others have painted in it; one
    the artist deleted is restored, unless its cell was claimed since (`kept`).

    Locks do not hold a rollback up. Limits of tiles an artist do not count for what is restored. At most
    4096 tiles at once; for more, roll back one area after the other.
    """
    return respond(await request.app[ROLLBACKS].roll_back(caller, canvas_id, body))


OPERATIONS = (
    Operation(
        "POST", "/admin/canvases/{canvas_id}/rollback", roll_back, {200: RollbackView}, Access.MODERATOR,
        ("404 canvas_not_found", "409 rollback_too_large"),
    ),
)  # fmt: skip
