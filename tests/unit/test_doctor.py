"""Verdicts: how findings are ordered, what a request's lines mean, and what is hidden."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.checks.doctor import checks
from deploy.checks.doctor.facts import (
    Answer,
    Broker,
    Certificate,
    Container,
    Containers,
    Database,
    Databases,
    Ends,
    Machine,
    Process,
    Processes,
    Queue,
    Run,
)
from deploy.checks.doctor.logs import Request
from deploy.checks.doctor.redact import redactor
from deploy.checks.doctor.request import explain
from deploy.checks.doctor.rules.machine import MIB
from deploy.checks.findings import Cause, Check, Facts, Severity, Unknown, as_text, examine, gather, worst
from deploy.stack.state_dir import StateDir
from tests.support.busy import here


@dataclass(frozen=True)
class Light:
    colour: str


def red(facts: Facts) -> Iterator[Cause]:
    if facts[Light].colour == "red":
        yield Cause("it is red", "wait")


def table(*rows: tuple[str, Severity, tuple[str, ...]]) -> tuple[Check, ...]:
    return tuple(
        Check(code, "test", severity, "it is green", red, follows) for code, severity, follows in rows
    )


def codes(rows: tuple[Check, ...], facts: Facts) -> list[str]:
    return [one.code for one in examine(rows, facts, "docs/x.md")]


RED = Facts({Light: Light("red")})


def test_errors_come_before_warnings_and_else_the_order_is_the_tables() -> None:
    rows = table(("a", Severity.WARNING, ()), ("b", Severity.ERROR, ()), ("c", Severity.ERROR, ()))
    assert codes(rows, RED) == ["b", "c", "a"]


def test_a_consequence_comes_after_its_cause_and_names_it() -> None:
    rows = table(("a", Severity.ERROR, ("cause-*",)), ("cause-1", Severity.ERROR, ()))
    first, second = examine(rows, RED, "docs/x.md")
    assert (first.code, second.code, second.follows) == ("cause-1", "a", "cause-1")


def test_in_words_a_consequence_is_only_named_below_the_first_cause_of_it_all() -> None:
    rows = table(
        ("root", Severity.ERROR, ()), ("twig", Severity.ERROR, ("root",)), ("leaf", Severity.ERROR, ("twig",))
    )
    assert as_text(examine(rows, RED, "docs/x.md")).splitlines() == [
        "ERROR  root: it is red",
        "    fix: wait",
        "    read: docs/x.md#root",
        "    then: twig",
        "    then: leaf",
    ]


def test_without_its_cause_it_is_the_first_line_itself() -> None:
    [found] = examine(table(("a", Severity.ERROR, ("cause-*",))), RED, "docs/x.md")
    assert found.follows is None
    assert found.read == "docs/x.md#a"


def test_nothing_found_is_healthy() -> None:
    assert examine(table(("a", Severity.ERROR, ())), Facts({Light: Light("green")}), "x") == []
    assert worst([]) == Severity.INFO


def test_a_fact_that_cannot_be_had_is_told_once_and_stops_no_other_check() -> None:
    rows = (
        *table(("a", Severity.ERROR, ()), ("b", Severity.ERROR, ())),
        Check("c", "t", Severity.ERROR, "", _always),
    )
    found = examine(rows, Facts({Light: Unknown("it is dark")}), "x")
    assert [one.code for one in found] == ["c", "check-failed"]
    assert found[1].cause == "could not look for a, b: it is dark"


def _always(_: Facts) -> Iterator[Cause]:
    yield Cause("always", "never")


def test_a_source_that_hangs_or_fails_costs_only_its_own_fact() -> None:
    began = time.monotonic()
    facts = gather({Light: lambda: Light("green"), int: lambda: 1 // 0, str: lambda: time.sleep(5)}, 0.2)
    assert time.monotonic() - began < here(2)
    assert facts[Light].colour == "green"
    with pytest.raises(Unknown, match="int: ZeroDivisionError"):
        facts[int]
    with pytest.raises(Unknown, match=r"str: no answer within 0\.2 s"):
        facts[str]


def database(**changes: Any) -> Database:
    plain: dict[str, Any] = {"trouble": None, "said": "", "revision": "2", "known": ("1", "2")}
    return Database("tiles", "127.0.0.1:1", **(plain | changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"trouble": "refused"}, "database-down"),
        ({"trouble": "timeout"}, "database-silent"),
        ({"trouble": "password", "said": "no"}, "database-password"),
        ({"trouble": "connections", "said": "no"}, "database-connections"),
        ({"trouble": "missing", "said": "no"}, "database-missing"),
        ({"trouble": "other", "said": "no"}, "database-error"),
        ({"revision": None}, "migrations-missing"),
        ({"revision": "1"}, "migrations-missing"),
        ({"revision": "3"}, "schema-newer"),
        ({"ahead": -3600.0}, "database-clock"),
        ({"connections": 95, "max_connections": 100}, "connections-high"),
        ({"outbox_waiting": 4, "outbox_oldest": 60.0}, "outbox-stuck"),
    ],
)
def test_what_is_found_of_a_database(changes: dict[str, Any], code: str | None) -> None:
    nobody = Processes(())
    known = {Databases: Databases((database(**changes),)), Run: RUN, Broker: Broker("b", {}, ())}
    facts = Facts({**known, Processes: nobody})
    found = [one.code for one in examine(checks.CHECKS, facts, "x") if one.code != "check-failed"]
    assert found == ([code] if code else [])


def test_on_a_busy_machine_what_the_services_can_use_is_not_called_silent() -> None:
    tiles = Process("tiles-web", "tiles", "web", "pid 1", False, Answer(200), Answer(200))
    slow = Databases((database(trouble="timeout"),))
    broker = Broker("b", {"tiles": ("timeout", "")}, ())
    facts = Facts({Databases: slow, Run: RUN, Broker: broker, Processes: Processes((tiles,))})
    found = examine(checks.CHECKS, facts, "x")
    assert {one.code for one in found} == {"check-failed"}
    assert any("PostgreSQL was too slow for the doctor, while tiles can use it" in one.cause for one in found)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"disk_free": 100 * MIB}, "disk-full"),
        ({"disk_free": 500 * MIB}, "disk-low"),
        ({"memory_available": 100 * MIB}, "memory-low"),
        ({"ahead": 60.0}, "clock-wrong"),
    ],
)
def test_what_is_found_of_the_machine(changes: dict[str, Any], code: str | None) -> None:
    plain: dict[str, Any] = {
        "disk_free": 9000 * MIB,
        "disk_path": "/var",
        "memory_available": 9000 * MIB,
        "newest": "files",
        "ahead": -1.0,
    }
    facts = Facts({Machine: Machine(**(plain | changes)), Run: RUN})
    found = [one.code for one in examine(checks.CHECKS, facts, "x") if one.code != "check-failed"]
    assert found == ([code] if code else [])


def test_three_ends_of_a_process_in_a_minute_are_a_crash_loop_and_signal_9_is_explained() -> None:
    ends = Ends("web", 3, frozenset(("signal 9", "status 0")), "in the last minute")
    facts = Facts({Run: replace(RUN, ends=(ends,))})
    [found] = [one for one in examine(checks.CHECKS, facts, "x") if one.code != "check-failed"]
    assert (found.code, "lack of memory" in found.cause) == ("crash-loop", True)
    assert [one for one in examine(checks.CHECKS, Facts({Run: RUN}), "x") if one.code != "check-failed"] == []


@pytest.mark.parametrize(
    ("queue", "code"),
    [
        (Queue("users.events", 10, 1), None),
        (Queue("users.events", 0, 0), "queue-unconsumed"),
        (Queue("users.events", 1000, 1), "queue-growing"),
        (Queue("users.events", None), "queue-missing"),
        (Queue("users.events.dead", 0), None),
        (Queue("users.events.dead", 1), "dead-letters"),
    ],
)
def test_what_is_found_of_a_queue(queue: Queue, code: str | None) -> None:
    facts = Facts({Databases: Databases(()), Run: RUN, Broker: Broker("b", {}, (queue,))})
    found = [one.code for one in examine(checks.CHECKS, facts, "x") if one.code != "check-failed"]
    assert found == ([code] if code else [])


RUN = Run(
    stack="the stack",
    state="/var",
    running=True,
    start="make run",
    tell_gateway="restart",
    doctor="doctor",
    dead_letters="dead-letters {}".format,
    log="tail {}.log".format,
    wake="kill -CONT {}".format,
    restart="kill -9 {}".format,
    ends=(),
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"state": "exited"}, "container-down"),
        ({"state": "missing"}, "container-down"),
        ({"state": "created", "error": "port is already allocated"}, "container-down"),
        ({"service": "tiles-migrate", "state": "exited"}, None),
        ({"service": "tiles-migrate", "state": "exited", "exit_code": 1}, "container-down"),
        ({"networks": ("tessera_edge",)}, "network-missing"),
        ({"unpublished": (80, 443)}, "port-unpublished"),
        ({"only_loopback": "127.0.0.1:8000"}, "only-loopback"),
        ({"killed_for_memory": True, "memory_limit": 256 * MIB}, "out-of-memory"),
    ],
)
def test_what_is_found_of_a_container(changes: dict[str, Any], code: str | None) -> None:
    plain: dict[str, Any] = {"name": "tiles-web-1", "service": "tiles-web", "state": "running"}
    facts = Facts({Containers: Containers("tessera", (Container(**(plain | changes)),)), Run: RUN})
    found = [one.code for one in examine(checks.CHECKS, facts, "x") if one.code != "check-failed"]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (-30, 60, None),
        (-30, 10, "certificate-ending"),
        (-30, -1, "certificate-invalid"),
        (1, 60, "certificate-invalid"),
    ],
)
def test_what_is_found_of_a_certificate_by_its_days(starts: int, ends: int, code: str | None) -> None:
    now = datetime.now(UTC)
    shown = Certificate("https://localhost", now + timedelta(starts), now + timedelta(ends))
    facts = Facts({Certificate: shown, Run: RUN})
    found = [one.code for one in examine(checks.CHECKS, facts, "x") if one.code != "check-failed"]
    assert found == ([code] if code else [])


def request(status: int, **changes: Any) -> Request:
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
    return Request(**(plain | changes))


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (429, "its rate limit"),
        (500, "the server speaks another protocol"),
        (502, "the server refused or broke the connection"),
        (503, "no server of that service is alive"),
        (504, "did not answer in time"),
    ],
)
def test_without_a_service_the_gateway_made_it(status: int, meaning: str) -> None:
    found = explain("r", request(status), [], str)
    assert found.code == "request-by-gateway"
    assert meaning in found.cause


def test_a_404_that_no_router_took_is_told_from_an_applications_404() -> None:
    by_gateway = explain("r", request(404, router=None, server=None), [], str)
    by_service = explain("r", request(404, service="tiles", instance="tiles-1"), [], str)
    assert "no router took it" in by_gateway.cause
    assert (by_service.code, by_service.severity) == ("request-refused", Severity.INFO)


def test_a_503_of_a_service_is_explained_by_the_dependency_in_its_log() -> None:
    said = [{"event": "dependency unavailable", "dependency": "postgres", "reason": "refused"}]
    found = explain("r", request(503, service="tiles", instance="tiles-1"), said, str)
    assert found.cause.endswith("made by tiles-1: postgres could not be used: refused")


def test_a_500_of_a_service_is_explained_by_the_exception_in_its_log() -> None:
    traceback = (
        'Traceback (most recent call last):\n  File "/x/services/tiles/store.py", line 7, in load\n'
        '    boom()\n  File "/x/site-packages/a.py", line 1, in boom\nKeyError: 7'
    )
    found = explain(
        "r", request(500, service="tiles", instance="t"), [{"exception": traceback, "instance": "t"}], str
    )
    assert found.cause.endswith("made by t: KeyError: 7 at /x/services/tiles/store.py:7 (load)")


def test_a_websocket_that_closed_is_no_failure() -> None:
    assert explain("r", request(0), [], str).code == "request-websocket"


def test_a_request_that_no_log_knows() -> None:
    assert explain("r", None, [], str).code == "request-unknown"


def test_words_about_a_secret_are_not_hidden(tmp_path: Path) -> None:
    said = "a secret cannot be used: /var/secrets/auth_secret: No such file or directory"
    assert redactor(StateDir(tmp_path))(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://tiles:s3cr3t-word@127.0.0.1/tiles",
        "Authorization: Bearer s3cr3t-word",
        "password=s3cr3t-word",
        '{"token": "s3cr3t-word"}',
        json.dumps({"cause": '{"refresh_token": "s3cr3t-word"}'}),
        "/ws/canvas/1?ticket=s3cr3t-word&since=4",
        "it is kept-in-a-file",
    ],
)
def test_secrets_are_hidden(text: str, tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    var.write_secret("some", "kept-in-a-file")
    shown = redactor(var)(text)
    assert "***" in shown
    assert "s3cr3t-word" not in shown
    assert "kept-in-a-file" not in shown
