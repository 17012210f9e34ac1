"""Containers, networks and the certificate: what only a stack under Compose can have wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deploy.checks.doctor.facts import Certificate, Container, Containers, Engine, Run
from deploy.checks.findings import Cause, Facts

MIB = 1024 * 1024
RENEW = timedelta(days=14)  # ACME renews 30 days before the end, `make up` too


def engine_down(facts: Facts) -> Iterator[Cause]:
    """Nothing of the stack can be looked at, and perhaps nothing runs."""
    if trouble := facts[Engine].trouble:
        yield Cause(f"the Docker Engine does not answer: {trouble}", "sudo systemctl start docker")


def unpublished(facts: Facts) -> Iterator[Cause]:
    """Connection refused, while every container is healthy."""
    for one in facts[Containers].all:
        if one.unpublished:
            ports = " and ".join(map(str, one.unpublished))
            yield Cause(
                f"no port leads to the gateway: its container does not publish {ports}; clients are refused",
                "restore `ports:` of `gateway` in deploy/compose, then " + facts[Run].start,
            )


def network_missing(facts: Facts) -> Iterator[Cause]:
    """502, 503 or 504: its neighbours cannot reach it, whatever it says of itself."""
    for one in facts[Containers].all:
        for network in one.networks:
            yield Cause(
                f"{one.name} is not on the network {network}, so nobody there can reach it",
                f"docker network connect --alias {one.service} {network} "
                f"{facts[Containers].project}-{one.name}",
            )


def only_loopback(facts: Facts) -> Iterator[Cause]:
    """502 or 503, while its container is healthy."""
    for one in facts[Containers].all:
        if one.only_loopback:
            setting = f"{one.service.partition('-')[0].upper()}_BIND"
            yield Cause(
                f"{one.name} listens on {one.only_loopback} only, where nobody else can reach it",
                f"set {setting}=0.0.0.0:8000, as the image does, then {facts[Run].start}",
            )


def out_of_memory(facts: Facts) -> Iterator[Cause]:
    """The kernel killed it: 502 for who waited, and it starts anew."""
    for one in facts[Containers].all:
        if one.killed_for_memory:
            yield Cause(
                f"{one.name} ran out of memory: the kernel killed it at its limit of "
                f"{one.memory_limit // MIB} MiB",
                f"raise `memory` of {one.service} in deploy/compose/base.yml, then {facts[Run].start}. "
                f"Its log: {facts[Run].log(one.name)}",
            )


def container_down(facts: Facts) -> Iterator[Cause]:
    """What it did is not done: connections to it are refused."""
    for one in facts[Containers].all:
        if how := _how(one):
            yield Cause(f"{one.name} {how}", f"{facts[Run].start}. Its log: {facts[Run].log(one.name)}")


def certificate_wrong(facts: Facts) -> Iterator[Cause]:
    """Browsers refuse to open the page."""
    shown, now = facts[Certificate], datetime.now(UTC)
    if shown.ends and shown.ends < now:
        yield Cause(
            f"the certificate of {shown.url} expired on {shown.ends:%Y-%m-%d %H:%M} UTC", _renew(facts)
        )
    if shown.starts and shown.starts > now:
        yield Cause(
            f"the certificate of {shown.url} is valid only from {shown.starts:%Y-%m-%d %H:%M} UTC on: "
            "a clock is wrong",
            "timedatectl set-ntp true",
        )


def certificate_ending(facts: Facts) -> Iterator[Cause]:
    """Browsers will soon refuse to open the page."""
    shown, now = facts[Certificate], datetime.now(UTC)
    if shown.ends and now <= shown.ends < now + RENEW:
        yield Cause(
            f"the certificate of {shown.url} expires on {shown.ends:%Y-%m-%d %H:%M} UTC", _renew(facts)
        )


def _renew(facts: Facts) -> str:
    return (
        f"replace gateway_certificate and gateway_certificate_key in {facts[Run].state}/secrets "
        f"(the stack's own is renewed), then {facts[Run].start}"
    )


def _how(one: Container) -> str:
    """What is wrong with its state, empty when nothing is."""
    if one.state == "missing":
        return "has no container"
    if one.state == "exited" and one.service.endswith("-migrate") and not one.exit_code:
        return ""
    if one.state in ("exited", "dead", "created"):
        why = f": {one.error}" if one.error else ""
        return f"is {one.state} with status {one.exit_code}{why}"
    return ""
