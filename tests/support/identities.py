"""Identities without the auth service, with real signatures."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.http.tokens import ACCESS_AUDIENCE, ACCESS_TYPE, ALGORITHM, ISSUER, TICKET_AUDIENCE, TICKET_TYPE
from shared.messaging.revocations import PATH as REVOCATIONS
from shared.messaging.revocations import Revocation, RevocationList


class TestKeys:
    """A signing key, published over HTTP as auth publishes its keys."""

    __test__ = False

    def __init__(self) -> None:
        self.kid = uuid.uuid4().hex
        self.private = Ed25519PrivateKey.generate()
        self.revocations: list[Revocation] = []
        app = web.Application()
        app.router.add_get("/.well-known/jwks.json", self._publish)
        app.router.add_get(REVOCATIONS, self._list_revocations)
        self._server = TestServer(app)

    @property
    def jwks_url(self) -> str:
        """URL of the public key, after `start`."""
        return str(self._server.make_url("/.well-known/jwks.json"))

    async def start(self) -> None:
        """Publish the key."""
        await self._server.start_server()

    async def stop(self) -> None:
        """Stop publishing."""
        await self._server.close()

    def token(self, account_id: int, username: str, roles: Sequence[str] = (), **claims: Any) -> str:
        """Sign an access token; `claims` replace its default claims."""
        return self._sign(account_id, username, roles, ACCESS_TYPE, ACCESS_AUDIENCE, claims)

    def ticket(self, account_id: int, username: str, roles: Sequence[str] = (), **claims: Any) -> str:
        """Sign a WebSocket ticket."""
        return self._sign(account_id, username, roles, TICKET_TYPE, TICKET_AUDIENCE, claims)

    def bearer(self, account_id: int, username: str, roles: Sequence[str] = ()) -> dict[str, str]:
        """Return the header that identifies the account."""
        return {"Authorization": f"Bearer {self.token(account_id, username, roles)}"}

    def _sign(
        self,
        account_id: int,
        username: str,
        roles: Sequence[str],
        token_type: str,
        audience: str,
        claims: dict[str, Any],
    ) -> str:
        now = time.time()
        payload = {
            "iss": ISSUER,
            "aud": audience,
            "sub": str(account_id),
            "username": username,
            "roles": list(roles),
            "sid": "test-session",
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": int(now) + 900,
            **claims,
        }
        return jwt.encode(payload, self.private, ALGORITHM, headers={"kid": self.kid, "typ": token_type})

    async def _publish(self, _: web.Request) -> web.Response:
        key = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(self.private.public_key()))
        return web.json_response({"keys": [{**key, "kid": self.kid, "alg": ALGORITHM, "use": "sig"}]})

    async def _list_revocations(self, _: web.Request) -> web.Response:
        told = RevocationList(revocations=self.revocations)
        return web.Response(text=told.model_dump_json(), content_type="application/json")
