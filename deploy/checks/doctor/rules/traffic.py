"""What happened to requests in the last minutes, from the logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.checks.doctor.facts import Probes, Run, Traffic
from deploy.checks.findings import Cause, Facts


def application_error(facts: Facts) -> Iterator[Cause]:
    """500 from a service: a fault of the code."""
    traffic = facts[Traffic]
    kinds = Counter((failure.process, failure.error, failure.where) for failure in traffic.failures)
    for (process, error, where), count in kinds.most_common(3):
        last = next(one for one in reversed(traffic.failures) if (one.process, one.error) == (process, error))
        yield Cause(
            f"{process} failed {count} times in the last {traffic.minutes} minutes with {error} at {where}",
            f"{facts[Run].doctor} --request-id {last.request_id}"
            if last.request_id
            else facts[Run].log(process),
        )


def requests_limited(facts: Facts) -> Iterator[Cause]:
    """429 by the gateway."""
    traffic = facts[Traffic]
    limited = [one.path for one in traffic.requests if one.status == 429 and one.service is None]
    probes = facts[Probes].all  # the operator's own requests are no traffic
    limited += [one.path for one in probes if one.answer.status == 429 and one.answer.service is None]
    if limited:
        yield Cause(
            f"the gateway's rate limit answered 429 to {len(limited)} requests "
            f"in the last {traffic.minutes} minutes, last for {limited[-1]}",
            "slow that client down, or raise TESSERA_RATE_AVERAGE and TESSERA_RATE_BURST and restart: "
            + facts[Run].start,
        )


def requests_failed(facts: Facts) -> Iterator[Cause]:
    """5xx of the last minutes, whoever made them."""
    traffic = facts[Traffic]
    failed = [one for one in traffic.requests if one.status >= 500]
    if failed:
        counts = Counter((one.status, one.service or "the gateway") for one in failed)
        told = ", ".join(
            f"{count} times {status} from {who}" for (status, who), count in counts.most_common(3)
        )
        last = failed[-1]
        yield Cause(
            f"in the last {traffic.minutes} minutes {told}; last {last.method} {last.path}",
            f"{facts[Run].doctor} --request-id {last.request_id}"
            if last.request_id
            else f"send X-Request-Id with requests, and give it to {facts[Run].doctor} --request-id",
        )
