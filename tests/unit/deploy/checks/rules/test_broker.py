"""What is found of RabbitMQ."""

from __future__ import annotations

import base64
import json
from dataclasses import astuple, replace

import pytest

from deploy.checks.facts.broker import Broker, Queue
from deploy.checks.facts.broker_node import BrokerNode, Taker, read_node
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.processes import ProcessStates
from shared.messaging.topology import Binding, list_bindings
from tests.support.facts import codes, findings


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


TILE_CREATED = Binding("tessera.events", "users.events", "tile.created.*")
BOUND = frozenset(list_bindings())
RIGHTS = [["users", "^$", ".*", ".*"], ["tiles", ".*", ".*", ".*"]]
FOREIGN = Taker("<a.1.2.3>", "a script", "users", "127.0.0.1:1 -> 127.0.0.1:2 (1)", 5, 0)


@pytest.mark.parametrize(
    ("node", "code"),
    [
        (BrokerNode(), None),
        (BrokerNode(BOUND), None),
        (
            BrokerNode(BOUND - {TILE_CREATED}),
            "binding-missing",
        ),
        (BrokerNode(BOUND, ("short",)), "broker-policy"),
        (BrokerNode(BOUND, limited=frozenset(("users", "a guest"))), "broker-rights"),
        (BrokerNode(BOUND, (), (FOREIGN,)), "queue-taken"),
        (BrokerNode(BOUND, (), (replace(FOREIGN, unacknowledged=0, consumers=0),)), None),
        (BrokerNode(BOUND, (), (replace(FOREIGN, name="tessera users.events consumer"),)), None),
    ],
)
def test_what_the_node_knows_is_compared_with_the_topology(node: BrokerNode, code: str | None) -> None:
    found = codes(DatabaseStates(()), Broker("b", {}, ()), ProcessStates(()), node)
    assert found == ([code] if code else [])


def test_several_bindings_of_a_queue_are_one_finding() -> None:
    [found] = findings(BrokerNode(frozenset(one for one in BOUND if one.queue != "users.events")))
    assert found.cause.startswith(
        "users.events is not bound to account.registered.*, account.verified.* and "
    )


def test_what_the_node_prints_is_read_whatever_its_lines() -> None:
    told = [
        [["tessera.events", "users.events", "tile.created.*"]],
        ["short"],
        [list(astuple(FOREIGN))],
        RIGHTS,
    ]
    text = base64.b64encode(json.dumps(told).encode()).decode()
    expected = BrokerNode(frozenset((TILE_CREATED,)), ("short",), (FOREIGN,), frozenset(("users",)))
    assert read_node(lambda _: f'{{ok, "{text}"}}') == expected
    assert read_node(lambda _: f'"{text[:30]}"\n "{text[30:]}"\n') == expected
