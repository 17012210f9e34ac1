"""How requests went in the last minutes, from the logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from deploy.checks.facts.front import FrontDoor
from deploy.checks.facts.gateway import Probes
from deploy.checks.facts.logs import LoggedRequest, Traffic
from deploy.checks.facts.run import Run
from deploy.checks.findings import Cause, Facts, Severity, check, steps
from deploy.checks.rules.reasons import DATABASE


@check(
    "application-error",
    "code",
    Severity.WARNING,
    holds="no service failed unexpectedly",
    follows=DATABASE,
    past=True,
)
def application_error(facts: Facts) -> Iterator[Cause]:
    """500 from a service: an error in its code."""
    traffic = facts[Traffic]
    kinds = Counter((failure.process, failure.error, failure.where) for failure in traffic.failures)
    for (process, error, where), count in kinds.most_common(3):
        last = next(one for one in reversed(traffic.failures) if (one.process, one.error) == (process, error))
        yield Cause(
            f"{process} failed {_times(count)} in the last {traffic.minutes} minutes with {error} at {where}"
            f"; the last one {traffic.age_of(last.at)}",
            _explain_request(facts, last.request_id) or facts[Run].show_log(process),
        )


@check("mail-refused", "logs", Severity.WARNING, holds="the mail server accepts mail")
def mail_refused(facts: Facts) -> Iterator[Cause]:
    """People wait for mail: confirmations and new passwords. It is sent once the cause is repaired."""
    traffic = facts[Traffic]
    if traffic.mail:
        last = traffic.mail[-1]
        then = "that message is a dead letter of auth.mail" if last.is_final else "mail waits in its queue"
        yield Cause(
            f"the mail server does not accept mail: {last.reason} ({traffic.age_of(last.at)}); {then}",
            steps("Repair AUTH_SMTP_URL, AUTH_SMTP_CA or AUTH_MAIL_FROM, and try it.", facts[Run].test_mail),
        )


@check("rate-limited", "logs", Severity.WARNING, holds="no client met the gateway's rate limit", past=True)
def rate_limited(facts: Facts) -> Iterator[Cause]:
    """429 from the gateway."""
    traffic = facts[Traffic]
    requests = [one for one in traffic.requests if one.status == 429 and one.service is None]
    limited = [(one.path, traffic.age_of(one.at)) for one in requests]
    probes = facts[Probes].all  # traffic leaves them out
    limited += [
        (one.path, "now") for one in probes if one.result.status == 429 and one.result.service is None
    ]
    if limited:
        path, age = limited[-1]
        yield Cause(
            f"the gateway's rate limit rejected {len(limited)} requests with 429 "
            f"in the last {traffic.minutes} minutes; the last one {age}: {path}",
            steps(
                *_ask_whether_a_proxy(facts[FrontDoor], requests),
                "Slow that client down, or raise TESSERA_RATE_AVERAGE and TESSERA_RATE_BURST;"
                " for WebSockets TESSERA_SOCKETS_PER_ADDRESS.",
                facts[Run].start,
            ),
        )


@check(
    "requests-failed",
    "logs",
    Severity.WARNING,
    holds="no request failed",
    follows=("application-error",),
    past=True,
)
def requests_failed(facts: Facts) -> Iterator[Cause]:
    """Clients got 5xx in the last minutes."""
    traffic = facts[Traffic]
    failed = [one for one in traffic.requests if one.status >= 500]
    if failed:
        counts = Counter((one.status, one.service or "the gateway") for one in failed)
        summary = ", ".join(
            f"{_times(count)} {status} from {maker}" for (status, maker), count in counts.most_common(3)
        )
        last = failed[-1]
        yield Cause(
            f"in the last {traffic.minutes} minutes {summary}; the last one {traffic.age_of(last.at)}: "
            f"{last.method} {last.path}",
            _explain_request(facts, last.request_id)
            or "Send requests with X-Request-Id, so that the doctor can explain one by that id.",
        )


def _ask_whether_a_proxy(front: FrontDoor, requests: Sequence[LoggedRequest]) -> Iterator[str]:
    """Yield the step for a proxy that is not trusted, whose clients share one limit, if it can be that."""
    peers = {one.peer.rpartition(":")[0] for one in requests if one.peer and not front.trusts(one.peer)}
    if len(peers) == 1:
        yield f"If {peers.pop()}, from where all of them came, is a proxy, set TESSERA_TRUSTED_PROXIES to it."


def _explain_request(facts: Facts, request_id: str | None) -> str | None:
    return f"{facts[Run].doctor} --request-id {request_id}" if request_id else None


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
