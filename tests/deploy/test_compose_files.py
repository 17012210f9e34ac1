"""The merged compose files, and the files mounted into their containers. Nothing is started."""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from deploy.commands.swarm import stack_of
from deploy.stack.compose.certificates import is_issued_by, make_authority, make_certificate
from deploy.stack.compose.project import Environment, Project
from deploy.stack.compose.state import authority_of, prepare, served_of, static_configuration
from deploy.stack.ports import port_map
from deploy.stack.state_dir import StateDir
from tests.support.compose import compose_environment, why_no_compose

needs_compose = pytest.mark.skipif(bool(why_no_compose()), reason=f"needs docker compose: {why_no_compose()}")
environments = pytest.mark.parametrize("env", ["dev", "prod"])
DATA = {
    f"{service}-{kind}" for service in ("auth", "users", "tiles") for kind in ("migrate", "web", "worker")
}
SCHEDULED: dict[Environment, set[str]] = {"dev": set(), "prod": {"backup"}}

Make = Callable[..., Project]


@pytest.fixture
def project(tmp_path: Path) -> Make:
    def make(env: Environment, **environ: str) -> Project:
        return Project(env, {**compose_environment(tmp_path), **environ})

    return make


def merged(project: Project) -> dict[str, Any]:
    """Return the files as Compose merges them."""
    config: dict[str, Any] = json.loads(project.compose("config", "--format=json"))
    return config


def services(project: Project) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = merged(project)["services"]
    return found


@needs_compose
@environments
@pytest.mark.parametrize("moved", [0, 1000])
def test_only_the_gateway_publishes_ports_those_of_the_port_map(
    project: Make, env: Environment, moved: int
) -> None:
    expected = {port.default + moved for port in port_map() if port.way == env}
    environ = {port.env: str(port.default + moved) for port in port_map() if moved and port.way == env}
    published = {
        name: {int(port["published"]) for port in service["ports"]}
        for name, service in services(project(env, **environ)).items()
        if service.get("ports")
    }
    assert published == {"gateway": expected}


@needs_compose
@environments
def test_only_the_gateway_the_mailer_and_backups_reach_the_outside(project: Make, env: Environment) -> None:
    config = merged(project(env))
    open_networks = {name for name, network in config["networks"].items() if not network.get("internal")}
    outside = {
        name
        for name, service in config["services"].items()
        if open_networks & set(service.get("networks", ()))
    }
    assert outside - {"backup"} == {"gateway", "auth-worker"}


@needs_compose
@environments
@pytest.mark.parametrize(
    ("service", "visible_to"),
    [("postgres", DATA | {"rabbitmq"}), ("rabbitmq", DATA | {"postgres"}), ("docker-api", {"gateway"})],
)
def test_a_part_is_reachable_only_for_services_that_need_it(
    project: Make, env: Environment, service: str, visible_to: set[str]
) -> None:
    networks = {name: set(one.get("networks", ())) for name, one in services(project(env)).items()}
    seen_by = {name for name, those in networks.items() if those & networks[service]} - {service}
    assert seen_by - SCHEDULED[env] == visible_to


