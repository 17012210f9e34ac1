"""The manifests for Kubernetes, compared with the schemas, the code and the routing table."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml
from yarl import URL

from deploy.backup.offsite import Offsite
from deploy.checks.facts.gateway_trial import try_configuration
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.programs import PROGRAMS, SERVICES
from deploy.stack.state_dir import REPOSITORY
from frontend.settings import Settings as FrontendSettings
from services.auth.settings import AuthSettings
from services.tiles.settings import TilesSettings
from services.users.settings import UsersSettings, parse_targets
from shared.settings import ProcessSettings

FOLDER = REPOSITORY / "deploy" / "kubernetes"
SCRAPES = REPOSITORY / "deploy" / "observability" / "prometheus.yml"
SETTINGS: dict[str, type[ProcessSettings]] = {
    "AUTH_": AuthSettings,
    "USERS_": UsersSettings,
    "TILES_": TilesSettings,
    "FRONTEND_": FrontendSettings,
}


def has_kustomize() -> bool:
    """Return whether there is a `kubectl` of 1.24 or newer, which prints the version of its kustomize."""
    if shutil.which("kubectl") is None:
        return False
    told = subprocess.run(
        ["kubectl", "version", "--client", "--output=json"], capture_output=True, check=True
    )
    return "kustomizeVersion" in json.loads(told.stdout)


def build(folder: Path) -> list[dict[str, Any]]:
    """Build what `kubectl apply --kustomize` would send of that folder."""
    if not has_kustomize():
        pytest.skip("needs `kubectl` 1.24 or newer, for its kustomize")
    built = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return list(yaml.safe_load_all(built.stdout))


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    """Build the example as it is."""
    return build(FOLDER / "example")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Build a copy of the example that uses every component."""
    copy = tmp_path_factory.mktemp("cluster")
    shutil.copytree(FOLDER, copy / "deploy" / "kubernetes")
    shutil.copytree(CONFIGURATION, copy / "gateway")
    example = copy / "deploy" / "kubernetes" / "example"
    with (example / "kustomization.yaml").open("a") as file:
        file.write("components: [../gateway-api, ../monitoring, ../backup, ../egress]\n")
    return build(example)


def of_kind(manifests: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in manifests if one["kind"] == kind}


def pods(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: one["spec"]["template"]["spec"] for name, one in of_kind(manifests, "Deployment").items()}


def containers(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        container
        for pod in pods(manifests).values()
        for container in [*pod.get("initContainers", []), *pod["containers"]]
    ]


def config(manifests: list[dict[str, Any]], name: str) -> dict[str, str]:
    """Return the data of the ConfigMap of that name, to which kustomize has added a hash."""
    maps = of_kind(manifests, "ConfigMap")
    (found,) = (one for full, one in maps.items() if full.rpartition("-")[0] == name)
    data: dict[str, str] = found["data"]
    return data


# Validated by hand against the schemas of their projects: Gateway API 1.x, Prometheus Operator 0.9x.
DEFINED_ELSEWHERE = ("gateway.networking.k8s.io/v1", "monitoring.coreos.com/v1")


@pytest.mark.parametrize("built", ["manifests", "extended"])
def test_every_manifest_matches_its_schema(built: str, request: pytest.FixtureRequest) -> None:
    for manifest in request.getfixturevalue(built):
        if manifest["apiVersion"] not in DEFINED_ELSEWHERE:
            kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_every_process_of_the_stack_is_deployed(manifests: list[dict[str, Any]]) -> None:
    names = {
        "frontend" if program.service == "frontend" else f"{program.service}-{program.kind}"
        for program in PROGRAMS
    }
    assert set(of_kind(manifests, "Deployment")) == names | {"gateway"}


def test_only_the_gateway_is_reachable_from_outside(manifests: list[dict[str, Any]]) -> None:
    services = of_kind(manifests, "Service")
    published = [
        name for name, one in services.items() if one["spec"].get("type", "ClusterIP") != "ClusterIP"
    ]
    assert published == ["gateway"]


