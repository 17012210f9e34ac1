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

from deploy.checks.facts.gateway_trial import try_configuration
from deploy.stack.gateway import CONFIGURATION
from deploy.stack.programs import PROGRAMS
from deploy.stack.state_dir import REPOSITORY
from frontend.settings import Settings as FrontendSettings
from services.auth.settings import AuthSettings
from services.tiles.settings import TilesSettings
from services.users.settings import UsersSettings, parse_targets
from shared.settings import ProcessSettings

FOLDER = REPOSITORY / "deploy" / "kubernetes"
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


@pytest.fixture(scope="module")
def manifests() -> list[dict[str, Any]]:
    """Build what `kubectl apply --kustomize deploy/kubernetes/example` would send."""
    if not has_kustomize():
        pytest.skip("needs `kubectl` 1.24 or newer, for its kustomize")
    built = subprocess.run(
        ["kubectl", "kustomize", str(FOLDER / "example")], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    return list(yaml.safe_load_all(built.stdout))


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


def test_every_manifest_matches_its_schema(manifests: list[dict[str, Any]]) -> None:
    for manifest in manifests:
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


def test_traefik_accepts_the_gateways_configuration(tmp_path: Path) -> None:
    shutil.copytree(CONFIGURATION / "dynamic", tmp_path / "dynamic")
    shutil.copy(FOLDER / "base" / "traefik.yml", tmp_path)
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
