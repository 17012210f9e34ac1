"""`tessera swarm`: the production stack on a Docker Swarm, its Compose configuration as a stack file.

Swarm has no order of starting, so the migrations are deployed and awaited first. Its secrets and
configurations cannot change, so each is named after its content. Services with data on a disk stay on the
node labelled `tessera.data`; all others may run anywhere.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.stack.compose.project import Project
from deploy.stack.compose.served import CERTIFICATE
from deploy.stack.compose.waiting import START_SECONDS, probe_all_routes
from deploy.stack.errors import DeployError
from deploy.stack.load import Report, Wait

DATA_LABEL = "tessera.data"

_UNKNOWN = ("build", "depends_on", "restart", "profiles", "security_opt", "shm_size", "tmpfs", "labels")
"""Keys that `docker stack deploy` refuses or ignores; labels go below `deploy`, tmpfs to the volumes."""

_ROLLING = {"order": "start-first", "failure_action": "rollback", "parallelism": 1, "monitor": "15s"}
"""A new process is healthy before an old one is stopped; else Swarm returns to the previous version."""

_DIGEST = 12  # characters of a digest in a name


def deploy(project: Project, version: str, report: Report) -> None:
    """Deploy that version, or roll to it.

    Raises DeployError when a service does not become ready; with the log of those that Swarm rolled back.
    """
    new = project.at(dict.fromkeys(project.versions, version))
    _label_a_node(new, report)
    stack = stack_of(json.loads(new.compose("config", "--format=json")), new.name)
    first = [
        name for name in stack["services"] if name in ("postgres", "rabbitmq") or name.endswith("-migrate")
    ]
    _deploy(new, {**stack, "services": {name: stack["services"][name] for name in first}})
    report("migrating")
    _await(new, first, report)
    _deploy(new, stack)
    report("databases are migrated; rolling")
    _await(new, list(stack["services"]), report)
    new.keep_versions()
    asyncio.run(probe_all_routes(new, report))
    report(f"every service runs {version}")


def stack_of(config: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Convert a merged Compose configuration into a stack file."""
    stack: dict[str, Any] = {"services": {}, "configs": {}, "secrets": {}}
    for secret, entry in config["secrets"].items():
        stack["secrets"][secret] = {
            "file": entry["file"],
            "name": _name_of(name, secret, Path(entry["file"])),
        }
    for service, entry in config["services"].items():
        if service != "certificates":  # a secret cannot change, so the next deployment renews it
            stack["services"][service] = _service(service, entry, name, stack)
    stack["networks"] = {
        network: {"driver": "overlay", "internal": bool(entry.get("internal")), "attachable": False}
        for network, entry in config["networks"].items()
    }
    stack["volumes"] = {volume: {} for volume in config["volumes"]}
    stack["services"]["gateway"]["environment"]["TESSERA_PROVIDER"] = "swarm"
    for readable in ("SERVICES", "TASKS", "NETWORKS", "NODES"):
        stack["services"]["docker-api"]["environment"][readable] = "1"
    return stack


def _service(service: str, entry: Mapping[str, Any], name: str, stack: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in entry.items() if key not in _UNKNOWN and value is not None}
    kept["environment"] = {
        key: value for key, value in entry.get("environment", {}).items() if value is not None
    }
    # Names resolve to the processes themselves, because the gateway balances and checks readiness.
    deploy = {**entry["deploy"], "endpoint_mode": "dnsrr"}
    limits = deploy["resources"]["limits"]
    deploy["resources"] = {"limits": {**limits, "cpus": str(limits["cpus"])}}
    deploy["restart_policy"] = {
        "condition": "on-failure" if entry.get("restart") == "no" else "any",
        "delay": "2s",
    }
    stays = [volume for volume in entry.get("volumes", []) if not volume.get("read_only")]
    if stays or service in ("docker-api", "gateway"):
        deploy["placement"] = {"constraints": [f"node.labels.{DATA_LABEL} == true"]}
    elif service.endswith("-migrate"):
        deploy["update_config"] = {"failure_action": "continue"}  # it ends, which is no failure
    else:
        deploy["update_config"] = dict(_ROLLING)
        deploy["rollback_config"] = {"order": "start-first"}
    deploy["labels"] = entry.get("labels", {})
    kept["deploy"] = deploy
    kept["volumes"], kept["configs"], secrets = _mounts(entry.get("volumes", []), name, stack)
    kept["secrets"] = [*entry.get("secrets", []), *secrets]
    kept["volumes"] += [{"type": "tmpfs", "target": target} for target in entry.get("tmpfs", [])]
    if "ports" in entry:
        # On the node itself: Swarm's mesh would hide the clients' addresses from the rate limit.
        kept["ports"] = [
            {"target": port["target"], "published": int(port["published"]), "mode": "host"}
            for port in entry["ports"]
        ]
    return kept


