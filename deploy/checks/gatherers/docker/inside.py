"""Asks inside the containers of a stack what no published port leads to.

Nothing is published or changed for that: programs that the images have are run there, or relay a connection
(engine.tunnel).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deploy.checks.facts import logs
from deploy.checks.facts.broker import Broker, BrokerAlarms, BrokerTrouble, read_broker
from deploy.checks.facts.database import DatabaseState, DatabaseStates, DatabaseTrouble, read_databases
from deploy.checks.facts.gateway import TraefikState, read_traefik
from deploy.checks.facts.machine import Machine
from deploy.checks.facts.probe_client import HttpResult, http_get
from deploy.checks.facts.sessions import Sessions, read_sessions
from deploy.checks.gatherers.docker.inspected import Inspected, find_service
from deploy.stack import engine
from deploy.stack.errors import DeployError
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir

SCRIPT = Path(__file__).with_name("script.py")
DATA = "/var/lib/postgresql/data"
POSTGRES_PORT, AMQP_PORT, METRICS_PORT, ADMIN_PORT = 5432, 5672, 15692, 8080
_ALARMS = {"memory_used_watermark": "memory", "free_disk_space_watermark": "disk"}


def run_script(inspected: Sequence[Inspected]) -> dict[str, dict[str, Any]]:
    """Run SCRIPT in each container of a service that answers, and return what it printed, by name.

    Raises engine.Slow when the engine takes too long.
    """
    script = SCRIPT.read_text()
    wanted = [one for one in inspected if find_service(one.service)[0] and one.answers]

    def run(one: Inspected) -> dict[str, Any]:
        try:
            command = ("exec", "--interactive", one.full_name, "python", "-S", "-")
            printed: dict[str, Any] = json.loads(engine.docker(*command, stdin=script))
        except engine.Slow:
            raise
        except (DeployError, ValueError):  # it ended meanwhile, or its Python is broken
            return {}
        return printed

    with ThreadPoolExecutor(max(1, len(wanted))) as threads:
        printed = zip(wanted, threads.map(run, wanted), strict=True)
        return {one.name: found for one, found in printed if found}


def read_machine(inspected: Sequence[Inspected]) -> Machine | None:
    """Read disk, memory and clock of the engine's machine in a container; None when none answers."""
    postgres, gateway = (
        next((one for one in inspected if one.service == service and one.answers), None)
        for service in ("postgres", "gateway")
    )
    asked, path = (postgres, DATA) if postgres else (gateway, "/")
    if not asked:
        return None
    printed = engine.docker(
        "exec", asked.full_name, "sh", "-c", f"df -Pk {path}; cat /proc/meminfo; date +%s"
    )
    lines = printed.splitlines()
    available = re.search(r"^MemAvailable: *(\d+) kB", printed, re.MULTILINE)
    return Machine(
        disk_free=int(lines[1].split()[3]) * 1024,
        disk_path=f"{asked.name}:{path}",
        memory_available=int(available[1]) * 1024 if available else 0,
        newest="containers",
        ahead=max(one.started.timestamp() for one in inspected) - int(lines[-1]),
    )


def read_gateway(gateway: Inspected | None) -> tuple[TraefikState, tuple[str, ...]]:
    """Ask Traefik at its own entrypoint; return its log's errors, too, when it has no routes."""
    if gateway is None or not gateway.runs:
        return TraefikState(HttpResult(0, error="refused")), ()
    if gateway.paused:
        return TraefikState(HttpResult(0, error="timeout")), ()
    with engine.tunnel(gateway.full_name, engine.nc_relay(ADMIN_PORT)) as port:
        traefik = read_traefik(f"http://127.0.0.1:{port}")
    if traefik.routers:
        return traefik, ()
    until = (gateway.started + timedelta(seconds=5)).isoformat()
    start = engine.read_log(gateway.full_name, f"--since={gateway.state['StartedAt']}", f"--until={until}")
    return traefik, logs.find_errors(logs.parse(start))


