"""The services' processes: the doctor's first line names what is wrong with them."""

from __future__ import annotations

from tests.deploy.checks.doctor.patient import Patient

from tests.deploy.test_ports import run
from tests.deploy.test_process import until


def test_a_service_of_which_no_process_runs_and_the_503_that_it_causes(patient: Patient) -> None:
    with patient.without("tiles-web-1", "tiles-web-2"):
        until(lambda: patient.get("/api/v1/canvases", "r-503") == 503, 5)
        code, cause = patient.headline()
        verdict = patient.explain("r-503")
    assert code == "process-missing"
    assert "503 `no available server`" in cause
    assert verdict.code == "request-by-gateway"
    assert "made by the gateway: no server of that service is alive" in verdict.cause


def test_one_process_of_two_that_is_missing(patient: Patient) -> None:
    with patient.without("tiles-web-2"):
        code, cause = patient.headline()
    assert code == "process-missing"
    assert cause == "tiles-web-2 is not running; the others of that service serve alone"


def test_a_worker_that_is_missing(patient: Patient) -> None:
    with patient.without("users-worker"):
        assert patient.headline() == (
            "process-missing",
            "users-worker is not running; events of that service wait",
        )


def test_a_process_that_is_suspended(patient: Patient) -> None:
    with patient.suspended("tiles-web-1"):
        code, cause = patient.headline()
    assert code == "process-silent"
    assert cause.endswith("is suspended")


def test_a_process_that_is_crash_looping(patient: Patient) -> None:
    ended = patient.logs / "supervisor.log"

    def ends_again() -> bool:
        patient.kill("auth-worker")
        return ended.read_text().count("auth-worker ended (") >= 3

    until(ends_again, 30)
    code, cause = patient.headline()
    assert code == "crash-loop"
    assert cause.startswith("auth-worker is crash-looping")


def test_an_exception_of_an_application_is_found_by_its_request_id(patient: Patient) -> None:
    with patient.database("users") as statements:
        statements.execute("ALTER TABLE profiles RENAME TO away")
        try:
            status = patient.get("/api/v1/users/1", "r-exception")
        finally:
            statements.execute("ALTER TABLE away RENAME TO profiles")
    code, cause = patient.headline()
    done = run("doctor", "--request-id", "r-exception", env=patient.env)
    assert status == 500
    assert code == "application-error"
    assert 'relation "profiles" does not exist' in cause
    first = done.stdout.splitlines()[0]
    assert first.startswith("ERROR  request-application-error: GET /api/v1/users/1 -> 500 after ")
    assert "made by users-web: " in first
    assert "services/users/" in first