def _mounts(
    volumes: list[dict[str, Any]], name: str, stack: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Separate what stays a mount from files that become configurations and secrets, for every node."""
    mounts: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    secrets: list[dict[str, Any]] = []
    for volume in volumes:
        source = Path(volume["source"])
        if not volume.get("read_only") or source.suffix == ".sock" or volume["type"] != "bind":
            mounts.append(
                {key: volume[key] for key in ("type", "source", "target", "read_only") if key in volume}
            )
            continue
        inside = sorted(path for path in source.glob("*") if path.is_file())
        for file in inside if source.is_dir() else [source]:
            is_secret = file.name == CERTIFICATE  # the key is in it
            made = _name_of(name, file.name.replace(".", "-"), file)
            stack["secrets" if is_secret else "configs"][made] = {"file": str(file), "name": made}
            target = f"{volume['target']}/{file.name}" if source.is_dir() else volume["target"]
            (secrets if is_secret else files).append({"source": made, "target": target, "mode": 0o555})
    return mounts, files, secrets


def _name_of(name: str, what: str, file: Path) -> str:
    return f"{name}-{what}-{hashlib.sha256(file.read_bytes()).hexdigest()[:_DIGEST]}"


def _label_a_node(project: Project, report: Report) -> None:
    """Choose this node for the data when none was chosen. Raises DeployError when it is no manager."""
    nodes = project.docker("node", "ls", "--quiet").split()
    labels = project.docker("node", "inspect", "--format={{json .Spec.Labels}}", *nodes)
    if DATA_LABEL not in labels:
        this = project.docker("info", "--format={{.Swarm.NodeID}}").strip()
        project.docker("node", "update", f"--label-add={DATA_LABEL}=true", this)
        report(f"this node will keep the data: it is labelled {DATA_LABEL}=true")


def _deploy(project: Project, stack: Mapping[str, Any]) -> None:
    file = project.var.root / "stack.json"
    file.write_text(json.dumps(stack, indent=1))
    # The tag identifies the image; the nodes have it or pull it.
    project.docker("stack", "deploy", f"--compose-file={file}", "--resolve-image=never", project.name)


def _await(project: Project, services: Sequence[str], report: Report) -> None:
    """Wait until the migrations have succeeded and every other service has its processes."""
    waiting = Wait("the services", 2 * START_SECONDS, report)
    while late := [f"{name} ({state})" for name in services if (state := _state(project, name))]:
        if waiting.is_over(", ".join(late)):
            tasks = project.docker(
                "stack", "ps", "--no-trunc", "--format={{.Name}} {{.CurrentState}} {{.Error}}", project.name
            )
            raise DeployError(f"not ready {waiting}: {', '.join(late)}; its tasks:\n{tasks}")
        time.sleep(1)


def _state(project: Project, name: str) -> str:
    """Describe why the service is not ready; empty when it is."""
    service = f"{project.name}_{name}"
    update = project.docker(
        "service", "inspect", "--format={{with .UpdateStatus}}{{.State}}: {{.Message}}{{end}}", service
    )
    if update.startswith(("rollback_", "paused")):
        log = project.docker("service", "logs", "--tail=6", "--raw", service)
        raise DeployError(
            f"{name} did not become ready, and Swarm returned to the previous version: {update}{log}"
        )
    tasks = project.docker(
        "service", "ps", "--filter=desired-state=running", "--format={{.CurrentState}}", service
    )
    if name.endswith("-migrate"):
        newest = project.docker("service", "ps", "--format={{.CurrentState}}", service).splitlines()
        return "" if newest and newest[0].startswith("Complete") else "not migrated"
    wanted = int(project.docker("service", "inspect", "--format={{.Spec.Mode.Replicated.Replicas}}", service))
    running = sum(task.startswith("Running") for task in tasks.splitlines())
    return "" if running == wanted and not update.startswith("updating") else f"{running} of {wanted} run"