def test_the_dashboard_polls_every_pod_for_its_viewers(manifests: list[dict[str, Any]]) -> None:
    [worker] = pods(manifests)["users-worker"]["containers"]
    [watched] = [variable["value"] for variable in worker["env"] if variable["name"] == "USERS_WATCHED"]
    host = str(URL(parse_targets(watched)["tiles-web"]).host)
    assert of_kind(manifests, "Service")[host]["spec"]["clusterIP"] == "None"


def test_the_routes_are_the_same_as_in_every_way_of_running(manifests: list[dict[str, Any]]) -> None:
    routes = config(manifests, "gateway-dynamic")
    files = {path.name: path.read_text() for path in (CONFIGURATION / "dynamic").iterdir()}
    assert routes == files
    mounted = pods(manifests)["gateway"]["containers"][0]["volumeMounts"]
    assert {mount["subPath"] for mount in mounted if mount["name"] == "dynamic"} == set(files)


@pytest.mark.parametrize("folder", ["base", "gateway-api"])
def test_traefik_accepts_the_gateways_configuration(folder: str, tmp_path: Path) -> None:
    shutil.copytree(CONFIGURATION / "dynamic", tmp_path / "dynamic")
    shutil.copy(FOLDER / folder / "traefik.yml", tmp_path)
    assert try_configuration(tmp_path).messages == ()


def test_every_variable_of_a_pod_is_a_setting(manifests: list[dict[str, Any]]) -> None:
    given = {variable["name"] for container in containers(manifests) for variable in container.get("env", [])}
    given |= set(config(manifests, "tessera"))
    known = {
        f"{prefix}{field}{suffix}".upper()
        for prefix, settings in SETTINGS.items()
        for field in settings.model_fields
        for suffix in ("", "_file")
    }
    assert {name for name in given if not name.startswith("TESSERA_")} - known == set()


def test_every_container_is_confined(manifests: list[dict[str, Any]]) -> None:
    for container in containers(manifests):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert set(container["resources"]) == {"requests", "limits"}
    for pod in pods(manifests).values():
        assert pod["securityContext"]["runAsNonRoot"] is True


def test_every_deployment_always_has_a_ready_pod(manifests: list[dict[str, Any]]) -> None:
    budgets = of_kind(manifests, "PodDisruptionBudget")
    scaled = of_kind(manifests, "HorizontalPodAutoscaler")
    for name, deployment in of_kind(manifests, "Deployment").items():
        assert deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
        assert budgets[name]["spec"]["minAvailable"] == 1
        least = scaled[name]["spec"]["minReplicas"] if name in scaled else deployment["spec"]["replicas"]
        assert least >= 2
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(
            deployment["spec"]["template"]["spec"]["containers"][0]
        )


def test_one_slow_second_takes_no_pod_out_of_its_service(manifests: list[dict[str, Any]]) -> None:
    for pod in pods(manifests).values():
        probe = pod["containers"][0]["readinessProbe"]
        if probe["httpGet"]["path"] == "/ready":
            assert probe["timeoutSeconds"] >= 3
            assert probe["failureThreshold"] >= 3


def test_behind_a_gateway_of_the_cluster_nothing_else_is_reachable(extended: list[dict[str, Any]]) -> None:
    assert {one["spec"].get("type", "ClusterIP") for one in of_kind(extended, "Service").values()} == {
        "ClusterIP"
    }
    route = of_kind(extended, "HTTPRoute")["tessera"]["spec"]
    [backend] = route["rules"][0]["backendRefs"]
    [port] = of_kind(extended, "Service")[backend["name"]]["spec"]["ports"]
    assert (backend["name"], port["port"]) == ("gateway", backend["port"])


def test_behind_a_gateway_of_the_cluster_the_pods_have_no_certificate(extended: list[dict[str, Any]]) -> None:
    pod = pods(extended)["gateway"]
    assert "tessera-certificate" not in json.dumps(pod)
    assert "TESSERA_CERTIFICATE" not in {variable["name"] for variable in pod["containers"][0]["env"]}


