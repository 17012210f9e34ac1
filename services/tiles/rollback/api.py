"""The route of rollbacks."""

from __future__ import annotations

from aiohttp import web

from services.tiles.rollback.schemas import Rollback, RollbackView
from services.tiles.rollback.service import ROLLBACKS
from shared.http.access import Access
from shared.http.operations import Operation, respond
from shared.identity import Identity


async def roll_back(request: web.Request, canvas_id: int, body: Rollback, caller: Identity) -> web.Response:
    """Undo what happened on a canvas after `since`, in one transaction; `dry_run` only shows the result.

    Without `user_id`, every tile (of the `area`, if given) becomes what it was at `since`: changed ones are
    reverted, newer ones removed, deleted ones restored under their own ids, without the likes they had.

    With `user_id`, only that artist's changes since then are undone, pixel by pixel: what others painted
    stays, even over the artist's work. A tile that the artist claimed is removed unless others have painted
    in it; one that the artist deleted is restored, unless its cell has been claimed since (`kept`).

    Locks do not prevent a rollback, and restored tiles may exceed the limit per artist. At most 4096 tiles at
    once; for more, roll back one area at a time.
    """
    return respond(await request.app[ROLLBACKS].roll_back(caller, canvas_id, body))


OPERATIONS = (
    Operation(
        "POST", "/admin/canvases/{canvas_id}/rollback", roll_back, {200: RollbackView}, Access.MODERATOR,
        ("404 canvas_not_found", "409 rollback_too_large"),
    ),
)  # fmt: skip
