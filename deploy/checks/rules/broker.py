"""RabbitMQ and its queues."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.facts.broker import Broker, BrokerAlarms
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.database import doubt_if_ready, last_line
from deploy.checks.rules.reasons import DATABASE, DOWN, PROCESS, SLOW

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
                facts[Run].start,  # sets it to that of the secrets
            )


@check("broker-vhost", "broker", Severity.ERROR, holds="the services may use their virtual host")
def broker_vhost(facts: Facts) -> Iterator[Cause]:
    """The virtual host is gone, or a service has no rights in it, so its events wait."""
    for service, (kind, message) in facts[Broker].trouble.items():
        if kind == "vhost":
            yield Cause(
                f"RabbitMQ does not let {service} into its virtual host: {last_line(message)}",
                steps("Stop the stack.", facts[Run].start),  # makes it, with the rights
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
    """The service does not receive its events; its worker declares the queue at its start."""
    for queue in facts[Broker].queues:
        if queue.messages is None:
            yield Cause(f"the queue {queue.name} does not exist", facts[Run].start)


@check(
    "queue-unconsumed",
    "broker",
    Severity.ERROR,
    holds="every queue has a consumer",
    follows=(*PROCESS, *DATABASE),
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
    follows=(*PROCESS, *DATABASE),
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
