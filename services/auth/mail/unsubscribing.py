"""Tokens that switch an account's digest off, and can do nothing else.

They are the account's id, encrypted and authenticated: nothing is stored, and the links in all digests work
until AUTH_SECRET changes.
"""

from __future__ import annotations

import base64
import binascii

from services.auth.keys.cipher import KeyCipher, WrongSecret

_KIND = "digest"
TOKEN_MAX = 100
"""Characters of a token; a real one has 48."""


def seal_token(cipher: KeyCipher, account_id: int) -> str:
    """Make a token of an account."""
    return base64.urlsafe_b64encode(cipher.encrypt(account_id.to_bytes(8), _KIND)).decode()


def open_token(cipher: KeyCipher, token: str) -> int | None:
    """Return the account id that the token was made for, or None if this site did not make it."""
    try:
        return int.from_bytes(cipher.decrypt(base64.urlsafe_b64decode(token), _KIND))
    except (binascii.Error, ValueError, WrongSecret):
        return None
