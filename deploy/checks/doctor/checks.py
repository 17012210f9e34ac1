"""What the doctor looks for, infrastructure first. The order of CHECKS is the order of the walk."""

from __future__ import annotations

from deploy.checks.doctor.rules import broker, containers, database, gateway, machine, processes, traffic
from deploy.checks.findings import Check, Find, Severity

_DOWN = ("not-running", "port-taken", "secret-missing", "disk-full", "container-down")
_CONTAINER = ("port-unpublished", "network-missing", "only-loopback", "out-of-memory", "container-down")
_GATEWAY = ("gateway-*", "router-disabled", "backend-*")
_DATABASE = ("database-*", "migrations-missing", "schema-newer")
_BROKER = ("broker-*",)
_PROCESS = ("crash-loop", "process-*")
_INFRASTRUCTURE = (*_DOWN, *_CONTAINER, *_GATEWAY, *_PROCESS, *_DATABASE, *_BROKER)


def _error(code: str, area: str, proves: str, find: Find, follows: tuple[str, ...] = ()) -> Check:
    return Check(code, area, Severity.ERROR, proves, find, follows)


def _warning(code: str, area: str, proves: str, find: Find, follows: tuple[str, ...] = ()) -> Check:
    return Check(code, area, Severity.WARNING, proves, find, follows)


CHECKS = (
    _error("engine-down", "engine", "the Docker Engine answers", containers.engine_down),
    _error("port-taken", "ports", "every port of the map is this stack's or free", machine.port_taken),
    _error("not-running", "ports", "the stack is running", machine.not_running, ("port-taken",)),
    _error("disk-full", "machine", "256 MiB of disk are free", machine.disk_full),
    _warning("disk-low", "machine", "1 GiB of disk is free", machine.disk_low),
    _warning("memory-low", "machine", "256 MiB of memory are available", machine.memory_low),
    _error("clock-wrong", "machine", "the clock was not turned back", machine.clock_wrong),
    _error(
        "secret-missing",
        "machine",
        "the services' secrets can be read",
        machine.secret_missing,
        ("not-running",),
    ),
    _error(
        "port-unpublished",
        "containers",
        "the gateway's container publishes its ports",
        containers.unpublished,
        ("port-taken",),
    ),
    _error("network-missing", "containers", "each is on its networks", containers.network_missing),
    _error("only-loopback", "containers", "others can reach what listens there", containers.only_loopback),
    _error("out-of-memory", "containers", "none ran out of memory", containers.out_of_memory),
    _error(
        "container-down",
        "containers",
        "all of the compose files run",
        containers.container_down,
        ("not-running", "port-taken", "secret-missing", "out-of-memory"),
    ),
    _error(
        "certificate-invalid",
        "gateway",
        "the certificate's time has come and not ended",
        containers.certificate_wrong,
    ),
    _warning(
        "certificate-ending", "gateway", "it does not end within 14 days", containers.certificate_ending
    ),
    _error("gateway-down", "gateway", "the gateway listens", gateway.gateway_down, _DOWN),
    _error("gateway-silent", "gateway", "the gateway answers its ping", gateway.gateway_silent, _DOWN),
    _error("gateway-no-routes", "gateway", "the gateway has read its routes", gateway.gateway_routes),
    _error("router-disabled", "gateway", "every router of the gateway is in use", gateway.router_disabled),
    _error(
        "backend-wrong", "routes", "requests go where the services listen", gateway.backend_wrong, _CONTAINER
    ),
    _error(
        "backend-missing",
        "routes",
        "every service has a server",
        gateway.backend_missing,
        ("backend-wrong", *_CONTAINER),
    ),
    _warning(
        "backend-down",
        "routes",
        "the gateway finds those ready that say so",
        gateway.backend_down,
        (*_DOWN, *_CONTAINER, *_PROCESS, "gateway-*", "backend-wrong"),
    ),
    _error(
        "crash-loop",
        "processes",
        "no process ends again and again",
        processes.crash_loop,
        (*_DOWN, "out-of-memory"),
    ),
    _error(
        "process-missing",
        "processes",
        "every process runs",
        processes.process_missing,
        (*_DOWN, *_CONTAINER, "crash-loop", *_DATABASE),
    ),
    _error(
        "process-silent",
        "processes",
        "every process answers /health",
        processes.process_silent,
        (*_DOWN, *_CONTAINER, "crash-loop"),
    ),
    _error(
        "process-not-ready",
        "processes",
        "every process has what it needs",
        processes.process_not_ready,
        (*_DOWN, *_CONTAINER, *_DATABASE, *_BROKER, "crash-loop", "process-missing", "process-silent"),
    ),
    _error(
        "database-down", "database", "PostgreSQL listens", database.database_down, (*_DOWN, "out-of-memory")
    ),
    _error("database-silent", "database", "PostgreSQL answers", database.database_silent, _DOWN),
    _error(
        "database-connections", "database", "PostgreSQL has connections left", database.database_connections
    ),
    _error("database-password", "database", "PostgreSQL lets the services in", database.database_password),
    _error("database-missing", "database", "each service has its database", database.database_missing),
    _error("database-error", "database", "the services' databases can be read", database.database_other),
    _error("schema-newer", "database", "no database is newer than the code", database.schema_newer),
    _error("migrations-missing", "database", "every migration is applied", database.migrations_missing),
    _error("database-clock", "database", "its clock agrees with ours", database.database_clock),
    _warning("connections-high", "database", "a tenth of its connections is left", database.connections_high),
    _error("broker-down", "broker", "RabbitMQ listens", broker.broker_down, (*_DOWN, "out-of-memory")),
    _error("broker-silent", "broker", "RabbitMQ answers", broker.broker_silent, _DOWN),
    _error("broker-password", "broker", "RabbitMQ lets the services in", broker.broker_password),
    _error("broker-error", "broker", "RabbitMQ can be used", broker.broker_other),
    _error("broker-alarm", "broker", "RabbitMQ takes messages", broker.broker_alarm, ("disk-full",)),
    _error("queue-missing", "broker", "every queue exists", broker.queue_missing),
    _error(
        "queue-unconsumed",
        "broker",
        "every queue has a consumer",
        broker.queue_unconsumed,
        (*_PROCESS, *_DATABASE),
    ),
    _error(
        "outbox-stuck", "broker", "events leave the outboxes", database.outbox_stuck, (*_PROCESS, *_BROKER)
    ),
    _warning("queue-growing", "broker", "consumers keep up", broker.queue_long, (*_PROCESS, *_DATABASE)),
    _warning("dead-letters", "broker", "every message could be applied", broker.dead_letters),
    _error(
        "route-unanswered",
        "routes",
        "every route is answered by its service",
        gateway.route_wrong,
        _INFRASTRUCTURE,
    ),
    _warning(
        "application-error", "code", "no service failed unexpectedly", traffic.application_error, _DATABASE
    ),
    _warning("rate-limited", "logs", "nobody met the rate limit", traffic.requests_limited),
    _warning("requests-failed", "logs", "no request failed", traffic.requests_failed, ("application-error",)),
)