def read_databases_inside(postgres: Inspected | None, var: StateDir) -> DatabaseStates:
    """Look at each service's database with that service's own role."""
    address = f"postgres:{POSTGRES_PORT}"
    if postgres is None or not postgres.answers:
        trouble: DatabaseTrouble = "timeout" if postgres and postgres.paused else "refused"
        return DatabaseStates(
            tuple(DatabaseState(service, address, trouble, "") for service in SERVICES),
            postgres.id if postgres else None,
        )
    with engine.tunnel(postgres.full_name, engine.bash_relay(POSTGRES_PORT)) as port:
        states = read_databases(_urls_through(var, "database_url", port))
    return DatabaseStates(
        tuple(
            replace(
                one,
                address=address,
                # A connection refused inside the container is closed at this end of the tunnel.
                trouble="refused" if "closed the connection unexpectedly" in one.message else one.trouble,
            )
            for one in states
        )
    )


def read_sessions_inside(postgres: Inspected | None) -> Sessions:
    """Ask PostgreSQL as its superuser, who needs no password inside the container."""
    if postgres is None or not postgres.answers:
        return Sessions()

    def query(statement: str) -> Any:
        command = ("psql", "--username=postgres", "--no-psqlrc", "--tuples-only", "--no-align")
        return json.loads(engine.docker("exec", postgres.full_name, *command, f"--command={statement}"))

    return read_sessions(query)


def read_broker_inside(rabbitmq: Inspected | None, var: StateDir) -> Broker:
    """Look at the broker with each service's own user."""
    address = f"rabbitmq:{AMQP_PORT}"
    if rabbitmq is None or not rabbitmq.answers:
        trouble: BrokerTrouble = "timeout" if rabbitmq and rabbitmq.paused else "refused"
        everywhere: Mapping[str, tuple[BrokerTrouble, str]] = dict.fromkeys(SERVICES, (trouble, ""))
        return Broker(address, everywhere, (), rabbitmq.id if rabbitmq else None)
    with engine.tunnel(rabbitmq.full_name, engine.bash_relay(AMQP_PORT)) as port:
        broker = read_broker(_urls_through(var, "broker_url", port), None)
    return replace(
        broker,
        address=address,
        trouble={
            service: ("refused", message) if "connection unexpectedly closed" in message else (kind, message)
            for service, (kind, message) in broker.trouble.items()
        },
    )


def read_alarms(rabbitmq: Inspected | None) -> BrokerAlarms:
    """Read the alarms from the broker's own metrics; a broker that does not answer has none."""
    if rabbitmq is None or not rabbitmq.answers:
        return BrokerAlarms(())
    with engine.tunnel(rabbitmq.full_name, engine.bash_relay(METRICS_PORT)) as port:
        metrics = http_get(f"http://127.0.0.1:{port}/metrics").body
    in_force = re.findall(r"^rabbitmq_alarms_(\w+)(?:\{\})? 1$", metrics, re.MULTILINE)
    return BrokerAlarms(tuple(_ALARMS[name] for name in in_force if name in _ALARMS))


def read_logs(inspected: Sequence[Inspected], *options: str) -> list[tuple[str, logs.Line]]:
    """Read the log lines of the gateway and of all services, each with the name of its container."""
    wanted = [one for one in inspected if one.service == "gateway" or find_service(one.service)[0]]
    with ThreadPoolExecutor(8) as threads:
        texts = threads.map(lambda one: engine.read_log(one.full_name, *options), wanted)
    return [(one.name, line) for one, text in zip(wanted, texts, strict=True) for line in logs.parse(text)]


def _urls_through(var: StateDir, setting: str, port: int) -> dict[str, str]:
    """Return the URL of each service, leading through a tunnel; a missing secret has a check of its own."""
    found = {}
    for service in SERVICES:
        path = var.root / "secrets" / f"{service}_{setting}"
        if path.exists():
            parts = urlsplit(path.read_text().strip())
            login = parts.netloc.rpartition("@")[0]
            found[service] = parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()
    return found
