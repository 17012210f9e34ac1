"""Routes of mail."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from services.auth.mail.service import DIGESTS
from services.auth.mail.unsubscribing import TOKEN_MAX
from shared.http.models import Query
from shared.http.operations import Operation, respond_empty


class StopDigest(Query):
    """The token in the link of a digest."""

    token: str = Field(min_length=1, max_length=TOKEN_MAX, repr=False)


async def stop_digest(request: web.Request, query: StopDigest) -> web.Response:
    """Stop the daily mail about notices by the link in one, without logging in.

    Mail programs do so on their own button (RFC 8058), with a form that says only that.
    """
    await request.app[DIGESTS].stop(query.token)
    return respond_empty()


OPERATIONS = (
    Operation("POST", "/auth/digest/stop", stop_digest, {204: None}, refusals=["400 token_invalid"]),
)
