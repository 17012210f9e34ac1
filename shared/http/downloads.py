"""Files that are sent in pieces, as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)


async def send_download(
    request: web.Request, pieces: AsyncIterable[bytes], headers: Mapping[str, str], **named: int
) -> web.StreamResponse:
    """Send a file piece by piece; `named` says in the log which one it is.

    Raises ConnectionResetError, with the connection broken, when a piece cannot be read: it is too late for a
    problem, and so the client learns that the file is not whole.
    """
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        async for piece in pieces:
            await response.write(piece)
    except Exception as error:
        log.warning("download not sent", reason=str(error), **named)
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the file could not be sent") from error
    await response.write_eof()
    return response
