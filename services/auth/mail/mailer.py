"""Delivery of mail: to an SMTP server, or into a folder."""

from __future__ import annotations

import asyncio
import ssl
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from ipaddress import ip_address
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from services.auth.mail.templates import Mail
from services.auth.settings import AuthSettings
from shared.errors import TesseraError, Unavailable, Unprocessable

log = structlog.get_logger(__name__)

SMTP_SECONDS = 10.0


class MailRefused(Unprocessable):
    """The mail server refused the recipient or the content of this mail permanently."""


class Mailer(Protocol):
    """Delivers mail."""

    async def send(self, mail: Mail) -> None:
        """Deliver a mail; raises Unavailable("smtp") for a temporary failure, MailRefused for a permanent."""
        ...


class SmtpMailer:
    """Delivers mail to the server at `smtp://[user:password@]host[:port]`, or `smtps://` for implicit TLS.

    With a user, TLS is required; without one, it is used when the server offers it. The server's certificate
    is verified by the public authorities and by `authority`, a file of certificates or their PEM text.
    `host` is the public name of this site, with which it greets the server.
    """

    def __init__(self, url: str, sender: str, host: str = "localhost", authority: str | None = None) -> None:
        parts = urlsplit(url)
        assert parts.hostname  # as AuthSettings demands
        self._server = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = sender
        self._host = host
        self._trusted = _trust(authority)

    async def send(self, mail: Mail) -> None:
        """Deliver a mail and wait until the server has accepted it."""
        try:
            await aiosmtplib.send(
                _complete(mail.render(self._sender), self._host),
                hostname=self._server,
                port=self._port,
                local_hostname=_domain(self._host),
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=None if self._tls or self._user is None else True,
                tls_context=self._trusted,
                timeout=SMTP_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _error_of(error.recipients[0]) from error
        except aiosmtplib.SMTPDataError as error:
            raise _error_of(error) from error
        except aiosmtplib.SMTPResponseException as error:
            # The greeting, the login or the sender: the settings are at fault, not this mail, which can be
            # delivered once they are corrected.
            raise Unavailable("smtp", f"{error.code} {error.message}") from error
        except aiosmtplib.SMTPNotSupported as error:
            if not mail.account.email.isascii():
                raise MailRefused(str(error)) from error
            raise Unavailable("smtp", str(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable("smtp", f"{type(error).__name__}: {error}") from error
        log.info("mail sent", purpose=mail.purpose, account_id=mail.account.id)


class FolderMailer:
    """Writes each mail to a file that only this user can read, and logs its path."""

    def __init__(self, folder: Path, sender: str, host: str) -> None:
        self._folder = folder
        self._sender = sender
        self._host = host

    async def send(self, mail: Mail) -> None:
        """Write a mail to the folder."""
        message = _complete(mail.render(self._sender), self._host)
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.time_ns() % 10**9:09}-{mail.purpose}.eml"
        path = self._folder.absolute() / name
        await asyncio.to_thread(_write, path, message.as_bytes())
        log.info("mail written", purpose=mail.purpose, account_id=mail.account.id, path=str(path))


def make_mailer(settings: AuthSettings) -> Mailer:
    """Make the mailer that the settings select; raises ValueError for an invalid AUTH_SMTP_URL or _CA."""
    host = urlsplit(settings.public_url).hostname or "localhost"
    if settings.smtp_url is None:
        return FolderMailer(settings.mail_folder, settings.mail_from, host)
    return SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from, host, settings.smtp_ca)


def _complete(message: EmailMessage, host: str) -> EmailMessage:
    """Add the headers of a message that is sent now (RFC 5322, 3.6)."""
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=_domain(host))
    return message


def _domain(host: str) -> str:
    """Return the host as SMTP writes it: an address is a literal in brackets (RFC 5321, 4.1.3)."""
    try:
        address = ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"


def _trust(authority: str | None) -> ssl.SSLContext:
    """Trust the public authorities and this one."""
    context = ssl.create_default_context()
    if authority is not None:
        is_text = authority.lstrip().startswith("-----BEGIN")
        try:
            context.load_verify_locations(**{"cadata" if is_text else "cafile": authority})
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"AUTH_SMTP_CA cannot be used as certificates: {error}") from error
    return context


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
