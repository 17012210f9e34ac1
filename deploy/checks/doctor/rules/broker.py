"""RabbitMQ and its queues."""

from __future__ import annotations

from collections.abc import Iterator

from deploy.checks.doctor.facts import Alarms, Broker, Run
from deploy.checks.doctor.rules.database import believe_only_if_not_ready, last_line
from deploy.checks.findings import Cause, Facts

LONG_QUEUE = 1000


def broker_down(facts: Facts) -> Iterator[Cause]:
    """Nobody listens there; events wait in the outboxes."""
    broker = facts[Broker]
    if any(kind == "refused" for kind, _ in broker.trouble.values()):
        yield Cause(
            f"RabbitMQ is down: connections to {broker.address} are refused; events wait in the outboxes",
            facts[Run].log("rabbitmq"),
        )


def broker_silent(facts: Facts) -> Iterator[Cause]:
    """It accepts and does not answer."""
    broker = facts[Broker]
    silent = {service for service, (kind, _) in broker.trouble.items() if kind == "timeout"}
    if silent:
        stopped = broker.suspended
        if not stopped:
            believe_only_if_not_ready(facts, "RabbitMQ", silent)
        yield Cause(
            f"RabbitMQ at {broker.address} does not answer"
            + (f": {stopped} is suspended" if stopped else ""),
            facts[Run].wake(stopped) if stopped else facts[Run].log("rabbitmq"),
        )


def broker_password(facts: Facts) -> Iterator[Cause]:
    """A service cannot log in."""
    for service, (kind, said) in facts[Broker].trouble.items():
        if kind == "password":
            yield Cause(
                f"RabbitMQ refuses the password of {service}: {last_line(said)}",
                f"restart, which sets it to that of {facts[Run].state}/secrets: {facts[Run].start}",
            )


def broker_other(facts: Facts) -> Iterator[Cause]:
    """Anything else that goes wrong with a connection."""
    for service, (kind, said) in facts[Broker].trouble.items():
        if kind == "other":
            yield Cause(
                f"RabbitMQ cannot be used by {service}: {last_line(said)}",
                facts[Run].log("rabbitmq"),
            )


def broker_alarm(facts: Facts) -> Iterator[Cause]:
    """Publishers are blocked until it is over."""
    for name in facts[Alarms].names:
        what = {"memory": "uses more memory than its limit", "disk": "has too little free disk space"}
        yield Cause(
            f"RabbitMQ has a {name} alarm: it {what.get(name, 'is in trouble')} and takes no messages; "
            "events wait in the outboxes",
            f"free {name}; it goes on by itself. Its log: {facts[Run].log('rabbitmq')}",
        )


def queue_missing(facts: Facts) -> Iterator[Cause]:
    """Workers declare it at their start."""
    for queue in facts[Broker].queues:
        if queue.messages is None:
            yield Cause(f"the queue {queue.name} does not exist", f"restart: {facts[Run].start}")


def queue_unconsumed(facts: Facts) -> Iterator[Cause]:
    """Nobody listens: what it holds is not applied."""
    for queue in facts[Broker].queues:
        if queue.messages is not None and not queue.consumers and not queue.name.endswith(".dead"):
            worker = f"{queue.name.partition('.')[0]}-worker"
            yield Cause(
                f"nobody consumes {queue.name} ({queue.messages} messages): {worker} is not at work",
                facts[Run].log(worker),
            )


def queue_long(facts: Facts) -> Iterator[Cause]:
    """The consumer does not keep up."""
    for queue in facts[Broker].queues:
        if (queue.messages or 0) >= LONG_QUEUE and queue.consumers:
            yield Cause(
                f"{queue.name} holds {queue.messages} messages: its consumer does not keep up, or fails",
                facts[Run].log(f"{queue.name.partition('.')[0]}-worker"),
            )


def dead_letters(facts: Facts) -> Iterator[Cause]:
    """Messages that a service could not apply."""
    for queue in facts[Broker].queues:
        if queue.messages and queue.name.endswith(".dead"):
            service, consumed = queue.name.partition(".")[0], queue.name.removesuffix(".dead")
            yield Cause(
                f"{queue.messages} dead letters of {service} in {queue.name}: messages it could not apply",
                facts[Run].dead_letters(consumed),
            )
