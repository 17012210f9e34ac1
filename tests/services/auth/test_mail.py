"""Delivery of mail to a real SMTP server, and to files without one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.stack.programs import list_secret_files
from services.auth.accounts.model import Account, Status
from services.auth.app import create_worker
from services.auth.mail.mailer import MailRefused, SmtpMailer
from services.auth.mail.rules import Purpose
from services.auth.mail.templates import Mail
from shared.errors import Unavailable
from shared.messaging import dead_letters
from tests.support.auth import Auth, Client, is_ready, settings_for
from tests.support.commands import run
from tests.support.mailbox import Mailbox, body, token_in
from tests.support.parts import VirtualHost, free_ports
from tests.support.stack import run_environment
from tests.support.waiting import PATIENCE, eventually

SENDER = "Tessera <tessera@mail.test>"
ADA = Account(1, "ada", "ada@mail.test", False, (), Status.ACTIVE, datetime(2024, 1, 1, tzinfo=UTC))
MAIL = Mail(ADA, Purpose.PASSWORD_CHANGED, None)


class SmtpServer:
    """A mail server, of ASCII addresses only, that records what it accepts.

    `refusals` are its replies to a command instead.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.greetings: list[str] = []
        self.attempts = 0
        self.refusals: dict[str, str] = {}
        self.port = free_ports(1)[0]
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        if "RCPT" in self.refusals:
            return self.refusals["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greetings.append(hostname)
        session.host_name = hostname
        return [self.refusals["EHLO"]] if "EHLO" in self.refusals else responses

    async def handle_HELO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str) -> str:
        session.host_name = hostname
        return self.refusals.get("EHLO", "250 hello")

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.refusals.get("MAIL", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if "DATA" in self.refusals:
            return self.refusals["DATA"]
        self.raw.append(envelope.content)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=False)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def wait_for_messages(self, count: int) -> None:
        async def have_arrived() -> bool:
            return len(self.messages) >= count

        await eventually(have_arrived)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


async def start_worker(auth: Auth, broker: VirtualHost, aiohttp_client: Any, smtp_url: str) -> None:
    settings = settings_for(auth.database_url, broker_url=broker.url, smtp_url=smtp_url)
    worker: Client = await aiohttp_client(create_worker(settings))
    await eventually(lambda: is_ready(worker))


@pytest.fixture
def own_broker(new_broker: Callable[[], VirtualHost]) -> VirtualHost:
    return new_broker()


async def test_a_mail_is_sent_as_text_and_html(
    auth: Auth, own_broker: VirtualHost, aiohttp_client: Any, server: SmtpServer
) -> None:
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await server.wait_for_messages(1)
    [message] = server.messages
    assert server.recipients == ["ada@mail.test"]
    assert message["From"] == "Tessera <tessera@tessera.invalid>"
    assert message["Subject"] == "Confirm your email address"
    assert message["Message-ID"]
    assert "http://localhost:8080/#confirm-email=" in body(message, "plain")
    await confirm(auth, message)


async def confirm(auth: Auth, message: EmailMessage) -> None:
    """Use the token of a message; it is sent just before the commit that makes the token valid."""
    async with asyncio.timeout(PATIENCE):
        status = 0
        while status != 204:
            status = (await auth.call("POST", "/confirm-email", json={"token": token_in(message)})).status


async def test_mail_waits_while_the_server_is_down(
    auth: Auth, own_broker: VirtualHost, aiohttp_client: Any, server: SmtpServer
) -> None:
    server.stop()
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await asyncio.sleep(0.5)
    server.start()
    await server.wait_for_messages(1)
    await confirm(auth, server.messages[0])


async def test_mail_waits_while_the_server_refuses_it_temporarily(
    auth: Auth, own_broker: VirtualHost, aiohttp_client: Any, server: SmtpServer
) -> None:
    server.refusals["RCPT"] = "451 try again later"
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await asyncio.sleep(0.5)
    server.refusals.clear()
    await server.wait_for_messages(1)
    assert len(server.messages) == 1


