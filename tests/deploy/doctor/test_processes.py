"""The services' processes: the doctor's first line names the fault."""

from __future__ import annotations

from tests.support.commands import run
from tests.support.stack_under_test import StackUnderTest
from tests.support.waiting import until


def test_a_service_without_a_running_process_and_its_502(under_test: StackUnderTest) -> None:
    with under_test.without("tiles-web-1", "tiles-web-2"):
        until(lambda: under_test.get("/api/v1/canvases", "r-502") == 502)
        cause = under_test.first_line("process-missing")
        verdict = under_test.explain("r-502")
    assert "its paths are 502" in cause
    assert verdict.code == "request-by-gateway"
    assert "or no server of that service lives" in verdict.cause


def test_one_of_two_processes_missing(under_test: StackUnderTest) -> None:
    with under_test.without("tiles-web-2"):
        cause = under_test.first_line("process-missing")
    assert cause == "tiles-web-2 is not running; the service's other processes still serve requests"


def test_a_missing_worker(under_test: StackUnderTest) -> None:
    with under_test.without("users-worker"):
        cause = under_test.first_line("process-missing")
    assert cause == "users-worker is not running; events of that service wait"


def test_a_suspended_process(under_test: StackUnderTest) -> None:
    with under_test.suspended("tiles-web-1"):
        cause = under_test.first_line("process-silent")
    assert cause.endswith("is suspended")


def test_a_crash_looping_process(under_test: StackUnderTest) -> None:
    ended = under_test.logs / "supervisor.log"

    def ends_again() -> bool:
        under_test.kill("auth-worker")
        return ended.read_text().count("auth-worker ended (") >= 3

    until(ends_again)
    cause = under_test.first_line("crash-loop")
    assert cause.startswith("auth-worker is crash-looping")


def test_an_exception_of_a_service_is_found_by_its_request_id(under_test: StackUnderTest) -> None:
    with under_test.database("users") as statements:
        statements.execute("ALTER TABLE profiles RENAME TO away")
        try:
            status = under_test.get("/api/v1/users/1", "r-exception")
        finally:
            statements.execute("ALTER TABLE away RENAME TO profiles")
    cause = under_test.first_line("application-error")
    done = run("doctor", "--request-id", "r-exception", env=under_test.env)
    assert status == 500
    assert 'relation "profiles" does not exist' in cause
    first = done.stdout.splitlines()[0]
    assert first.startswith("ERROR  request-application-error: GET /api/v1/users/1 -> 500 after ")
    assert "made by users-web: " in first
    assert "services/users/" in first
