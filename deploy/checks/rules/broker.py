"""RabbitMQ and its queues."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from deploy.checks.facts.broker import Broker, BrokerAlarms
from deploy.checks.facts.broker_node import OWN_NAMES, BrokerNode
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.database import doubt_if_ready, last_line
from deploy.checks.rules.reasons import BROKER, DATABASE, DOWN, PROCESS, SLOW
from deploy.stack.programs import SERVICES
from shared.messaging.topology import list_bindings

LONG_QUEUE = 1000


@check("broker-down", "broker", Severity.ERROR, holds="RabbitMQ listens", follows=(*DOWN, "out-of-memory"))
def broker_down(facts: Facts) -> Iterator[Cause]:
    """Events wait in the outboxes."""
    broker = facts[Broker]
    if any(kind == "refused" for kind, _ in broker.trouble.values()):
        yield Cause(
            f"RabbitMQ is down: connections to {broker.address} are refused; events wait in the outboxes",
            facts[Run].show_log("rabbitmq"),
        )


@check(
    "broker-silent",
    "broker",
    Severity.ERROR,
    holds="RabbitMQ answers",
    follows=(*SLOW, *DOWN),
    transient=True,
)
def broker_silent(facts: Facts) -> Iterator[Cause]:
    """RabbitMQ accepts connections and does not answer; events wait in the outboxes."""
    broker = facts[Broker]
    silent = {service for service, (kind, _) in broker.trouble.items() if kind == "timeout"}
    if silent:
        suspended = broker.suspended
        if not suspended:
            doubt_if_ready(facts, "RabbitMQ", silent)
        yield Cause(
            f"RabbitMQ at {broker.address} does not answer"
            + (f": {suspended} is suspended" if suspended else ""),
            facts[Run].resume(suspended) if suspended else facts[Run].show_log("rabbitmq"),
            certain=suspended is not None,
        )


@check("broker-password", "broker", Severity.ERROR, holds="RabbitMQ accepts the services' passwords")
def broker_password(facts: Facts) -> Iterator[Cause]:
    """A service cannot log in, so its events wait."""
    for service, (kind, message) in facts[Broker].trouble.items():
        if kind == "password":
            yield Cause(
                f"RabbitMQ rejects the password of {service}: {last_line(message)}",
                facts[Run].repair_access,
            )


@check("broker-vhost", "broker", Severity.ERROR, holds="the services may use their virtual host")
def broker_vhost(facts: Facts) -> Iterator[Cause]:
    """The virtual host is gone, or a service has no rights in it, so its events wait."""
    for service, (kind, message) in facts[Broker].trouble.items():
        if kind == "vhost":
            yield Cause(
                f"RabbitMQ does not let {service} into its virtual host: {last_line(message)}",
                facts[Run].repair_access,
            )


@check(
    "broker-rights", "broker", Severity.ERROR, holds="the services may do everything in their virtual host"
)
def broker_rights(facts: Facts) -> Iterator[Cause]:
    """What a service may not do fails when it next connects: its events wait."""
    for user in sorted(facts[BrokerNode].limited & set(SERVICES)):
        yield Cause(
            f"RabbitMQ does not let {user} configure, write and read everything in its virtual host",
            facts[Run].repair_access,
        )


@check("broker-error", "broker", Severity.ERROR, holds="the services can use RabbitMQ")
def broker_error(facts: Facts) -> Iterator[Cause]:
    """A connection fails with any other error."""
    for service, (kind, message) in facts[Broker].trouble.items():
        if kind == "other":
            yield Cause(
                f"RabbitMQ cannot be used by {service}: {last_line(message)}",
                facts[Run].show_log("rabbitmq"),
            )


@check("broker-alarm", "broker", Severity.ERROR, holds="RabbitMQ accepts messages", follows=("disk-full",))
def broker_alarm(facts: Facts) -> Iterator[Cause]:
    """Publishers are blocked until the alarm ends; events wait in the outboxes."""
    reasons = {"memory": "it uses more memory than its limit", "disk": "it has too little free disk space"}
    for name in facts[BrokerAlarms].names:
        reason = reasons.get(name, "its log names the reason")
        yield Cause(
            f"RabbitMQ has a {name} alarm: {reason}. It accepts no messages; events wait in the outboxes",
            steps(f"Free {name}; RabbitMQ then resumes by itself.", facts[Run].show_log("rabbitmq")),
        )


@check("queue-missing", "broker", Severity.ERROR, holds="every queue exists")
def queue_missing(facts: Facts) -> Iterator[Cause]:
    """The service does not receive its events."""
    for queue in facts[Broker].queues:
        if queue.messages is None:
            yield Cause(f"the queue {queue.name} does not exist", _declare(facts))


@check(
    "binding-missing",
    "broker",
    Severity.ERROR,
    holds="every queue is bound to the messages that its service consumes",
    follows=("queue-missing", *BROKER),
    transient=True,
)
def binding_missing(facts: Facts) -> Iterator[Cause]:
    """Events are lost without a trace if another queue takes them; they are declared again each minute."""
    there = facts[BrokerNode].bindings
    if there is None:
        return
    missing: dict[str, list[str]] = {}
    for one in list_bindings():
        if one not in there:
            missing.setdefault(one.queue, []).append(one.routing_key)
    for queue, keys in missing.items():
        more = f" and {len(keys) - 2} more" if len(keys) > 2 else ""
        yield Cause(f"{queue} is not bound to {', '.join(keys[:2])}{more}: it misses them", _declare(facts))


@check("broker-policy", "broker", Severity.ERROR, holds="no policy of RabbitMQ changes Tessera's queues")
def broker_policy(facts: Facts) -> Iterator[Cause]:
    """A limit of length or age drops events; Tessera sets none."""
    for name in facts[BrokerNode].policies:
        yield Cause(
            f"RabbitMQ has a policy {name!r} in the virtual host tessera, which may drop events",
            facts[Run].rabbitmqctl(f"clear_policy --vhost tessera {shlex.quote(name)}"),
        )


@check(
    "queue-taken",
    "broker",
    Severity.ERROR,
    holds="only Tessera takes messages from its queues",
    transient=True,
)
def queue_taken(facts: Facts) -> Iterator[Cause]:
    """Another program has taken events, so services wait for them or never get them."""
    for one in facts[BrokerNode].takers:
        if not one.name.startswith(OWN_NAMES) and (one.consumers or one.unacknowledged):
            yield Cause(
                f"{one.name or 'a program without a name'} ({one.user}, {one.where}), which is not part of "
                f"Tessera, takes messages: {one.consumers} consumers, {one.unacknowledged} messages held",
                facts[Run].rabbitmqctl(f"close_connection {shlex.quote(one.connection)} foreign"),
            )


@check(
    "queue-unconsumed",
    "broker",
    Severity.ERROR,
    holds="every queue has a consumer",
    follows=(*PROCESS, *DATABASE, "queue-taken"),
    transient=True,
)
def queue_unconsumed(facts: Facts) -> Iterator[Cause]:
    """Events in the queue are not applied."""
    for queue in facts[Broker].queues:
        if queue.messages is not None and not queue.consumers and not queue.name.endswith(".dead"):
            worker = f"{queue.name.partition('.')[0]}-worker"
            yield Cause(
                f"{queue.name} has no consumer ({queue.messages} messages wait): {worker} does not work",
                facts[Run].show_log(worker),
            )


@check(
    "queue-growing",
    "broker",
    Severity.WARNING,
    holds="consumers keep up",
    follows=(*PROCESS, *DATABASE, "queue-taken"),
    transient=True,
)
def queue_growing(facts: Facts) -> Iterator[Cause]:
    """Events are applied late."""
    for queue in facts[Broker].queues:
        if (queue.messages or 0) >= LONG_QUEUE and queue.consumers:
            yield Cause(
                f"{queue.name} holds {queue.messages} messages: its consumer does not keep up, or fails",
                facts[Run].show_log(f"{queue.name.partition('.')[0]}-worker"),
            )


@check("dead-letters", "broker", Severity.WARNING, holds="every message could be applied")
def dead_letters(facts: Facts) -> Iterator[Cause]:
    """A service could not apply some events."""
    for queue in facts[Broker].queues:
        if queue.messages and queue.name.endswith(".dead"):
            service, consumed = queue.name.partition(".")[0], queue.name.removesuffix(".dead")
            yield Cause(
                f"{queue.name} holds {queue.messages} dead letters: messages that {service} could not apply",
                steps(
                    facts[Run].dead_letters(consumed),
                    "Once the cause is repaired, replay them (docs/operations.md).",
                ),
            )


def _declare(facts: Facts) -> str:
    return steps(facts[Run].repair_access, facts[Run].repair_data)
