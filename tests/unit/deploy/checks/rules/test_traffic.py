"""What is found in the logs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from deploy.checks.facts.front import FrontDoor
from deploy.checks.facts.gateway import Probes
from deploy.checks.facts.logs import LoggedRequest, MailTrouble, Traffic, find_mail_trouble
from tests.support.facts import findings

NOW = datetime(2024, 5, 1, tzinfo=UTC)


def line(event: str, reason: str = "", **fields: str) -> dict[str, str]:
    return {"event": event, "reason": reason, "timestamp": NOW.isoformat(), **fields}


def test_mail_that_is_held_or_refused_is_found_until_one_is_sent() -> None:
    held, other = line("messages held", "smtp: 535 who are you"), line("messages held", "postgres: gone")
    refused, sent = line("message refused", "550 no such mailbox"), line("mail sent")
    assert list(find_mail_trouble([held, other, refused])) == [
        MailTrouble(NOW, "535 who are you", is_final=False),
        MailTrouble(NOW, "550 no such mailbox", is_final=True),
    ]
    assert list(find_mail_trouble([held, refused, sent])) == []


def test_a_mail_server_that_refuses_is_told_with_its_answer_and_when() -> None:
    trouble = MailTrouble(NOW - timedelta(seconds=40), "535 who are you", is_final=False)
    [found] = findings(Traffic(5, (), (), (trouble,), read_at=NOW))
    assert (
        found.cause
        == "the mail server does not accept mail: 535 who are you (40 s ago); mail waits in its queue"
    )
    assert found.fix.endswith("mail test you@example.org")


def test_an_old_failure_tells_its_age() -> None:
    assert Traffic(5, (), (), read_at=NOW).age_of(NOW - timedelta(minutes=4)) == "4 min ago"


@pytest.mark.parametrize(
    ("peers", "asks"),
    [
        (["10.0.0.5:1", "10.0.0.5:2"], True),
        (["10.0.0.5:1", "203.0.113.7:2"], False),
        (["192.0.2.1:1", "192.0.2.1:2"], False),
    ],
)
def test_requests_that_met_the_limit_from_one_untrusted_address_may_be_a_proxys(
    peers: list[str], asks: bool
) -> None:
    limited = [
        LoggedRequest(NOW, "GET", "/", 429, 0.1, None, None, None, None, None, 0, peer=peer) for peer in peers
    ]
    [found] = findings(Traffic(5, tuple(limited), ()), Probes(()), FrontDoor("", trusted=["192.0.2.1"]))
    assert found.code == "rate-limited"
    assert ("If 10.0.0.5, from where all of them came, is a proxy" in found.fix) is asks