@needs_compose
@environments
def test_every_container_is_confined(project: Make, env: Environment) -> None:
    for name, service in services(project(env)).items():
        assert service["read_only"], name
        assert service["init"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name


@needs_compose
@environments
def test_a_secret_is_mounted_only_where_it_is_used(project: Make, env: Environment) -> None:
    given = {
        name: {secret["source"] for secret in service.get("secrets", [])}
        for name, service in services(project(env)).items()
    }
    assert given["frontend"] == given["docker-api"] == set()
    assert {name for name, secrets in given.items() if "postgres" in secrets} == {"postgres"} | SCHEDULED[env]
    for service in ("auth", "users", "tiles"):
        own = {f"{service}_database_url", f"{service}_broker_url"}
        own |= {"auth_secret"} if service == "auth" else set()
        for kind in ("migrate", "web", "worker"):
            assert given[f"{service}-{kind}"] == own


def test_secrets_are_made_once_in_a_folder_that_others_cannot_enter(project: Make) -> None:
    one = project("dev")
    prepare(one)
    folder = one.var.root / "secrets"
    before = {path.name: path.read_text() for path in folder.iterdir()}
    prepare(one)
    after = {path.name: path.read_text() for path in folder.iterdir()}
    assert after == before
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (authority_of(one.var).with_name("key.pem")).stat().st_mode & 0o777 == 0o600


def test_development_and_production_share_no_secret(project: Make) -> None:
    secrets = []
    for env in ("dev", "prod"):
        one = project(env)
        prepare(one)
        secrets.append({path.read_text() for path in (one.var.root / "secrets").iterdir()})
    assert secrets[0] & secrets[1] == set()


def certificate_of(project: Project) -> x509.Certificate:
    return x509.load_pem_x509_certificate(served_of(project.var).read_bytes())


def test_another_host_name_gets_another_certificate_from_the_same_authority(project: Make) -> None:
    prepare(project("dev"))
    authority = authority_of(project("dev").var).read_text()
    prepare(project("dev", TESSERA_HOST="tessera.example.org"))
    names = certificate_of(project("dev")).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert "tessera.example.org" in names.value.get_values_for_type(x509.DNSName)
    assert authority_of(project("dev").var).read_text() == authority


def test_a_certificate_lives_no_longer_than_a_year(project: Make) -> None:
    prepare(project("dev"))
    made = certificate_of(project("dev"))
    assert made.not_valid_after_utc - made.not_valid_before_utc <= timedelta(days=366)
    assert made.not_valid_before_utc < datetime.now(UTC)


def give(var: StateDir, certificate: str, key: str) -> None:
    """Put a certificate where operators put their own."""
    var.write_secret("gateway_certificate", certificate)
    var.write_secret("gateway_certificate_key", key)


def test_a_certificate_of_the_operator_is_served_unchanged(project: Make) -> None:
    theirs = make_certificate("example.org", *make_authority())
    prepare(project("prod"))
    give(project("prod").var, *theirs)
    prepare(project("prod"))
    assert served_of(project("prod").var).read_text() == "".join(theirs)


def test_without_the_operators_certificate_the_stack_issues_its_own_again(project: Make) -> None:
    prod = project("prod")
    give(prod.var, *make_certificate("localhost", *make_authority()))
    prepare(prod)
    for name in ("gateway_certificate", "gateway_certificate_key"):
        (prod.var.root / "secrets" / name).unlink()
    prepare(prod)
    assert is_issued_by(served_of(prod.var), authority_of(prod.var))


def test_what_an_earlier_version_issued_is_not_taken_for_the_operators(project: Make) -> None:
    prod = project("prod")
    prepare(prod)
    key = (prod.var.root / "authority" / "key.pem").read_text()
    give(prod.var, *make_certificate("localhost", authority_of(prod.var).read_text(), key))
    served_of(prod.var).unlink()
    prepare(prod)
    assert is_issued_by(served_of(prod.var), authority_of(prod.var))
    assert not list((prod.var.root / "secrets").glob("gateway_certificate*"))


@needs_compose
def test_a_new_certificate_makes_no_new_container_of_the_gateway(project: Make) -> None:
    prod = project("prod")
    prepare(prod)
    before = services(prod)["gateway"]
    served_of(prod.var).unlink()
    prepare(prod)
    assert services(prod)["gateway"] == before


@needs_compose
@pytest.mark.parametrize(
    ("env", "settings", "renews"),
    [
        ("dev", {}, False),
        ("prod", {}, True),
        ("prod", {"TESSERA_TLS": "outside"}, False),
        ("prod", {"TESSERA_HOST": "example.org", "TESSERA_ACME_EMAIL": "ops@example.org"}, False),
    ],
)
def test_a_container_without_a_network_renews_what_the_stacks_authority_issued(
    project: Make, env: Environment, settings: dict[str, str], renews: bool
) -> None:
    service = services(project(env, **settings)).get("certificates")
    assert bool(service) == renews
    assert service is None or service["network_mode"] == "none"


def test_clients_accept_the_local_authority(project: Make) -> None:
    prepare(project("dev"))
    context = ssl.create_default_context(cafile=str(authority_of(project("dev").var)))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    assert len(context.get_ca_certs()) == 1


@needs_compose
def test_production_redirects_to_the_published_https_port_with_hsts(project: Make) -> None:
    moved = project("prod", TESSERA_PORT_PROD_HTTPS="9443")
    assert services(moved)["gateway"]["environment"]["TESSERA_HTTPS_PORT"] == "9443"
    points = static_configuration(moved)["entryPoints"]
    assert points["websecure"]["http"]["middlewares"][0] == "hsts@file"


@needs_compose
def test_development_neither_redirects_nor_pins_https(project: Make) -> None:
    assert "TESSERA_HTTPS_PORT" not in services(project("dev"))["gateway"]["environment"]
    points = static_configuration(project("dev"))["entryPoints"]
    assert points["websecure"]["http"]["middlewares"] == points["web"]["http"]["middlewares"]


def test_production_with_an_acme_address_requests_a_certificate(project: Make) -> None:
    static = static_configuration(
        project("prod", TESSERA_HOST="tessera.example.org", TESSERA_ACME_EMAIL="ops@example.org")
    )
    tls = static["entryPoints"]["websecure"]["http"]["tls"]
    assert tls == {"certResolver": "acme", "domains": [{"main": "tessera.example.org"}]}
    assert static["certificatesResolvers"]["acme"]["acme"]["email"] == "ops@example.org"


@needs_compose
def test_a_swarm_names_files_by_content_and_pins_services_with_data(
    project: Make,
) -> None:
    one = project("prod")
    prepare(one, "swarm")
    stack = stack_of(json.loads(one.compose("config", "--format=json")), "tessera")
    made = [*stack["secrets"].values(), *stack["configs"].values()]
    for entry in made:
        assert entry["name"].endswith(hashlib.sha256(Path(entry["file"]).read_bytes()).hexdigest()[:12])
    assert {name for name, service in stack["services"].items() if "ports" in service} == {"gateway"}
    assert "tessera-certificate-pem-" in " ".join(stack["secrets"])  # has the key
    assert "certificates" not in stack["services"]
    stays = {name for name, service in stack["services"].items() if service["deploy"].get("placement")}
    assert stays == {"gateway", "docker-api", "postgres", "rabbitmq", "backup"}


def test_the_gateway_uses_only_containers_of_its_own_project(project: Make) -> None:
    provider = static_configuration(project("dev", TESSERA_PROJECT="mine"))["providers"]["docker"]
    assert provider["constraints"] == "Label(`com.docker.compose.project`, `mine`)"
    assert provider["network"] == "mine_edge"
    assert provider["exposedByDefault"] is False


def test_with_tls_outside_the_gateway_speaks_http_only(project: Make) -> None:
    static = static_configuration(project("prod", TESSERA_TLS="outside"))
    assert static["entryPoints"].keys() == {"web", "traefik"}
    assert static["entryPoints"]["web"]["http"]["middlewares"][0] == "hsts@file"


@needs_compose
def test_with_tls_outside_one_port_is_published_and_nothing_is_redirected(project: Make) -> None:
    gateway = services(project("prod", TESSERA_TLS="outside"))["gateway"]
    assert [port["target"] for port in gateway["ports"]] == [80]
    assert "TESSERA_HTTPS_PORT" not in gateway["environment"]


@needs_compose
@environments
def test_the_gateway_and_the_services_know_the_proxies_and_the_public_address(
    project: Make, env: Environment
) -> None:
    settings = {
        "TESSERA_TRUSTED_PROXIES": "172.16.0.0/12",
        "TESSERA_PUBLIC_URL": "https://example.org/tessera",
    }
    found = {name: one.get("environment", {}) for name, one in services(project(env, **settings)).items()}
    assert {name: found["gateway"][name] for name in settings} == settings
    assert found["auth-web"]["AUTH_PUBLIC_URL"] == settings["TESSERA_PUBLIC_URL"]
    trusted = settings["TESSERA_TRUSTED_PROXIES"]
    assert found["auth-web"]["AUTH_TRUSTED_PROXIES"] == trusted
    assert found["tiles-web"]["TILES_TRUSTED_PROXIES"] == trusted


EXTERNAL = {
    f"{service.upper()}_{kind}": url
    for service in ("auth", "users", "tiles")
    for kind, url in (
        ("DATABASE_URL", f"postgresql://{service}:pw@db.example.org/{service}"),
        ("BROKER_URL", f"amqps://{service}:pw@mq.example.org/tessera"),
    )
}


@needs_compose
@environments
def test_external_servers_replace_those_of_the_stack(project: Make, env: Environment) -> None:
    external = merged(project(env, **EXTERNAL))
    assert not {"postgres", "rabbitmq", "backup"} & external["services"].keys()
    assert not external["networks"]["data"].get("internal")
    own = merged(project(env))
    assert {"postgres", "rabbitmq"} <= own["services"].keys()
    assert own["networks"]["data"]["internal"]


def test_containers_get_the_urls_and_the_authority_of_external_servers(project: Make, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("an authority")
    external = project("prod", **EXTERNAL, TESSERA_DATA_CA=str(tmp_path / "ca.pem"))
    prepare(external)
    secrets = {path.name: path.read_text() for path in (external.var.root / "secrets").iterdir()}
    verified = "sslmode=verify-full&sslrootcert=/run/secrets/data_ca"
    assert secrets["tiles_database_url"] == f"postgresql://tiles:pw@db.example.org/tiles?{verified}"
    assert secrets["tiles_broker_url"] == (
        "amqps://tiles:pw@mq.example.org/tessera?cafile=/run/secrets/data_ca"
    )
    assert secrets["data_ca"] == "an authority"
