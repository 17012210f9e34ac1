"""The mails of the stack, as a local run keeps them: a file each."""

from __future__ import annotations

import asyncio
import email
import re
import time
from email.policy import default
from pathlib import Path

from tests.e2e.people import PATIENCE


async def link_for(folder: Path, address: str, purpose: str) -> str:
    """Wait for a mail of that purpose ("confirm-email") to that address, and return the link in it."""
    deadline = time.monotonic() + PATIENCE
    while (link := _link_for(folder, address, purpose)) is None:
        assert time.monotonic() < deadline, f"no mail to {address}"
        await asyncio.sleep(0.1)
    return link


def _link_for(folder: Path, address: str, purpose: str) -> str | None:
    for file in folder.glob(f"*-{purpose.replace('-', '_')}.eml"):
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        if mail["To"] == address and body and (link := re.search(r"https?://\S+", body.get_content())):
            return link[0]
    return None
