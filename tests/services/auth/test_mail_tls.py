"""Mail to a server that requires a login: the password is sent only over TLS, to a trusted server."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.stack.compose.certificates import make_authority, make_certificate
from services.auth.accounts.model import Account, Status
from services.auth.mail.mailer import SmtpMailer
from services.auth.mail.rules import Purpose
from services.auth.mail.templates import Mail
from shared.errors import Unavailable
from tests.support.parts import free_ports
from tests.support.waiting import eventually

PASSWORD = "p@ss/word: with everything"
QUOTED = "p%40ss%2Fword%3A%20with%20everything"
ADA = Account(1, "ada", "ada@mail.test", False, (), Status.ACTIVE, datetime(2024, 1, 1, tzinfo=UTC))
MAIL = Mail(ADA, Purpose.PASSWORD_CHANGED, None)


class LoginServer:
    """A mail server that accepts only the user `post`; it records passwords and recipients."""

    def __init__(self) -> None:
        self.port = free_ports(1)[0]
        self.tried: list[bytes] = []
        self.recipients: list[str] = []

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.tried.append(data.password)
        return AuthResult(success=data == LoginPassword(b"post", PASSWORD.encode()), handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def mailer(
        self, scheme: str = "smtp", password: str = QUOTED, authority: str | None = None
    ) -> SmtpMailer:
        url = f"{scheme}://post:{password}@localhost:{self.port}"
        return SmtpMailer(url, "Tessera <tessera@mail.test>", authority=authority)


Start = Callable[..., LoginServer]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """`start(**options)` starts a server with these options of aiosmtpd."""
    running = []

    def start_server(**options: Any) -> LoginServer:
        server = LoginServer()
        controller = Controller(
            server,
            hostname="localhost",
            port=server.port,
            authenticator=server.authenticate,
            **options,
        )
        controller.start()
        running.append(controller)
        return server

    yield start_server
    for controller in running:
        # Closing TLS takes a round trip, which the loop of the test must not end before.
        await eventually(partial(_has_no_client, controller.port))
        controller.stop()


async def _has_no_client(port: int) -> bool:
    sockets = psutil.Process().net_connections("tcp")
    return all(socket.raddr.port != port for socket in sockets if socket.raddr)


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A certificate for localhost, issued by the authority in `tmp_path/authority`."""
    authority, key = make_authority()
    (tmp_path / "authority").write_text(authority)
    (tmp_path / "certificate").write_text("".join(make_certificate("localhost", authority, key)))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "certificate")
    return context


@pytest.fixture
def trusting(tls: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make OpenSSL trust that authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority"))


@pytest.mark.usefixtures("trusting")
async def test_the_mailer_logs_in_only_after_starttls(start: Start, tls: ssl.SSLContext) -> None:
    server = start(tls_context=tls, require_starttls=True, auth_required=True)
    await server.mailer().send(MAIL)
    assert (server.tried, server.recipients) == ([PASSWORD.encode()], ["ada@mail.test"])


@pytest.mark.usefixtures("trusting")
async def test_smtps_uses_implicit_tls(start: Start, tls: ssl.SSLContext) -> None:
    # aiosmtpd recognises only its own STARTTLS as TLS.
    server = start(ssl_context=tls, auth_require_tls=False)
    await server.mailer("smtps").send(MAIL)
    assert (server.tried, server.recipients) == ([PASSWORD.encode()], ["ada@mail.test"])


@pytest.mark.parametrize("as_text", [False, True], ids=["file", "PEM"])
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_an_authority_of_ones_own_is_trusted_as_a_file_and_as_text(
    start: Start, tls: ssl.SSLContext, tmp_path: Path, scheme: str, as_text: bool
) -> None:
    options = {"tls_context": tls} if scheme == "smtp" else {"ssl_context": tls, "auth_require_tls": False}
    server, file = start(**options), tmp_path / "authority"
    await server.mailer(scheme, authority=file.read_text() if as_text else str(file)).send(MAIL)
    assert server.recipients == ["ada@mail.test"]


@pytest.mark.parametrize("authority", ["/no/such/file", "-----BEGIN CERTIFICATE-----\nnothing"])
def test_an_authority_that_cannot_be_read_is_refused_at_startup(authority: str) -> None:
    with pytest.raises(ValueError, match="AUTH_SMTP_CA"):
        SmtpMailer("smtp://mail.test", "t@mail.test", authority=authority)


async def test_a_server_without_tls_receives_no_password(start: Start) -> None:
    server = start(auth_require_tls=False)
    with pytest.raises(Unavailable, match="smtp"):
        await server.mailer().send(MAIL)
    assert server.tried == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_with_an_untrusted_certificate_receives_no_password(
    start: Start, tls: ssl.SSLContext, scheme: str
) -> None:
    options = {"tls_context": tls} if scheme == "smtp" else {"ssl_context": tls, "auth_require_tls": False}
    server = start(**options)
    with pytest.raises(Unavailable, match=r"(?i)certificate"):
        await server.mailer(scheme).send(MAIL)
    assert server.tried == []


@pytest.mark.usefixtures("trusting")
async def test_a_wrong_password_is_a_temporary_error_that_does_not_reveal_it(
    start: Start, tls: ssl.SSLContext
) -> None:
    server = start(tls_context=tls)
    with pytest.raises(Unavailable, match="535") as refused:
        await server.mailer(password="wrong-password").send(MAIL)
    assert "wrong-password" not in str(refused.value)
    assert server.recipients == []
