"""No log of a whole stack may hold a secret: what is looked for, and where.

Tokens are found by their shape, which tests/e2e/test_leaks.py holds against what is really issued; passwords
and keys, which have none, because it is known which there are.
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
    r"|\$argon2id\$"
)
_PASSWORDS: set[str] = set()


def new_password() -> str:
    """A password for an account on a whole stack, which its logs are searched for in the end."""
    password = secrets.token_urlsafe(12)
    _PASSWORDS.add(password)
    return password


def secrets_in(text: str, known: Iterable[str] = ()) -> set[str]:
    """Every secret in the text: those known, and what looks like a token or a password's hash."""
    return set(_SHAPES.findall(text)) | {secret for secret in {*known, *_PASSWORDS} if secret in text}


def kept_in(var: Path) -> Iterator[str]:
    """The secrets of a state folder: passwords of the parts, keys."""
    for file in (var / "secrets").iterdir():
        kept = file.read_text().strip()
        yield urlsplit(kept).password or kept


def leaks(var: Path, *known: str | None) -> dict[str, set[str]]:
    """What the logs in a state folder hold of its secrets, of passwords and of tokens, by log."""
    wanted = {*kept_in(var), *filter(None, known)}
    found = {log.name: secrets_in(log.read_text(errors="replace"), wanted) for log in (var / "log").iterdir()}
    return {log: secret for log, secret in found.items() if secret}
