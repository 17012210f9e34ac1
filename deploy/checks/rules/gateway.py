"""The gateway, where it sends requests, and what a client gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.checks.facts.gateway import Gateway, Probes
from deploy.checks.facts.machine import Workload
from deploy.checks.facts.processes import ProcessStates
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, Unknown, check, steps
from deploy.checks.rules.reasons import CONTAINER, DOWN, INFRASTRUCTURE, PROCESS, SLOW

FILES_HIGH = 0.8


@check("gateway-down", "gateway", Severity.ERROR, holds="the gateway listens", follows=DOWN)
def gateway_down(facts: Facts) -> Iterator[Cause]:
    """Clients get `connection refused`."""
    gateway = facts[Gateway]
    if gateway.traefik.ping.error == "refused":
        state = f"{gateway.id} does not listen" if gateway.id else "it does not run"
        yield Cause(f"the gateway is down: {state}", facts[Run].show_log("gateway"))


@check(
    "gateway-silent",
    "gateway",
    Severity.ERROR,
    holds="the gateway answers its ping",
    follows=(*SLOW, *DOWN),
    transient=True,
)
def gateway_silent(facts: Facts) -> Iterator[Cause]:
    """Clients wait forever."""
    gateway = facts[Gateway]
    if gateway.traefik.ping.error in ("timeout", "broken"):
        if any(probe.result.status for probe in facts[Probes].all):
            raise Unknown("the gateway's ping was too slow for the doctor, although it answers requests")
        run = facts[Run]
        if gateway.id:
            yield Cause(
                f"the gateway ({gateway.id}) does not answer"
                + (": it is suspended" if gateway.is_suspended else ""),
                steps(run.resume(gateway.id), run.restart(gateway.id)),
                certain=gateway.is_suspended,
            )
        else:
            yield Cause("the gateway is not running, and its port does not answer", run.start)


@check("gateway-no-routes", "gateway", Severity.ERROR, holds="the gateway has read its routes")
def gateway_no_routes(facts: Facts) -> Iterator[Cause]:
    """Every path is 404, while the ping is 200."""
    gateway = facts[Gateway]
    if gateway.traefik.ping.status and not gateway.traefik.routers:
        reason = gateway.errors[-1] if gateway.errors else "its log has no error"
        yield Cause(
            f"the gateway has no routes, so every path is 404 `page not found`: {reason}",
            _repair_configuration(facts),
        )


@check("router-disabled", "gateway", Severity.ERROR, holds="every router of the gateway is in use")
def router_disabled(facts: Facts) -> Iterator[Cause]:
    """Its paths are 404 or 503."""
    for router in facts[Gateway].traefik.routers:
        # A provider that finds no container has no service: that is backend-missing.
        errors = [error for error in router.errors if not error.endswith('@docker" does not exist')]
        if not router.enabled and errors:
            yield Cause(
                f"the gateway disabled its router {router.name}: {'; '.join(errors)}",
                _repair_configuration(facts),
            )


@check(
    "gateway-files-high",
    "gateway",
    Severity.WARNING,
    holds="the gateway has opened at most 80 % of the files that it may open",
)
def gateway_files_high(facts: Facts) -> Iterator[Cause]:
    """At the limit, the gateway accepts no more connections."""
    traefik, run = facts[Gateway].traefik, facts[Run]
    if traefik.open_files > FILES_HIGH * traefik.max_files:
        yield Cause(
            f"the gateway has opened {traefik.open_files} of the {traefik.max_files} files that it may open",
            steps(
                "Raise the limit of open files: LimitNOFILE, /etc/security/limits.conf, or `ulimits` of its "
                "container.",
                run.start,
            ),
        )


@check(
    "backend-wrong",
    "routes",
    Severity.ERROR,
    holds="requests go where the services listen",
    follows=CONTAINER,
)
def backend_wrong(facts: Facts) -> Iterator[Cause]:
    """502, 503, or 500 when another protocol is spoken there."""
    gateway = facts[Gateway]
    for backend in gateway.traefik.backends:
        expected = gateway.expected.get(backend.service, ())
        if backend.address not in expected:
            there = gateway.names.get(backend.address)
            where = f"where {there} listens" if there else "where nothing of this stack listens"
            yield Cause(
                f"the gateway sends requests for {backend.service} to {backend.address}, {where}; "
                f"{backend.service} is at {' and '.join(expected) or 'no address that it can reach'}",
                facts[Run].repair_routes,
            )


@check(
    "backend-missing",
    "routes",
    Severity.ERROR,
    holds="every service has a server",
    follows=("backend-wrong", *CONTAINER),
)
def backend_missing(facts: Facts) -> Iterator[Cause]:
    """503 `gateway_no_server`."""
    gateway = facts[Gateway]
    if gateway.traefik.routers:
        servers = Counter(backend.service for backend in gateway.traefik.backends)
        for service in gateway.expected:
            if not servers[service]:
                yield Cause(
                    f"the gateway has no server for {service}, so its paths are 503 `gateway_no_server`",
                    facts[Run].repair_routes,
                )


@check(
    "backend-down",
    "routes",
    Severity.WARNING,
    holds="the gateway's health checks agree with the processes",
    follows=(*DOWN, *CONTAINER, *PROCESS, "gateway-*", "backend-wrong"),
    transient=True,
)
def backend_down(facts: Facts) -> Iterator[Cause]:
    """A process that is ready gets no requests."""
    if facts[Workload].load.is_overload:
        return  # then the gateway's checks are late, and it sends requests to any server that is alive
    ready = {process.name for process in facts[ProcessStates].all if process.ready.status == 200}
    gateway = facts[Gateway]
    for backend in gateway.traefik.backends:
        name = gateway.names.get(backend.address)
        if name in ready and not backend.up:
            run = facts[Run]
            yield Cause(
                f"{name} is ready, but the gateway's health check of {backend.address} fails",
                steps("Look again in two seconds.", run.restart(gateway.id) if gateway.id else run.start),
            )


@check(
    "route-unanswered",
    "routes",
    Severity.ERROR,
    holds="every route is answered by its service",
    follows=(*SLOW, *INFRASTRUCTURE),
    transient=True,
)
def route_unanswered(facts: Facts) -> Iterator[Cause]:
    """Clients get 404 or 5xx."""
    wrong = [
        f"{probe.path}: {probe.result.status or probe.result.error}"
        f" from {probe.result.service or 'the gateway'}"
        for probe in facts[Probes].all
        # The rate limit is no fault, and has a check of its own.
        if probe.result.status != 429
        and (probe.result.service != probe.expected or probe.result.status >= 500)
    ]
    if wrong:
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        yield Cause(
            f"{len(wrong)} of {len(facts[Probes].all)} routes are not answered by their service: "
            f"{', '.join(wrong[:2])}{more}",
            "Read in docs/debugging-5xx.md what each status means.",
        )


def _repair_configuration(facts: Facts) -> str:
    return steps("Repair gateway/dynamic until `tessera preflight` accepts it.", facts[Run].start)
