"""Where letters are taken: to an SMTP server, or into a folder."""

from __future__ import annotations

import asyncio
import time
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from services.auth.mail.letters import Letter
from services.auth.settings import AuthSettings
from shared.errors import TesseraError, Unavailable

log = structlog.get_logger(__name__)

SMTP_SECONDS = 10.0


class LetterRefused(TesseraError):
    """The mail server refuses this letter for good."""


class Post(Protocol):
    """Takes letters."""

    async def send(self, letter: Letter) -> None:
        """Take one; raises Unavailable("smtp") to try again later, LetterRefused when that is of no use."""
        ...


class SmtpPost:
    """Hands letters to the server at `smtp://[user:password@]host[:port]`; `smtps://` for TLS from the start.

    With a user, TLS is required; without, it is used when the server offers it.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("AUTH_SMTP_URL must be smtp://host or smtps://host")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Send it and wait until the server has taken it."""
        try:
            await aiosmtplib.send(
                _identified(letter.message(self._sender)),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=None if self._tls or self._user is None else True,
                timeout=SMTP_SECONDS,
            )
        except aiosmtplib.SMTPAuthenticationError as error:
            # Our settings' fault, not the letter's.
            raise Unavailable("smtp", f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _verdict(error.recipients[0]) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _verdict(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("smtp", f"{type(error).__name__}: {error}") from error
        log.info("mail sent", purpose=letter.purpose, account_id=letter.account.id)


class FolderPost:
    """Keeps each letter as a file that only this user reads, and logs where it is."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Write it."""
        message = _identified(letter.message(self._sender))
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09}-{letter.purpose}.eml"
        path = self._folder.absolute() / name
        await asyncio.to_thread(_write, path, message.as_bytes())
        log.info("mail written", purpose=letter.purpose, account_id=letter.account.id, path=str(path))


def post_of(settings: AuthSettings) -> Post:
    """Return the post that the settings say; raises ValueError for an AUTH_SMTP_URL that is none."""
    if settings.smtp_url is None:
        return FolderPost(settings.mail_folder, settings.mail_from)
    return SmtpPost(settings.smtp_url.get_secret_value(), settings.mail_from)


def _identified(message: EmailMessage) -> EmailMessage:
    message["Message-ID"] = make_msgid(domain="tessera")
    return message


def _verdict(error: aiosmtplib.SMTPResponseException) -> TesseraError:
    # RFC 5321, section 4.2.1: 4xx may be tried again, 5xx must not be.
    if error.code >= 500:
        return LetterRefused(f"{error.code} {error.message}")
    return Unavailable("smtp", f"{error.code} {error.message}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
