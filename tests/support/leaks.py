"""Searches the logs of a whole stack for secrets; none may contain one.

Tokens are found by their shape, which tests/e2e/test_leaks.py compares with issued tokens; passwords and keys
have no shape, and are searched for by their values.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

_SHAPES = re.compile(
    r"eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+"  # access token, ticket
    r"|(?<![\w-])(?=[a-z\d_-]*[A-Z])(?=[A-Z\d_-]*[a-z])[\w-]{43}(?![\w-])"  # 256 bits: refresh, verify, reset
    r"|tsr_[\w-]{43}"  # of a bot
    r"|(?<![\w-])[2-9A-Z]{4}(?:-[2-9A-Z]{4}){3}(?![\w-])"  # invitation, recovery code
    r"|\$argon2id\$"
)
_PASSWORDS: set[str] = set()


def new_password() -> str:
    """Make a password for an account on a whole stack; its logs are searched for it when it stops."""
    password = secrets.token_urlsafe(12)
    _PASSWORDS.add(password)
    return password


def secrets_in(text: str, known: Iterable[str] = ()) -> set[str]:
    """Return every secret in the text: known ones, and what has the shape of a token or a password hash."""
    return set(_SHAPES.findall(text)) | {secret for secret in {*known, *_PASSWORDS} if secret in text}


def kept_in(var: Path) -> Iterator[str]:
    """Give the secrets of a state folder: passwords of the parts, and keys."""
    for file in (var / "secrets").iterdir():
        kept = file.read_text().strip()
        yield urlsplit(kept).password or kept


def leaks(var: Path, *known: str | None) -> dict[str, set[str]]:
    """Return the secrets, passwords and tokens in the logs of a state folder, by log."""
    wanted = {*kept_in(var), *filter(None, known)}
    found = {log.name: secrets_in(log.read_text(errors="replace"), wanted) for log in (var / "log").iterdir()}
    return {log: secret for log, secret in found.items() if secret}