def test_whom_the_gateway_believes_the_services_believe(extended: list[dict[str, Any]]) -> None:
    [gateway] = pods(extended)["gateway"]["containers"]
    [networks] = [one["value"] for one in gateway["env"] if one["name"] == "TESSERA_TRUSTED_PROXIES"]
    static = yaml.safe_load(config(extended, "gateway-static")["traefik.yml"])
    settings = config(extended, "tessera")
    assert static["entryPoints"]["web"]["forwardedHeaders"]["trustedIPs"] == networks.split(",")
    assert settings["AUTH_TRUSTED_PROXIES"] == settings["TILES_TRUSTED_PROXIES"] == networks


def test_every_process_is_monitored_under_the_job_that_the_alerts_know(
    extended: list[dict[str, Any]],
) -> None:
    [monitor] = of_kind(extended, "ServiceMonitor").values()
    [of_gateway] = of_kind(extended, "PodMonitor").values()
    services = of_kind(extended, "Service")
    for name in services.keys() - {"gateway"}:
        assert services[name]["metadata"]["labels"]["app.kubernetes.io/part-of"] == "tessera"
        ports = {port["name"] for port in services[name]["spec"]["ports"]}
        assert {endpoint["port"] for endpoint in monitor["spec"]["endpoints"]} == ports, name
    jobs = {services[name]["metadata"]["labels"][monitor["spec"]["jobLabel"]] for name in services}
    known = {scrape["job_name"] for scrape in yaml.safe_load(SCRAPES.read_text())["scrape_configs"]}
    assert jobs <= known
    ports = {port["name"] for port in pods(extended)["gateway"]["containers"][0]["ports"]}
    assert {endpoint["port"] for endpoint in of_gateway["spec"]["podMetricsEndpoints"]} <= ports


def test_the_nightly_backup_finds_its_secrets_and_settings(extended: list[dict[str, Any]]) -> None:
    [job] = of_kind(extended, "CronJob").values()
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [secrets] = [volume["projected"] for volume in pod["volumes"] if volume["name"] == "secrets"]
    files = {item["path"] for source in secrets["sources"] for item in source["secret"]["items"]}
    databases = {f"{service}_database_url" for service in SERVICES}
    assert files == databases | {"auth_broker_url", "auth_secret", "backup_secret_key"}
    given = {variable["name"]: "x" for variable in pod["containers"][0]["env"]} | {"BACKUP_KEEP_OFFSITE": "1"}
    assert Offsite.from_environ(given, secret_key="x") == Offsite("x", "x", "x", "x", "x", "x", keep=1)


def test_the_nightly_backup_is_confined(extended: list[dict[str, Any]]) -> None:
    [job] = of_kind(extended, "CronJob").values()
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True


def test_a_pod_that_is_not_restricted_is_refused(manifests: list[dict[str, Any]]) -> None:
    [namespace] = of_kind(manifests, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_pods_are_removed_one_at_a_time(manifests: list[dict[str, Any]]) -> None:
    for scaled in of_kind(manifests, "HorizontalPodAutoscaler").values():
        assert [rule["value"] for rule in scaled["spec"]["behavior"]["scaleDown"]["policies"]] == [1]


def test_every_rule_of_egress_is_for_pods_that_exist(extended: list[dict[str, Any]]) -> None:
    names = of_kind(extended, "Deployment").keys() | of_kind(extended, "CronJob").keys()
    selectors = [one["spec"]["podSelector"] for one in of_kind(extended, "NetworkPolicy").values()]
    chosen = {
        name
        for selector in selectors
        for expression in selector.get("matchExpressions", [])
        for name in expression["values"]
    }
    chosen |= {
        selector["matchLabels"]["app.kubernetes.io/name"]
        for selector in selectors
        if "app.kubernetes.io/name" in selector.get("matchLabels", {})
    }
    assert {"auth-worker", "tiles-worker", "backup"} <= chosen <= names
