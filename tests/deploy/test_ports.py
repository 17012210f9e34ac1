"""The port map and its command line."""

from __future__ import annotations

import os
import re
import socket
from collections import Counter
from pathlib import Path

import pytest

from deploy.stack.errors import DeployError
from deploy.stack.ports import port_map, ports_of
from tests.support.commands import run
from tests.support.stack import run_environment


@pytest.mark.parametrize("what", ["default", "env", "name"])
def test_no_two_ports_share(what: str) -> None:
    counts = Counter(getattr(port, what) for port in port_map())
    assert [value for value, count in counts.items() if count > 1] == []


def test_every_variable_is_named_after_its_port() -> None:
    expected = {port.name: "TESSERA_PORT_" + port.name.upper().replace("-", "_") for port in port_map()}
    assert {port.name: port.env for port in port_map()} == expected | {"gateway": "TESSERA_PORT"}


def test_only_the_gateway_of_a_native_stack_is_public() -> None:
    assert [port.name for port in port_map() if port.way == "native" and port.reach == "public"] == [
        "gateway"
    ]


def test_a_variable_moves_its_port_and_no_other() -> None:
    moved = ports_of("native", {"TESSERA_PORT": "9000"})
    assert moved == ports_of("native", {}) | {"gateway": 9000}


@pytest.mark.parametrize(
    ("value", "number", "addresses"),
    [
        ("8081", 8081, ("0.0.0.0", "::")),
        ("127.0.0.1:8081", 8081, ("127.0.0.1",)),
        ("[::1]:8081", 8081, ("::1",)),
    ],
)
def test_a_public_port_may_be_bound_to_one_address(
    value: str, number: int, addresses: tuple[str, ...]
) -> None:
    port = next(one for one in port_map() if one.name == "prod-http")
    environ = {"TESSERA_PORT_PROD_HTTP": value}
    assert (port.number(environ), port.addresses(environ)) == (number, addresses)


def test_an_internal_port_stays_on_the_loopback() -> None:
    with pytest.raises(DeployError, match=r"TESSERA_PORT_POSTGRES=0\.0\.0\.0:1 is not a port number"):
        ports_of("native", {"TESSERA_PORT_POSTGRES": "0.0.0.0:1"})


def test_an_offset_moves_every_port_that_is_not_set() -> None:
    plain = ports_of("native", {})
    moved = ports_of("native", {"TESSERA_PORT_OFFSET": "300", "TESSERA_PORT": "9000"})
    assert moved == {name: number + 300 for name, number in plain.items()} | {"gateway": 9000}


def test_an_offset_does_not_move_the_ports_of_the_web() -> None:
    assert ports_of("prod", {"TESSERA_PORT_OFFSET": "300"}) == {"prod-http": 80, "prod-https": 443}


@pytest.mark.parametrize("value", ["0", "65536", "http", "-1", "8080 ", "localhost:80", "::1:80", "[::1]"])
def test_an_invalid_port_is_refused_with_its_variable(value: str) -> None:
    with pytest.raises(DeployError, match=re.escape(f"TESSERA_PORT={value} is not a port")):
        ports_of("native", {"TESSERA_PORT": value})


def test_two_ports_with_one_number_are_refused() -> None:
    with pytest.raises(DeployError, match="TESSERA_PORT_FRONTEND and gateway both name port 9000"):
        ports_of("native", {"TESSERA_PORT": "9000", "TESSERA_PORT_FRONTEND": "9000"})


@pytest.mark.parametrize("name", ["TESSERA_PORT", "TESSERA_PORT_RABBITMQ_EPMD"])
def test_a_taken_port_is_reported_with_its_holder_and_nothing_is_started(name: str, tmp_path: Path) -> None:
    env = run_environment(tmp_path / "var")
    with socket.create_server(("127.0.0.1", int(env[name]))):
        done = run("run", env=env)
    assert done.returncode == 1
    taken = [line for line in done.stderr.splitlines() if "is held by" in line]
    assert len(taken) == 1
    assert re.search(rf"port-taken: port {env[name]} \(.*\) is held by pid {os.getpid()}: .*python", taken[0])
    assert f"fix: kill {os.getpid()}\n    fix: Or choose another port: set {name}.\n" in done.stderr
    assert sorted(path.name for path in (tmp_path / "var").rglob("*") if path.is_file()) == [
        "lock",
        "supervisor.log",
    ]


def test_the_table_shows_the_holder_of_a_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = str(server.getsockname()[1])
        done = run("ports", env={**os.environ, "TESSERA_PORT_FRONTEND": number})
    line = next(line for line in done.stdout.splitlines() if "TESSERA_PORT_FRONTEND " in line)
    assert number in line
    assert f"pid {os.getpid()}" in line


COMMANDS = (
    *("run", "up", "down", "scale", "rollout", "swarm", "compose", "backup", "backup-key"),
    *("verify", "restore", "upgrade"),
    *("preflight", "doctor", "ports", "config", "exec", "dead-letters", "documents", "openapi"),
)


@pytest.mark.parametrize("words", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_every_command_explains_itself(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 0
    assert done.stdout.startswith("usage: tessera")
