"""Every fix that the checks print works when pasted: each step is a sentence, or a command that exists."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.__main__ import parser
from deploy.checks import doctor, preflight
from deploy.checks.facts.backups import Backups
from deploy.checks.facts.broker import Broker, BrokerAlarms, Queue
from deploy.checks.facts.broker_node import BrokerNode, Taker
from deploy.checks.facts.clock import BrokerClock, ClockOffset
from deploy.checks.facts.containers import Certificate, Container, Containers, Engine
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.front import FrontDoor
from deploy.checks.facts.gateway import Backend, Gateway, Probe, Probes, Router, TraefikState
from deploy.checks.facts.logs import Failure, LoggedRequest, MailTrouble, Traffic
from deploy.checks.facts.machine import Listener, Listeners, Machine, Secrets, Workload
from deploy.checks.facts.probe_client import HttpResult
from deploy.checks.facts.processes import ProcessState, ProcessStates
from deploy.checks.facts.run import Ends, Run
from deploy.checks.facts.sessions import Override, SessionGroup, SessionHolder, Sessions
from deploy.checks.facts.start import (
    Budgets,
    Files,
    GatewayErrors,
    Images,
    InFront,
    Limits,
    MailRoute,
    OwnCertificate,
    Parts,
    Running,
    SettingFaults,
    StateFolder,
    Versions,
)
from deploy.checks.findings import Check, Facts, Finding, examine
from deploy.checks.gatherers.docker.gatherer import DockerGatherer
from deploy.checks.gatherers.native import NativeGatherer
from deploy.stack.compose.project import Project
from deploy.stack.load import Load
from deploy.stack.ports import Holder
from deploy.stack.settings.chosen import Fault
from deploy.stack.state_dir import REPOSITORY
from tests.support.facts import database_state

NOW = datetime.now(UTC)
PROGRAMS = {"docker", "du", "git", "head", "kill", "make", "ps", "sort", "ss", "sudo", "tail", "timedatectl"}
BUILT_IN = {"ulimit"}


@pytest.fixture(params=["native", "docker"])
def run(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The commands of each way of running, with a process that crashed."""
    found: Run
    if request.param == "native":
        found = NativeGatherer.from_environ({"TESSERA_VAR": str(tmp_path / "var")}).run()
    else:
        project = Project("prod", {"TESSERA_VAR": str(tmp_path / "var")})
        monkeypatch.setattr("deploy.stack.engine.list_containers", lambda _: [])
        monkeypatch.setattr(project, "merged", dict)
        found = DockerGatherer(project).run()
    ends = Ends("tiles-worker", 9, frozenset(("signal 9",)), "in the last minute")
    return replace(found, running=False, ends=(ends,))


def logged(status: int, service: str | None, request_id: str | None) -> LoggedRequest:
    return LoggedRequest(NOW, "GET", "/", status, 0.1, request_id, service, None, None, None, 0)


def process(name: str, **changes: Any) -> ProcessState:
    plain: dict[str, Any] = {"id": f"pid 7{len(name)}", "suspended": False}
    plain |= {"health": HttpResult(200), "ready": HttpResult(200)}
    return ProcessState(name, name, "web", **(plain | changes))


def gateway(traefik: TraefikState, id_: str | None = "pid 7") -> Gateway:
    return Gateway(id_, traefik, {"tiles": ("a:1",), "users": ("b:1",)}, {"a:1": "ready"}, ("broken",))


