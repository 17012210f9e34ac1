"""Engine, containers, networks and the certificate: what can be wrong only with a stack under Compose."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from deploy.checks.facts.containers import Certificate, Container, Containers, Engine
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.machine import MIB
from deploy.stack.compose.certificates import CERTIFICATE_DAYS, RENEW_BEFORE

BESIDE = {
    "docker-api": "the gateway does not learn of new and removed containers",
    "backup": "no backup is taken",
    "certificates": "the gateway's certificate is not renewed",
}
"""Containers that no check of a part or process looks at, and what is missing without them."""

RENEW = timedelta(days=14)  # ACME renews 30 days before the end, and so does the stack's own authority

SUCCEED = timedelta(days=CERTIFICATE_DAYS) + RENEW_BEFORE
"""As long before the end of the authority, the last certificate of full length is issued."""


@check("engine-down", "engine", Severity.ERROR, holds="the Docker Engine answers")
def engine_down(facts: Facts) -> Iterator[Cause]:
    """Nothing of the stack can be examined, and perhaps nothing runs."""
    if trouble := facts[Engine].trouble:
        yield Cause(f"the Docker Engine does not answer: {trouble}", "sudo systemctl start docker")


@check(
    "port-unpublished",
    "containers",
    Severity.ERROR,
    holds="the gateway's container publishes its ports",
    follows=("port-taken",),
)
def port_unpublished(facts: Facts) -> Iterator[Cause]:
    """Connections are refused, although every container is healthy."""
    for one in facts[Containers].all:
        if one.unpublished:
            ports = " and ".join(map(str, one.unpublished))
            yield Cause(
                f"the gateway's container does not publish {ports}, so connections to it are refused",
                steps("Restore `ports:` of `gateway` in deploy/compose.", facts[Run].start),
            )


@check("network-missing", "containers", Severity.ERROR, holds="every container is on its networks")
def network_missing(facts: Facts) -> Iterator[Cause]:
    """502, 503 or 504: the container is healthy, but others cannot reach it."""
    for one in facts[Containers].all:
        for network in one.missing_networks:
            yield Cause(
                f"{one.name} is not on the network {network}, so no container there can reach it",
                f"docker network connect --alias {one.service} {network} "
                f"{facts[Containers].project}-{one.name}",
            )


@check(
    "alias-missing",
    "containers",
    Severity.ERROR,
    holds="the name of a service leads to its containers",
    follows=("network-missing",),
)
def alias_missing(facts: Facts) -> Iterator[Cause]:
    """Others look the name up and find nothing: no database, no broker, no keys of auth."""
    for one in facts[Containers].all:
        for network in one.nameless_networks:
            full = f"{facts[Containers].project}-{one.name}"
            yield Cause(
                f"the name {one.service} does not lead to {one.name} on the network {network}",
                steps(
                    f"docker network disconnect {network} {full}",
                    f"docker network connect --alias {one.service} {network} {full}",
                ),
            )


@check("only-loopback", "containers", Severity.ERROR, holds="processes listen where others can reach them")
def only_loopback(facts: Facts) -> Iterator[Cause]:
    """502 or 503, although the container is healthy."""
    for one in facts[Containers].all:
        if one.only_loopback:
            setting = f"{one.service.partition('-')[0].upper()}_BIND"
            yield Cause(
                f"{one.name} listens on {one.only_loopback} only, where no other container can reach it",
                steps(f"Set {setting}=0.0.0.0:8000, as the image does.", facts[Run].start),
            )


@check("out-of-memory", "containers", Severity.ERROR, holds="no container ran out of memory")
def out_of_memory(facts: Facts) -> Iterator[Cause]:
    """The kernel killed the process, which is started again; requests under way get 502."""
    for one in facts[Containers].all:
        if one.killed_for_memory:
            yield Cause(
                f"{one.name} ran out of memory: the kernel killed it at its limit of "
                f"{one.memory_limit // MIB} MiB",
                steps(
                    facts[Run].show_log(one.name),
                    f"Raise `memory` of {one.service} in deploy/compose/base.yml.",
                    facts[Run].start,
                ),
            )


@check(
    "container-down",
    "containers",
    Severity.ERROR,
    holds="every container of the compose files runs",
    follows=("not-running", "port-taken", "secret-missing", "out-of-memory"),
)
def container_down(facts: Facts) -> Iterator[Cause]:
    """Connections to it are refused."""
    for one in facts[Containers].all:
        if problem := _problem(one):
            # What ended by itself is likely to end again; what was never created needs Compose.
            full = f"{facts[Containers].project}-{one.name}"
            start = f"docker start {full}" if one.state in ("exited", "dead") else facts[Run].start
            yield Cause(f"{one.name} {problem}", steps(start, facts[Run].show_log(one.name)))


@check("container-paused", "containers", Severity.ERROR, holds="no container beside the services is paused")
def container_paused(facts: Facts) -> Iterator[Cause]:
    """Without docker-api the gateway sees no change of containers; without backup no backup is taken."""
    for one in facts[Containers].all:
        if one.state == "paused" and one.service in BESIDE:
            yield Cause(
                f"{one.name} is paused: {BESIDE[one.service]}",
                f"docker unpause {facts[Containers].project}-{one.name}",
            )


@check(
    "versions-mixed",
    "containers",
    Severity.WARNING,
    holds="all containers of a service were made from one image",
)
def versions_mixed(facts: Facts) -> Iterator[Cause]:
    """Requests are answered by two versions: a rollout is under way, or one was broken off."""
    images: dict[str, dict[str, list[str]]] = {}
    for one in facts[Containers].all:
        if one.image and not one.service.endswith("-migrate"):
            service = one.service.removesuffix("-web").removesuffix("-worker")
            images.setdefault(service, {}).setdefault(one.image, []).append(one.name)
    for service, found in images.items():
        if len(found) > 1:
            versions = " and ".join(
                f"{', '.join(names)} from {image.removeprefix('sha256:')[:12]}"
                for image, names in found.items()
            )
            yield Cause(
                f"two versions of {service} run: {versions}; if no rollout is under way, one was broken off",
                facts[Run].start,
            )


@check("certificate-name", "gateway", Severity.ERROR, holds="the certificate is for the stack's host")
def certificate_name(facts: Facts) -> Iterator[Cause]:
    """Browsers refuse to open the page."""
    served = facts[Certificate]
    if served.ends and not served.fits:
        yield Cause(
            f"the certificate of {served.url} is for {', '.join(served.names) or 'no host'}, "
            f"not for {served.host}",
            _renew(facts),
        )


@check("certificate-invalid", "gateway", Severity.ERROR, holds="the certificate is currently valid")
def certificate_invalid(facts: Facts) -> Iterator[Cause]:
    """Browsers refuse to open the page."""
    served, now = facts[Certificate], datetime.now(UTC)
    if served.ends and served.ends < now:
        yield Cause(
            f"the certificate of {served.url} expired on {served.ends:%Y-%m-%d %H:%M} UTC", _renew(facts)
        )
    if served.starts and served.starts > now:
        yield Cause(
            f"the certificate of {served.url} is not valid before {served.starts:%Y-%m-%d %H:%M} UTC: "
            "a clock is wrong",
            "timedatectl set-ntp true",
        )


@check("certificate-ending", "gateway", Severity.WARNING, holds="the certificate is valid for 14 more days")
def certificate_ending(facts: Facts) -> Iterator[Cause]:
    """Browsers will soon refuse to open the page."""
    served, now = facts[Certificate], datetime.now(UTC)
    if served.ends and now <= served.ends < now + RENEW:
        yield Cause(
            f"the certificate of {served.url} expires on {served.ends:%Y-%m-%d %H:%M} UTC", _renew(facts)
        )


@check(
    "authority-ending",
    "gateway",
    Severity.WARNING,
    holds="the stack's own authority outlives its certificates",
)
def authority_ending(facts: Facts) -> Iterator[Cause]:
    """Clients that trust it will refuse the site until they trust another."""
    ends = facts[Certificate].authority_ends
    if ends and ends < datetime.now(UTC) + SUCCEED:
        folder = f"{facts[Run].state}/authority"
        yield Cause(
            f"the stack's own certificate authority expires on {ends:%Y-%m-%d %H:%M} UTC",
            steps(
                f"Move {folder} away when clients can be given the new {folder}/certificate.pem, which a "
                "start makes.",
                facts[Run].start,
            ),
        )


def _renew(facts: Facts) -> str:
    return steps(
        f"Replace gateway_certificate and gateway_certificate_key in {facts[Run].state}/secrets, if they are "
        "your own; a start renews the stack's own, and its container `certificates` should have.",
        facts[Run].start,
    )


def _problem(one: Container) -> str:
    """Return what is wrong with its state, empty when nothing is."""
    if one.state == "missing":
        return "has no container"
    if one.state == "exited" and one.service.endswith("-migrate") and not one.exit_code:
        return ""
    if one.state in ("exited", "dead", "created"):
        why = f": {one.error}" if one.error else ""
        return f"is {one.state} with status {one.exit_code}{why}"
    return ""
