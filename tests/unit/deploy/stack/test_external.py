"""Which servers of the operator a stack uses, and how it verifies them."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.stack.errors import DeployError
from deploy.stack.external import ExternalServers

DATABASES = {
    f"{service.upper()}_DATABASE_URL": f"postgresql://{service}:pw@db.example.org:5432/{service}"
    for service in ("auth", "users", "tiles")
}
BROKERS = {
    f"{service.upper()}_BROKER_URL": f"amqps://{service}:pw@mq.example.org:5671/tessera"
    for service in ("auth", "users", "tiles")
}


def options(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def test_without_urls_a_stack_runs_its_own_servers() -> None:
    assert ExternalServers.from_environ({}) == ExternalServers({}, {})


def test_databases_and_brokers_are_chosen_separately() -> None:
    assert ExternalServers.from_environ(DATABASES).brokers == {}
    assert ExternalServers.from_environ(BROKERS).databases == {}


@pytest.mark.parametrize("given", [DATABASES, BROKERS])
def test_some_urls_without_the_others_are_refused(given: dict[str, str]) -> None:
    (first, *_), left = given, dict(list(given.items())[1:])
    with pytest.raises(DeployError, match=f"missing: {first}"):
        ExternalServers.from_environ(left)


def test_an_authority_of_ones_own_verifies_name_and_certificate_of_both() -> None:
    servers = ExternalServers.from_environ({**DATABASES, **BROKERS, "TESSERA_DATA_CA": "/etc/ca.pem"})
    assert options(servers.databases["tiles"]) == {"sslmode": ["verify-full"], "sslrootcert": ["/etc/ca.pem"]}
    assert options(servers.brokers["tiles"]) == {"cafile": ["/etc/ca.pem"]}


def test_options_that_the_operator_chose_are_kept() -> None:
    url = f"{DATABASES['AUTH_DATABASE_URL']}?sslmode=verify-ca&connect_timeout=5"
    servers = ExternalServers.from_environ(
        {**DATABASES, "AUTH_DATABASE_URL": url, "TESSERA_DATA_CA": "/etc/ca.pem"}
    )
    assert options(servers.databases["auth"]) == {
        "sslmode": ["verify-ca"],
        "sslrootcert": ["/etc/ca.pem"],
        "connect_timeout": ["5"],
    }


def test_a_broker_without_tls_gets_no_authority() -> None:
    plain = {name: url.replace("amqps:", "amqp:") for name, url in BROKERS.items()}
    servers = ExternalServers.from_environ({**plain, "TESSERA_DATA_CA": "/etc/ca.pem"})
    assert options(servers.brokers["auth"]) == {}


def test_processes_may_find_the_authority_elsewhere() -> None:
    servers = ExternalServers.from_environ(
        {**DATABASES, "TESSERA_DATA_CA": "/etc/ca.pem"}, authority="/run/secrets/data_ca"
    )
    assert options(servers.databases["auth"])["sslrootcert"] == ["/run/secrets/data_ca"]
