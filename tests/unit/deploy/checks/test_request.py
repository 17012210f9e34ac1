"""Who made the response to a request, and why, from what is in the logs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.checks import request
from deploy.checks.facts.logs import LoggedRequest, find_requests
from deploy.checks.findings import Finding, Severity


def explain(logged: LoggedRequest | None, lines: Sequence[Mapping[str, Any]] = ()) -> Finding:
    return request.explain("r", logged, lines, doctor="tessera doctor", show_log="tail {}".format)


def logged_request(status: int, **changes: Any) -> LoggedRequest:
    plain: dict[str, Any] = {
        "at": datetime.now(UTC),
        "method": "GET",
        "path": "/api/v1/tiles/1",
        "status": status,
        "seconds": 0.01,
        "request_id": "r",
        "service": None,
        "instance": None,
        "router": "tiles-read@file",
        "server": "http://127.0.0.1:8121",
        "retries": 0,
    }
    return LoggedRequest(**(plain | changes))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "rate limit"),
        (500, "the server speaks another protocol"),
        (502, "the server refused or broke the connection"),
        (503, "the gateway knows no server of that service"),
        (504, "did not answer in time"),
    ],
)
def test_a_response_without_a_service_was_made_by_the_gateway(status: int, reason: str) -> None:
    found = explain(logged_request(status))
    assert found.code == "request-by-gateway"
    assert reason in found.cause


def test_the_process_that_served_the_error_page_is_not_the_server_that_failed() -> None:
    line = {
        "StartUTC": datetime.now(UTC).isoformat(),
        "DownstreamStatus": 502,
        "RouterName": "tiles-read@file",
        "ServiceName": "error-pages@file",
        "ServiceURL": "http://127.0.0.1:8101",
    }
    [logged] = find_requests([line])
    assert "(tiles-read@file)" in explain(logged).cause


def test_a_404_that_no_router_matched_differs_from_a_services_404() -> None:
    by_gateway = explain(logged_request(404, router=None, server=None))
    by_service = explain(logged_request(404, service="tiles", instance="tiles-1"))
    assert "no router matched" in by_gateway.cause
    assert (by_service.code, by_service.severity) == ("request-refused", Severity.INFO)


def test_a_503_of_a_service_is_explained_by_the_dependency_in_its_log() -> None:
    line = {"event": "dependency unavailable", "dependency": "postgres", "reason": "refused"}
    found = explain(logged_request(503, service="tiles", instance="tiles-1"), [line])
    assert found.cause.endswith("made by tiles-1: postgres could not be used: refused")


def test_a_500_of_a_service_is_explained_by_the_exception_in_its_log() -> None:
    traceback = (
        'Traceback (most recent call last):\n  File "/x/services/tiles/store.py", line 7, in load\n'
        '    boom()\n  File "/x/site-packages/a.py", line 1, in boom\nKeyError: 7'
    )
    line = {"exception": traceback, "instance": "t"}
    found = explain(logged_request(500, service="tiles", instance="t"), [line])
    assert found.cause.endswith("made by t: KeyError: 7 at /x/services/tiles/store.py:7 (load)")
    assert found.fix == "tail t\nRepair /x/services/tiles/store.py:7."


def test_a_websocket_that_closed_is_no_failure() -> None:
    assert explain(logged_request(0)).code == "request-websocket"


def test_a_request_that_is_in_no_log() -> None:
    assert explain(None).code == "request-unknown"
