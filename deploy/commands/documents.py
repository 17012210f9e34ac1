"""Write what is written from code: docs/checklist.md, docs/ports.md, and the gateway of deploy/kubernetes.

The last is the static configuration that all ways of running begin with.
tests/unit/deploy/commands/test_documents.py fails when a file is not what this would write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from deploy.checks import doctor, preflight
from deploy.checks.findings import Check
from deploy.stack.gateway import demand_https, static_configuration
from deploy.stack.ports import port_map
from deploy.stack.state_dir import REPOSITORY

_GENERATED = "<!-- Written by `make docs`; change deploy/ and write it again. -->"

_WAYS = {"native": "`make run`", "dev": "`make up`", "prod": "`make up ENV=prod`"}


def documents() -> Mapping[Path, str]:
    """Every written document and its text."""
    docs = REPOSITORY / "docs"
    kubernetes = REPOSITORY / "deploy" / "kubernetes" / "base"
    return {
        docs / "checklist.md": checklist(),
        docs / "ports.md": ports(),
        kubernetes / "traefik.yml": gateway_of_a_cluster(),
    }


def checklist() -> str:
    """What is checked before a start and of a running stack, in the order of the walk."""
    return "\n".join(
        [
            "# Checklist",
            "",
            _GENERATED,
            "",
            "Each check has a code that never changes. An error of the preflight stops a start; the exit",
            "status of `make doctor` is 0 for a healthy stack, 1 for warnings, 2 for errors. What follows",
            "from another finding is told after it. [debugging-5xx.md](debugging-5xx.md) begins at the other",
            "end, with one request.",
            "",
            "## Before a start: `make preflight`",
            "",
            *_table(preflight.CHECKS, "preflight"),
            "",
            "## Before a start under Compose: `make preflight ENV=dev` or `prod`; `make up` does it, too",
            "",
            *_table(preflight.DOCKER_CHECKS, "compose"),
            "",
            "## Of a running stack: `make doctor`, under Compose with `ENV=dev` or `prod`",
            "",
            *_table(doctor.CHECKS, "doctor"),
            "",
        ]
    )


def ports() -> str:
    """The port map, by way of running."""
    lines = [
        "# Ports",
        "",
        _GENERATED,
        "",
        "No two ways of running share a default, so all can be up on one machine at once. `make ports` tells",
        "who holds each port now. *public* listens on every address of the machine, *loopback* on 127.0.0.1.",
    ]
    for way, command in _WAYS.items():
        lines += [
            "",
            f"## {command}",
            "",
            "| port | name | variable | reach | what it is |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {port.default} | {port.name} | `{port.env}` | {port.reach} | {port.about} |"
            for port in port_map()
            if port.way == way
        ]
    return "\n".join([*lines, ""])


def gateway_of_a_cluster() -> str:
    """gateway/traefik.yml as Kubernetes mounts it: all of production, nothing of one machine."""
    static = static_configuration({})
    demand_https(static)
    return f"# Written by `make docs` from gateway/traefik.yml.\n{yaml.safe_dump(static)}"


def _table(checks: Sequence[Check], kind: str) -> list[str]:
    lines = ["| area | code | severity | what holds | otherwise |", "|---|---|---|---|---|"]
    # Tables of one document: a code that is in several is linked to in the last of them.
    tables = {"preflight": preflight.CHECKS, "compose": preflight.DOCKER_CHECKS, "doctor": doctor.CHECKS}
    after = list(tables.values())[list(tables).index(kind) + 1 :]
    linked_to_later = {check.code for table in after for check in table}
    for check in checks:
        anchor = "" if check.code in linked_to_later else f'<a id="{check.code}"></a>'
        cells = (
            check.area,
            f"{anchor}`{check.code}`",
            check.severity.name.lower(),
            check.holds,
            check.otherwise,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text)