def faults() -> Sequence[Mapping[type[Any], Any]]:
    """Facts of several stacks; together they break every check of every table."""
    yesterday, tomorrow = NOW - timedelta(days=1), NOW + timedelta(days=1)
    everywhere: list[object] = [
        Engine("no answer"),
        Versions((1, 0), (1, 0)),
        Listeners((Listener("gateway", 80, "TESSERA_PORT", Holder(7, "nginx"), False),)),
        Machine(1, "/var", 1, "files", 60.0),
        Workload(Load(60, 2), ("yes (8)",)),
        Secrets(("auth_secret is empty",)),
        Limits(100, 2000),
        Parts((3, 10), {"setpriv": "sudo apt-get install util-linux"}),
        StateFolder("/var/x", ("/var/x/log",), "9", "17"),
        Running(7, "http://localhost"),
        Files("broken", frozenset(), frozenset((80,))),
        Images(("postgres:17",)),
        SettingFaults(
            (
                Fault("TESSERA_HOST", "TESSERA_HOST=x is not a host", "Set TESSERA_HOST to a host."),
                Fault("TESSERA_HSOT", "there is no setting TESSERA_HSOT", "Unset it.", is_unknown=True),
            )
        ),
        MailRoute(is_missing=True),
        GatewayErrors(("broken",)),
        OwnCertificate("/c", "broken", yesterday, yesterday),
        Containers(
            "tessera-prod",
            (
                Container(
                    "t-1",
                    "tiles-web",
                    "exited",
                    1,
                    killed_for_memory=True,
                    memory_limit=1,
                    missing_networks=("edge",),
                    nameless_networks=("data",),
                    image="sha256:1",
                    unpublished=(80,),
                    only_loopback="127.0.0.1:8000",
                ),
                Container("t-2", "tiles-worker", "running", image="sha256:2"),
                Container("docker-api-1", "docker-api", "paused"),
            ),
        ),
        Certificate("https://localhost", yesterday, yesterday, ("another.example",), tomorrow),
        DatabaseStates(
            (
                *(
                    database_state(trouble=trouble, message="no")
                    for trouble in (
                        "refused",
                        "timeout",
                        "password",
                        "connections",
                        "rights",
                        "missing",
                        "other",
                    )
                ),
                database_state(revision="1"),
                database_state(revision="3", clock=ClockOffset(60, 61)),
                database_state(outbox_waiting=1, outbox_oldest=99.0),
                database_state(search_path="elsewhere", hides_tables=True),
                database_state(lacks_tables=("outbox",), strange_tables=("away",)),
                database_state(lacks_tables=("outbox", "inbox"), forbidden=("tiles",), signing_keys=0),
            ),
            "pid 7",
        ),
        Sessions(
            (SessionGroup("x", "psql", None, 90),),
            (SessionHolder(7, "x", "psql", "tiles", "idle in transaction", 60.0, "LOCK tiles", 3),),
            standby=True,
            overrides=(Override("role tiles", "statement_timeout=1"),),
        ),
        Broker(
            "b",
            {
                "auth": ("refused", ""),
                "users": ("timeout", ""),
                "tiles": ("password", ""),
                "w": ("vhost", ""),
                "x": ("other", ""),
            },
            (
                Queue("users.events", None),
                Queue("tiles.events", 2000, 1),
                Queue("auth.mail", 3, 0),
                Queue("users.events.dead", 1),
            ),
            "pid 7",
        ),
        BrokerAlarms(("disk",)),
        Budgets({"tiles": 31}),
        InFront(ends_tls=True, trusted=()),
        FrontDoor("https://x.org", 308, "https://x.org/no-such-page"),
        BrokerNode(
            frozenset(),
            ("short",),
            (Taker("<a.1.2.3>", "a script", "users", "1.2.3.4:5", 1, 1),),
            frozenset(("users",)),
        ),
        Backups(NOW - timedelta(days=9), timedelta(days=1), failure="no space"),
        BrokerClock(ClockOffset(-3, -2)),
        ProcessStates(
            (
                process("missing", id=None),
                process("silent", health=HttpResult(0)),
                process("suspended", suspended=True),
                process("lacking", ready=HttpResult(503)),
                process("ready"),
            )
        ),
        Probes((Probe("/", "frontend", HttpResult(429)), Probe("/x", "tiles", HttpResult(500)))),
        Traffic(
            5,
            (logged(429, None, None), logged(500, "tiles", "r-1")),
            (Failure(NOW, "tiles-web-1", "r-1", "KeyError", "a.py:1"),),
            (MailTrouble(NOW, "535 who are you", is_final=False),),
        ),
    ]
    answering = TraefikState(
        HttpResult(200),
        (Router("tiles", False, ("no such middleware",)),),
        (Backend("tiles", "a:1", False), Backend("tiles", "a:9", True)),
        open_files=900,
        max_files=1000,
    )
    calm = Probes((Probe("/", "frontend", HttpResult(0)),))
    return [
        {type(one): one for one in (*everywhere, *changes)}
        for changes in (
            (gateway(TraefikState(HttpResult(0, error="refused"))),),
            (gateway(TraefikState(HttpResult(0, error="timeout"))), calm, Versions((), (), "no answer")),
            (
                gateway(TraefikState(HttpResult(0, error="timeout")), None),
                calm,
                FrontDoor("https://x.org", 404, None, "", "192.0.2.1:9", "127.0.0.1:9", "http"),
            ),
            (
                gateway(TraefikState(HttpResult(200))),
                Certificate("https://localhost", yesterday, tomorrow),
                OwnCertificate("/c", "", yesterday, tomorrow),
                Machine(500 * 2**20, "/var", 1, "files", 0),
                DatabaseStates((database_state(connections=99, max_connections=100),)),
            ),
            (
                gateway(answering),
                Workload(Load(1, 2)),
                Certificate("https://localhost", tomorrow, tomorrow),
                Traffic(5, (logged(500, None, None),), (), (MailTrouble(NOW, "550 no", is_final=True),)),
                Sessions(read_only=True),
                FrontDoor("https://x.org", 200),
            ),
        )
    ]


def findings_of(checks: Sequence[Check], run: Run) -> list[Finding]:
    return [
        one
        for facts in faults()
        for one in examine(checks, Facts({**facts, Run: run}))
        if one.code != "check-failed"
    ]


TABLES = {"preflight": preflight.CHECKS, "docker": preflight.DOCKER_CHECKS, "doctor": doctor.CHECKS}


@pytest.mark.parametrize("checks", TABLES.values(), ids=TABLES)
def test_every_step_of_every_fix_is_a_sentence_or_a_command_that_exists(
    checks: Sequence[Check], run: Run
) -> None:
    found = findings_of(checks, run)
    assert {check.code for check in checks} - {one.code for one in found} == set()
    for one in found:
        for step in one.fix.splitlines():
            assert is_sentence(step) or is_command(step), f"{one.code}: {step}"


def is_sentence(step: str) -> bool:
    return step[0].isupper() and (step.endswith(".") or "://" in step)


def is_command(step: str) -> bool:
    """Whether each command of a pipe exists; one of tessera is parsed with its arguments."""
    for command in step.split(" | "):
        program, *arguments = shlex.split(command)
        if Path(program).name == "tessera":
            assert program == "tessera" or Path(program) == REPOSITORY / "tessera"
            parser().parse_args(arguments)  # exits when it does not parse
        elif program not in PROGRAMS | BUILT_IN:
            return False
    return True


def test_a_command_that_does_not_parse_is_noticed() -> None:
    with pytest.raises(SystemExit):
        is_command("tessera doctr")
