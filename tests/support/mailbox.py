"""The mail that auth's worker writes to files."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from tests.support.auth import rows
from tests.support.waiting import PATIENCE, eventually


def body(message: EmailMessage, kind: str) -> str:
    """Return the text of a message, `plain` or `html`."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def token_in(message: EmailMessage) -> str:
    """Return the token in the link of a message, which both of its forms share."""
    found = {re.search(r"#[a-z-]+=([A-Za-z0-9_-]{43})", body(message, kind)) for kind in ("plain", "html")}
    [token] = {match[1] for match in found if match}
    return token


@dataclass(frozen=True)
class Mailbox:
    """The folder that mail is written to, and the database of the service that writes it."""

    folder: Path
    database_url: str

    def mails(self, purpose: str) -> list[EmailMessage]:
        """Return every message with this purpose, oldest first."""
        files = sorted(self.folder.glob(f"*-{purpose}.eml"))
        return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]

    async def wait_for_mail(self, purpose: str, number: int = 1) -> EmailMessage:
        """Wait for the `number`-th message with this purpose and return it."""
        async with asyncio.timeout(PATIENCE):
            while len(self.mails(purpose)) < number:  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.02)
        return self.mails(purpose)[number - 1]

    async def token(self, purpose: str, number: int = 1) -> str:
        """Wait for the `number`-th message with this purpose and return its token, once it is valid.

        A message is written before the commit that makes its token valid.
        """
        token = token_in(await self.wait_for_mail(purpose, number))
        stored = "SELECT 1 FROM mail_tokens WHERE token_hash = sha256(%(token)s::bytea)"

        async def is_valid() -> bool:
            return bool(rows(self.database_url, stored, {"token": token}))

        await eventually(is_valid)
        return token


async def link_for(folder: Path, address: str, purpose: str) -> str:
    """Wait for a mail with this purpose ("confirm-email") to this address and return its link."""
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
