"""The gateway, where it sends requests, and what a client gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.checks.doctor.facts import Gateway, Probes, Processes, Run
from deploy.checks.findings import Cause, Facts, Unknown


def gateway_down(facts: Facts) -> Iterator[Cause]:
    """Clients get `connection refused`."""
    gateway = facts[Gateway]
    if gateway.ping.error == "refused":
        state = f"{gateway.id} does not listen" if gateway.id else "it does not run"
        yield Cause(f"the gateway is down: {state}, clients are refused", facts[Run].log("gateway"))


def gateway_silent(facts: Facts) -> Iterator[Cause]:
    """Clients wait for ever."""
    gateway = facts[Gateway]
    if gateway.ping.error in ("timeout", "broken"):
        if any(probe.answer.status for probe in facts[Probes].all):
            raise Unknown("the gateway's ping was too slow for the doctor, while it answers requests")
        who, run = gateway.id or "not running", facts[Run]
        fix = f"{run.wake(who)}; if that does not help: {run.restart(who)}"
        yield Cause(f"the gateway ({who}) does not answer", fix)


def gateway_routes(facts: Facts) -> Iterator[Cause]:
    """Every path is 404 while its ping is OK."""
    gateway = facts[Gateway]
    if gateway.ping.status and not gateway.routers:
        said = gateway.complaints[-1] if gateway.complaints else "its log tells no reason"
        yield Cause(
            f"the gateway has no routes, so every path is 404 `page not found`: {said}",
            f"repair gateway/dynamic until `make preflight` accepts it, then restart: {facts[Run].start}",
        )


def router_disabled(facts: Facts) -> Iterator[Cause]:
    """Its paths are 404 or 503."""
    for router in facts[Gateway].routers:
        # A provider that finds no container has no service: that is backend-missing.
        errors = [error for error in router.errors if not error.endswith('@docker" does not exist')]
        if not router.enabled and errors:
            yield Cause(
                f"the gateway disabled its router {router.name}: {'; '.join(errors)}",
                f"repair gateway/dynamic until `make preflight` accepts it, then restart: {facts[Run].start}",
            )


def backend_wrong(facts: Facts) -> Iterator[Cause]:
    """502, 503, or 500 when what listens there speaks another protocol."""
    gateway = facts[Gateway]
    for backend in gateway.backends:
        expected = gateway.expected.get(backend.service, ())
        if backend.address not in expected:
            there = gateway.names.get(backend.address)
            where = (
                f"where {there} listens, which speaks otherwise"
                if there
                else "where nothing of this stack listens"
            )
            yield Cause(
                f"the gateway sends requests of {backend.service} to {backend.address}, {where}; "
                f"{backend.service} is at {' and '.join(expected) or 'no address that it can reach'}",
                facts[Run].tell_gateway,
            )


def backend_missing(facts: Facts) -> Iterator[Cause]:
    """503 `no available server`."""
    gateway = facts[Gateway]
    if gateway.routers:
        known = Counter(backend.service for backend in gateway.backends)
        for service in gateway.expected:
            if not known[service]:
                yield Cause(
                    f"the gateway knows no server of {service}, so its paths are 503 `no available server`",
                    facts[Run].tell_gateway,
                )


def backend_down(facts: Facts) -> Iterator[Cause]:
    """A process that is well gets no requests."""
    ready = {process.name for process in facts[Processes].all if process.ready.status == 200}
    for backend in facts[Gateway].backends:
        name = facts[Gateway].names.get(backend.address)
        if name in ready and not backend.up:
            yield Cause(
                f"{name} is ready, but the gateway's health check of {backend.address} fails",
                "look again in two seconds; then restart the gateway",
            )


def route_wrong(facts: Facts) -> Iterator[Cause]:
    """Users get 404 or 5xx."""
    wrong = [
        f"{probe.path}: {probe.answer.status or probe.answer.error}"
        f" from {probe.answer.service or 'the gateway'}"
        for probe in facts[Probes].all
        # The rate limit is no fault, and has a check of its own.
        if probe.answer.status != 429
        and (probe.answer.service != probe.expected or probe.answer.status >= 500)
    ]
    if wrong:
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        yield Cause(
            f"{len(wrong)} of {len(facts[Probes].all)} routes are not answered by their service: "
            f"{', '.join(wrong[:2])}{more}",
            "docs/debugging-5xx.md tells what each status means",
        )
