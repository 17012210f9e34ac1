"""What is found of RabbitMQ."""

from __future__ import annotations

import pytest

from deploy.checks.facts.broker import Broker, Queue
from deploy.checks.facts.database import DatabaseStates
from tests.support.facts import codes


@pytest.mark.parametrize(
    ("queue", "code"),
    [
        (Queue("users.events", 10, 1), None),
        (Queue("users.events", 0, 0), "queue-unconsumed"),
        (Queue("users.events", 1000, 1), "queue-growing"),
        (Queue("users.events", None), "queue-missing"),
        (Queue("users.events.dead", 0), None),
        (Queue("users.events.dead", 1), "dead-letters"),
    ],
)
def test_a_state_of_a_queue_is_found(queue: Queue, code: str | None) -> None:
    assert codes(DatabaseStates(()), Broker("b", {}, (queue,))) == ([code] if code else [])
