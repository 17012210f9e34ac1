"""Delivery of mail: to an SMTP server, or into a folder."""

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

from services.auth.mail.templates import Mail
from services.auth.settings import AuthSettings
from shared.errors import TesseraError, Unavailable

log = structlog.get_logger(__name__)

SMTP_SECONDS = 10.0


class MailRefused(TesseraError):
    """The mail server refused this mail permanently."""


class Mailer(Protocol):
    """Delivers mail."""

    async def send(self, mail: Mail) -> None:
        """Deliver a mail; raises Unavailable("smtp") for a temporary failure, MailRefused for a permanent."""
        ...


class SmtpMailer:
    """Delivers mail to the server at `smtp://[user:password@]host[:port]`, or `smtps://` for implicit TLS.

    With a user, TLS is required; without one, it is used when the server offers it.
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

    async def send(self, mail: Mail) -> None:
        """Deliver a mail and wait until the server has accepted it."""
        try:
            await aiosmtplib.send(
                _with_message_id(mail.render(self._sender)),
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=None if self._tls or self._user is None else True,
                timeout=SMTP_SECONDS,
            )
        except aiosmtplib.SMTPAuthenticationError as error:
            # The settings are at fault, not this mail: it can be delivered once they are corrected.
            raise Unavailable("smtp", f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _error_of(error.recipients[0]) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _error_of(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("smtp", f"{type(error).__name__}: {error}") from error
        log.info("mail sent", purpose=mail.purpose, account_id=mail.account.id)


class FolderMailer:
    """Writes each mail to a file that only this user can read, and logs its path."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, mail: Mail) -> None:
        """Write a mail to the folder."""
        message = _with_message_id(mail.render(self._sender))
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09}-{mail.purpose}.eml"
        path = self._folder.absolute() / name
        await asyncio.to_thread(_write, path, message.as_bytes())
        log.info("mail written", purpose=mail.purpose, account_id=mail.account.id, path=str(path))


def make_mailer(settings: AuthSettings) -> Mailer:
    """Make the mailer that the settings select; raises ValueError for an invalid AUTH_SMTP_URL."""
    if settings.smtp_url is None:
        return FolderMailer(settings.mail_folder, settings.mail_from)
    return SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)


def _with_message_id(message: EmailMessage) -> EmailMessage:
    message["Message-ID"] = make_msgid(domain="tessera")
    return message


def _error_of(error: aiosmtplib.SMTPResponseException) -> TesseraError:
    # RFC 5321, section 4.2.1: 4xx is temporary, 5xx is permanent.
    if error.code >= 500:
        return MailRefused(f"{error.code} {error.message}")
    return Unavailable("smtp", f"{error.code} {error.message}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    draft.replace(path)
