"""The published keys, as RFC 7517 and RFC 8037 write them."""

from __future__ import annotations

from typing import Literal

from shared.http.models import View


class JsonWebKey(View):
    """An Ed25519 public key; `x` is the key in base64url."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"
    kid: str
    x: str


class JsonWebKeySet(View):
    """Every key that a valid token may be signed with."""

    keys: list[JsonWebKey]
