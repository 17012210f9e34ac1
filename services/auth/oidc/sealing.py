"""What travels through browsers between two steps of a login: encrypted, so that nothing has to be stored."""

from __future__ import annotations

import base64
import binascii
import time
from dataclasses import asdict
from typing import Any

import orjson

from services.auth.keys.cipher import KeyCipher, WrongSecret
from services.auth.oidc.rules import FLOW_LIFETIME, Flow, ProvenIdentity

_FLOW, _TICKET = "oidc flow", "oidc ticket"


class Sealer:
    """Encrypts logins under way, and identities that wait for a username."""

    def __init__(self, cipher: KeyCipher) -> None:
        self._cipher = cipher

    def seal_flow(self, flow: Flow) -> str:
        """Write a login under way."""
        return self._seal(asdict(flow), _FLOW)

    def open_flow(self, sealed: str) -> Flow | None:
        """Read a login under way, or None if this site did not write it."""
        content = self._open(sealed, _FLOW)
        if content is None:
            return None
        link = content["link"]
        return Flow(**{**content, "link": link and (link[0], link[1])})

    def seal_ticket(self, identity: ProvenIdentity, nonce: str) -> str:
        """Write an identity, for as long as a login may take."""
        expires_at = time.time() + FLOW_LIFETIME.total_seconds()
        return self._seal({"identity": asdict(identity), "nonce": nonce, "expires_at": expires_at}, _TICKET)

    def open_ticket(self, sealed: str) -> tuple[ProvenIdentity, str] | None:
        """Read an identity and what makes its ticket unique; None if it is too old, or not of this site."""
        content = self._open(sealed, _TICKET)
        if content is None or content["expires_at"] <= time.time():
            return None
        return ProvenIdentity(**content["identity"]), content["nonce"]

    def _seal(self, content: dict[str, Any], kind: str) -> str:
        return base64.urlsafe_b64encode(self._cipher.encrypt(orjson.dumps(content), kind)).decode()

    def _open(self, sealed: str, kind: str) -> dict[str, Any] | None:
        try:
            content: dict[str, Any] = orjson.loads(
                self._cipher.decrypt(base64.urlsafe_b64decode(sealed), kind)
            )
        except (binascii.Error, ValueError, WrongSecret):
            return None
        return content
