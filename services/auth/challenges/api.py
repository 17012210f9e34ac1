"""The route of challenges."""

from __future__ import annotations

from aiohttp import web

from services.auth.challenges.schemas import ChallengeView
from services.auth.challenges.service import CHALLENGES
from shared.http.operations import Operation, respond


async def get_challenge(request: web.Request) -> web.Response:
    """Get a proof-of-work challenge (ALTCHA), whose solution a registration may need."""
    return respond(request.app[CHALLENGES].issue())


OPERATIONS = (Operation("GET", "/auth/challenge", get_challenge, {200: ChallengeView}),)
