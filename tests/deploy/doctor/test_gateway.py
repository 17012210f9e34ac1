"""The gateway and its routes: the doctor's first line names the fault, and which part made a 5xx."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack
from pathlib import Path

from deploy.stack.ports import find_listeners
from tests.support.stack_under_test import StackUnderTest


def test_a_gateway_that_is_down(under_test: StackUnderTest) -> None:
    with under_test.without("gateway"):
        under_test.first_line("gateway-down")


def test_a_gateway_that_does_not_answer(under_test: StackUnderTest) -> None:
    with under_test.suspended("gateway"):
        under_test.first_line("gateway-silent")


def test_a_backend_on_a_wrong_port(under_test: StackUnderTest, dynamic: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        wrong = f"127.0.0.1:{bound.getsockname()[1]}"
        with under_test.second_gateway(dynamic, TESSERA_TILES_SERVERS=f"http://{wrong}") as native:
            cause = under_test.first_line("backend-wrong", native)
    assert cause.startswith(f"the gateway sends requests for tiles to {wrong}, where nothing of this stack")


def test_a_502_of_a_backend_on_a_wrong_port(under_test: StackUnderTest, dynamic: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        wrong = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with under_test.second_gateway(dynamic, TESSERA_TILES_SERVERS=wrong) as native:
            assert under_test.get("/api/v1/canvases", "r-502", native.ports["gateway"]) == 502
    verdict = under_test.explain("r-502")
    assert "502 after" in verdict.cause
    assert "made by the gateway: the server refused or broke the connection" in verdict.cause


def test_a_backend_with_another_protocol_and_its_500(under_test: StackUnderTest, dynamic: Path) -> None:
    amqp = f"http://127.0.0.1:{under_test.native.ports['rabbitmq-amqp']}"
    with under_test.second_gateway(dynamic, TESSERA_TILES_SERVERS=amqp) as native:
        cause = under_test.first_line("backend-wrong", native)
        status = under_test.get("/api/v1/canvases", "r-500", native.ports["gateway"])
    assert "where rabbitmq-amqp listens" in cause
    assert status == 500
    assert "made by the gateway: the server speaks another protocol" in under_test.explain("r-500").cause


def test_a_504_of_a_backend_that_does_not_answer(under_test: StackUnderTest, dynamic: Path) -> None:
    with (
        under_test.second_gateway(dynamic, TESSERA_RESPONSE_TIMEOUT="500ms") as native,
        under_test.suspended("tiles-web-1"),
        under_test.suspended("tiles-web-2"),
    ):
        assert under_test.get("/api/v1/canvases", "r-504", native.ports["gateway"]) == 504
    assert "made by the gateway: the server accepted the request" in under_test.explain("r-504").cause


def test_a_gateway_with_nearly_all_files_open(under_test: StackUnderTest, dynamic: Path) -> None:
    with under_test.second_gateway(dynamic) as native, ExitStack() as clients:
        port = native.ports["gateway"]
        [pid] = [holder.pid for number, holder in find_listeners().items() if number == port]
        assert pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (200, 200))
        for _ in range(160):  # idle connections; 150 are more than 80 % with those of the gateway itself
            clients.enter_context(socket.create_connection(("127.0.0.1", port)))
        cause = under_test.first_line("gateway-files-high", native)
    assert cause.startswith("the gateway has opened 1")
    assert cause.endswith(" of the 200 files that it may open")


def test_a_service_that_the_gateway_has_no_server_for(under_test: StackUnderTest, dynamic: Path) -> None:
    with under_test.second_gateway(dynamic, TESSERA_USERS_SERVERS="") as native:
        cause = under_test.first_line("backend-missing", native)
    assert cause.startswith("the gateway has no server for users")


def test_broken_yaml_behind_a_running_gateway(under_test: StackUnderTest, dynamic: Path) -> None:
    (dynamic / "tls.yml").write_text("tls: [\n")
    with under_test.second_gateway(dynamic) as native:
        cause = under_test.first_line("gateway-no-routes", native)
    assert "tls.yml: yaml: line 1" in cause


def test_a_router_with_a_middleware_that_does_not_exist(under_test: StackUnderTest, dynamic: Path) -> None:
    routes = dynamic / "routes.yml"
    routes.write_text(routes.read_text().replace("body-limit", "no-such-limit"))
    with under_test.second_gateway(dynamic) as native:
        cause = under_test.first_line("router-disabled", native)
    assert 'middleware "no-such-limit@file" does not exist' in cause


def test_a_client_that_exceeded_the_rate_limit(under_test: StackUnderTest, dynamic: Path) -> None:
    limits = {"TESSERA_RATE_AVERAGE": "1", "TESSERA_RATE_BURST": "1"}
    with under_test.second_gateway(dynamic, **limits) as native:
        statuses = [
            under_test.get("/api/v1/canvases", f"r-429-{n}", native.ports["gateway"]) for n in range(3)
        ]
        assert statuses[-1] == 429
        under_test.first_line("rate-limited")
    assert "rate limit: " in under_test.explain("r-429-2").cause
