"""Mail over a real SMTP server, and what becomes of it when there is none."""

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
from tests.support.parts import Broker, free_ports
from tests.support.waiting import PATIENCE, eventually


class Server:
    """A mail server: what it took, and what it says instead of taking anything."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
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
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    async def has(self, count: int) -> None:
        async def there() -> bool:
            return len(self.letters) >= count

        await eventually(there)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


async def start_worker(auth: Auth, broker: Broker, aiohttp_client: Any, smtp_url: str) -> None:
    settings = settings_for(auth.database_url, broker_url=broker.url, smtp_url=smtp_url)
    worker: Client = await aiohttp_client(create_worker(settings))
    await eventually(lambda: is_ready(worker))


@pytest.fixture
def own_broker(new_broker: Callable[[], Broker]) -> Broker:
    return new_broker()


async def test_a_letter_goes_out_as_text_and_html(
    auth: Auth, own_broker: Broker, aiohttp_client: Any, server: Server
) -> None:
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await server.has(1)
    [letter] = server.letters
    assert server.recipients == ["ada@mail.test"]
    assert letter["From"] == "Tessera <tessera@tessera.invalid>"
    assert letter["Subject"] == "Confirm your email address"
    assert letter["Message-ID"]
    assert "http://localhost:8080/#confirm-email=" in body(letter, "plain")
    await confirm(auth, letter)


async def confirm(auth: Auth, letter: EmailMessage) -> None:
    """Use its token; a letter leaves a moment before the commit that makes its token good."""
    async with asyncio.timeout(PATIENCE):
        status = 0
        while status != 204:
            status = (await auth.call("POST", "/confirm-email", json={"token": token_in(letter)})).status


async def test_mail_waits_for_a_server_that_is_away(
    auth: Auth, own_broker: Broker, aiohttp_client: Any, server: Server
) -> None:
    server.stop()
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await asyncio.sleep(0.5)
    server.start()
    await server.has(1)
    await confirm(auth, server.letters[0])


async def test_mail_waits_while_the_server_says_later(
    auth: Auth, own_broker: Broker, aiohttp_client: Any, server: Server
) -> None:
    server.refusal = "451 try again later"
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await auth.register("ada", email="ada@mail.test")
    await asyncio.sleep(0.5)
    server.refusal = None
    await server.has(1)
    assert len(server.letters) == 1


@pytest.mark.usefixtures("quick_retries")
async def test_a_letter_refused_for_good_is_a_dead_letter_and_others_go_out(
    auth: Auth, own_broker: Broker, aiohttp_client: Any, server: Server
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
    await server.has(1)
    assert server.recipients == ["bob@mail.test"]

    assert await dead_letters.replay(own_broker.url, "auth.mail") == 1
    await server.has(2)
    assert server.recipients == ["bob@mail.test", "ada@mail.test"]


async def test_a_mail_requested_while_the_worker_is_down_goes_out_later(
    auth: Auth, own_broker: Broker, aiohttp_client: Any, server: Server
) -> None:
    await auth.register("ada", email="ada@mail.test")
    await start_worker(auth, own_broker, aiohttp_client, server.url)
    await server.has(1)


async def test_without_a_server_a_letter_is_a_file_that_only_its_owner_reads(
    auth: Auth, mailbox: Mailbox, tmp_path: Path
) -> None:
    await auth.register("ada", email="ada@mail.test")
    await mailbox.letter("confirm_email")
    [file] = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_url_of_something_else_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="AUTH_SMTP_URL"):
        SmtpMailer("http://mail.test", "Tessera <t@mail.test>")
