"""Issuing and verifying of challenges, by the ALTCHA library; any of its clients can solve them."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime

import altcha
from aiohttp import web
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.auth.challenges import store
from services.auth.challenges.rules import ATTEMPTS, ITERATIONS, LIFETIME, challenge_required
from services.auth.challenges.schemas import ChallengeView
from shared.db import Database

_ALGORITHM = "SHA-256"


class Challenges:
    """Issues challenges that every process with the same AUTH_SECRET verifies, and accepts each once."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database = database
        self._key = HKDF(SHA256(), length=32, salt=None, info=b"tessera auth challenges").derive(
            secret.encode()
        )

    def issue(self) -> ChallengeView:
        """Make a challenge, whose solution is one of the counters up to the end of ATTEMPTS."""
        challenge = altcha.create_challenge(
            _ALGORITHM,
            ITERATIONS,
            counter=secrets.choice(ATTEMPTS),
            expires_at=datetime.now(UTC) + LIFETIME,
            hmac_secret=self._key,
        )
        return ChallengeView.model_validate(challenge.to_dict())

    async def spend(self, payload: str) -> None:
        """Use up a solved challenge. Raises Invalid `challenge_required` if it is not solved, or was used."""
        verified = altcha.verify_solution(payload, self._key)
        if verified.expired:
            raise challenge_required("has expired; solve a new one")
        if not verified.verified:
            raise challenge_required("is not solved")
        async with self._database.connection() as conn:
            is_new = await store.use_challenge(conn, _read_nonce(payload), 2 * LIFETIME)
        if not is_new:
            raise challenge_required("was used before; solve a new one")


def _read_nonce(payload: str) -> bytes:
    """Return what makes a verified challenge unique, read as the library has read it."""
    parameters = json.loads(base64.b64decode(payload))["challenge"]["parameters"]
    return bytes.fromhex(parameters["nonce"])


CHALLENGES = web.AppKey("CHALLENGES", Challenges)
