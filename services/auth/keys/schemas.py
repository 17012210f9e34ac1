"""The published keys, in the format of RFC 7517 and RFC 8037."""

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
    """Every public key that may verify a valid token."""

    keys: list[JsonWebKey]
