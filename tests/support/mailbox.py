"""Mail that auth's worker wrote as files."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.support.waiting import PATIENCE


def body(message: EmailMessage, kind: str) -> str:
    """Return the text of a message, `plain` or `html`."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def token_in(message: EmailMessage) -> str:
    """Return the token in the link of a message, the same in its plain and HTML text."""
    found = {re.search(r"#[a-z-]+=([A-Za-z0-9_-]{43})", body(message, kind)) for kind in ("plain", "html")}
    [token] = {match[1] for match in found if match}
    return token


@dataclass(frozen=True)
class Mailbox:
    """The folder in which mail is kept."""

    folder: Path

    def letters(self, purpose: str) -> list[EmailMessage]:
        """Return every mail of that purpose, oldest first."""
        files = sorted(self.folder.glob(f"*-{purpose}.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    async def letter(self, purpose: str, number: int = 1) -> EmailMessage:
        """Wait for the mail of that number and return it."""
        async with asyncio.timeout(PATIENCE):
            while len(self.letters(purpose)) < number:  # noqa: ASYNC110 - a file cannot be awaited
                await asyncio.sleep(0.02)
        return self.letters(purpose)[number - 1]

    async def token(self, purpose: str, number: int = 1) -> str:
        """Wait for the mail of that number and return its token."""
        letter = await self.letter(purpose, number)
        await asyncio.sleep(0.1)  # the file is written shortly before the commit that makes the token valid
        return token_in(letter)


async def link_for(folder: Path, address: str, purpose: str) -> str:
    """Wait for a mail of that purpose ("confirm-email") to that address, and return the link in it."""
    deadline = time.monotonic() + PATIENCE
    while (link := _link_for(folder, address, purpose)) is None:
        assert time.monotonic() < deadline, f"no mail to {address}"
        await asyncio.sleep(0.1)
    return link


def _link_for(folder: Path, address: str, purpose: str) -> str | None:
    for file in folder.glob(f"*-{purpose.replace('-', '_')}.eml"):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        body = mail.get_body(("plain",))
        if mail["To"] == address and body and (link := re.search(r"https?://\S+", body.get_content())):
            return link[0]
    return None
