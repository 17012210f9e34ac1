"""Hides secrets in the output of the checks, which is pasted into tickets."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from deploy.stack.state_dir import StateDir

SHORTEST = 8  # characters; replacing shorter values would hide plain words

_PATTERNS = (
    (re.compile(r"(\w+://[^\s:/@]*):[^\s@/]+@"), r"\1:***@"),
    (re.compile(r"(?i)(bearer\s+)\S+"), r"\1***"),
    (re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"), "***"),
    (re.compile(r"(?i)((?:password|passwd|secret|token|ticket)=)[^\s&,\"']+"), r"\1***"),
    (
        re.compile(r"(?i)([\"'](?:password|passwd|secret|\w*token|ticket)\\*[\"']\s*:\s*\\*[\"'])[^\"'\\]+"),
        r"\1***",
    ),
)


def redactor(var: StateDir) -> Callable[[str], str]:
    """Return a function that replaces this stack's secrets, and what looks like a secret, with ***."""
    known = set()
    for path in (var.root / "secrets").glob("*"):
        try:
            value = path.read_text().strip()
        except OSError:
            continue
        password = urlsplit(value).password if "://" in value else None
        known |= {value, password or value, quote(password or value)}
    longest_first = sorted((value for value in known if len(value) >= SHORTEST), key=len, reverse=True)

    def redact(text: str) -> str:
        for value in longest_first:
            text = text.replace(value, "***")
        for pattern, shown in _PATTERNS:
            text = pattern.sub(shown, text)
        return text

    return redact