async def test_a_permanently_refused_mail_is_dead_lettered_and_others_are_sent(
    auth: Auth, own_broker: VirtualHost, aiohttp_client: Any, server: SmtpServer
) -> None:
    server.refusals["RCPT"] = "550 no such mailbox"
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")

    async def is_dead() -> bool:
        return len(await dead_letters.show(own_broker.url, "auth.mail")) == 1

    await eventually(is_dead)
    assert server.attempts == 1
    assert auth.rows("SELECT count(*) FROM mail_tokens") == [(0,)]
    server.refusals.clear()
    await auth.register("bob", email="bob@mail.test")
    await server.wait_for_messages(1)
    assert server.recipients == ["bob@mail.test"]

    assert await dead_letters.replay(own_broker.url, "auth.mail") == 1
    await server.wait_for_messages(2)
    assert server.recipients == ["bob@mail.test", "ada@mail.test"]


async def test_mail_requested_while_the_worker_is_down_is_sent_later(
    auth: Auth, own_broker: VirtualHost, aiohttp_client: Any, server: SmtpServer
) -> None:
    await auth.register("ada", email="ada@mail.test")
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await server.wait_for_messages(1)


async def test_without_a_server_mail_is_written_to_a_private_file(
    auth: Auth, mailbox: Mailbox, tmp_path: Path
) -> None:
    await auth.register("ada", email="ada@mail.test")
    await mailbox.wait_for_mail("confirm_email")
    [file] = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_message_has_a_date_and_is_named_by_the_public_host_that_greets(server: SmtpServer) -> None:
    await SmtpMailer(server.url, SENDER, "draw.example.org").send(MAIL)
    [message] = server.messages
    assert server.greetings == ["draw.example.org"]
    assert message["Message-ID"].endswith("@draw.example.org>")
    assert abs(message["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=5)
    assert message["Auto-Submitted"] == "auto-generated"


async def test_a_host_that_is_an_address_greets_with_a_literal(server: SmtpServer) -> None:
    for host in ("192.0.2.7", "2001:db8::7"):
        await SmtpMailer(server.url, SENDER, host).send(MAIL)
    assert server.greetings == ["[192.0.2.7]", "[IPv6:2001:db8::7]"]


async def test_a_sender_with_an_umlaut_is_encoded(server: SmtpServer) -> None:
    await SmtpMailer(server.url, "Käserei <post@mail.test>").send(MAIL)
    assert server.raw[0].isascii()
    assert server.messages[0]["From"] == "Käserei <post@mail.test>"


@pytest.mark.parametrize(
    ("command", "reply", "error"),
    [
        ("EHLO", "504 5.5.2 who are you", Unavailable),
        ("MAIL", "550 5.7.1 not your domain", Unavailable),
        ("RCPT", "450 4.2.1 greylisted", Unavailable),
        ("RCPT", "550 5.1.1 no such mailbox", MailRefused),
        ("DATA", "451 4.3.0 disk full", Unavailable),
        ("DATA", "554 5.7.1 spam", MailRefused),
    ],
)
async def test_only_a_refused_recipient_or_content_is_final(
    server: SmtpServer, command: str, reply: str, error: type[Exception]
) -> None:
    server.refusals[command] = reply
    with pytest.raises(error, match=reply[:3]):
        await SmtpMailer(server.url, SENDER).send(MAIL)


async def test_an_address_that_the_server_cannot_express_is_final(server: SmtpServer) -> None:
    account = replace(ADA, email="käse@mail.test")
    with pytest.raises(MailRefused):
        await SmtpMailer(server.url, SENDER).send(replace(MAIL, account=account))


@pytest.mark.slow
def test_the_command_mail_test_sends_with_the_settings_of_the_stack(
    server: SmtpServer, tmp_path: Path
) -> None:
    (tmp_path / "secrets").mkdir()
    for name in list_secret_files():
        (tmp_path / "secrets" / name).write_text(f"postgresql://{'x' * 40}")
    env = run_environment(tmp_path) | {"AUTH_SMTP_URL": server.url, "AUTH_PUBLIC_URL": "https://draw.test"}
    sent = run("mail", "test", "ada@mail.test", env=env)
    assert json.loads(sent.stdout) == {"to": "ada@mail.test", "server": "127.0.0.1", "folder": None}
    assert (server.recipients, server.greetings) == (["ada@mail.test"], ["draw.test"])
    server.refusals["RCPT"] = "550 no such mailbox"
    refused = run("mail", "test", "ada@mail.test", env=env)
    assert refused.returncode == 1
    assert refused.stderr.strip() == "no mail was sent to ada@mail.test: 550 no such mailbox"


def test_a_url_that_is_not_smtp_is_refused_at_startup() -> None:
    with pytest.raises(ValueError, match="smtp_url"):
        settings_for("postgresql://localhost/auth", smtp_url="http://mail.test")
