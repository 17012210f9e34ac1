"""Digests: mailed to confirmed addresses, and stopped without logging in, by the link in them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest

from services.auth.keys.cipher import KeyCipher
from services.auth.mail.service import MailHandler
from services.auth.mail.templates import Mail
from shared.db import Database
from shared.messaging.contracts import SendDigest
from tests.support.auth import Auth, list_published, settings_for
from tests.support.mailbox import body

SITE = "https://draw.test/tessera"
COUNTS = {"like": 3, "follower": 1, "of_a_newer_version": 2}


class RecordingMailer:
    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []

    async def send(self, mail: Mail) -> None:
        self.messages.append(mail.render("Tessera <tessera@mail.test>"))


@pytest.fixture
async def connected(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, application="worker of a test")
    yield database
    await database.close()


async def register(auth: Auth, *, is_confirmed: bool = True) -> int:
    account_id = int((await auth.register("ada"))["account"]["id"])
    auth.rows("UPDATE accounts SET email_verified = %(is_confirmed)s", {"is_confirmed": is_confirmed})
    return account_id


async def mailed(auth: Auth, connected: Database, account_id: int) -> list[EmailMessage]:
    """Return the mails that a digest for the account leads to."""
    mailer = RecordingMailer()
    cipher = KeyCipher(settings_for(auth.database_url).secret.get_secret_value())
    async with connected.transaction() as conn:
        requested = SendDigest(account_id=account_id, counts=COUNTS)
        await MailHandler(mailer, cipher, SITE).send_digest(conn, requested)
    return mailer.messages


def one_click(message: EmailMessage) -> str:
    """Return the token of the link for mail programs."""
    address = re.fullmatch(rf"<{SITE}/api/v1/auth/digest/stop\?token=(\S+)>", message["List-Unsubscribe"])
    assert address
    return address[1]


async def test_a_digest_counts_each_kind_and_leads_to_the_site(auth: Auth, connected: Database) -> None:
    [message] = await mailed(auth, connected, await register(auth))
    assert message["To"] == "ada@mail.test"
    for kind in ("plain", "html"):
        written = body(message, kind)
        assert all(line in written for line in ("Likes of your tiles: 3", "New followers: 1", "Others: 2"))
        assert SITE in written
        assert f"{SITE}/#stop-digest={one_click(message)}" in written
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "change", ["email_verified = false", "status = 'suspended', suspension_reason = 'x'"]
)
async def test_no_digest_goes_to_an_unconfirmed_address_or_a_suspended_account(
    auth: Auth, connected: Database, change: str
) -> None:
    account_id = await register(auth)
    auth.rows(f"UPDATE accounts SET {change}")
    assert await mailed(auth, connected, account_id) == []


async def test_the_link_in_a_digest_stops_it_without_a_login(auth: Auth, connected: Database) -> None:
    account_id = await register(auth)
    [message] = await mailed(auth, connected, account_id)
    response = await auth.call(
        "POST", f"/digest/stop?token={one_click(message)}", data={"List-Unsubscribe": "One-Click"}
    )
    assert response.status == 204
    assert [event["account_id"] for event in list_published(auth, "digest.stopped")] == [account_id]


@pytest.mark.parametrize("token", ["x", "A" * 48, "%F0%9F%A6%8A", "=" * 100])
async def test_an_invented_link_stops_nothing(auth: Auth, token: str) -> None:
    response = await auth.call("POST", f"/digest/stop?token={token}")
    assert (response.status, (await response.json())["code"]) == (400, "token_invalid")
    assert list_published(auth, "digest.stopped") == []


async def test_a_link_without_a_token_is_refused(auth: Auth) -> None:
    assert (await auth.call("POST", "/digest/stop")).status == 422
