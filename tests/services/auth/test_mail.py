"""Delivery of mail to a real SMTP server, and to files without one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.auth.app import create_worker
from services.auth.mail.mailer import SmtpMailer
from shared.messaging import dead_letters
from tests.support.auth import Auth, Client, is_ready, settings_for
from tests.support.mailbox import Mailbox, body, token_in
from tests.support.parts import VirtualHost, free_ports
from tests.support.waiting import PATIENCE, eventually


class SmtpServer:
    """A mail server that records what it accepts; `refusal` is its reply to every recipient instead."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusal: str | None = None
        self.port = free_ports(1)[0]
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
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
    server.refusal = "451 try again later"
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await asyncio.sleep(0.5)
    server.refusal = None
    await server.wait_for_messages(1)
    assert len(server.messages) == 1


@pytest.mark.usefixtures("quick_retries")
async def test_a_permanently_refused_mail_is_dead_lettered_and_others_are_sent(
    auth: Auth, own_broker: VirtualHost, aiohttp_client: Any, server: SmtpServer
) -> None:
    server.refusal = "550 no such mailbox"
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")

    async def is_dead() -> bool:
        return len(await dead_letters.show(own_broker.url, "auth.mail")) == 1

    await eventually(is_dead)
    assert auth.rows("SELECT count(*) FROM mail_tokens") == [(0,)]
    server.refusal = None
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


def test_a_url_that_is_not_smtp_is_refused_at_startup() -> None:
    with pytest.raises(ValueError, match="AUTH_SMTP_URL"):
        SmtpMailer("http://mail.test", "Tessera <t@mail.test>")
