"""What the doctor looks for, infrastructure first. The order of CHECKS is the order of the walk."""

from __future__ import annotations

from deploy.doctor.rules import broker, database, gateway, machine, processes, traffic
from deploy.findings import Check, Severity

_DOWN = ("not-running", "port-taken", "secret-missing", "disk-full")
_GATEWAY = ("gateway-*", "router-disabled", "backend-*")
_DATABASE = ("database-*", "migrations-missing", "schema-newer")
_BROKER = ("broker-*",)
_PROCESS = ("crash-loop", "process-*")
_INFRASTRUCTURE = (*_DOWN, *_GATEWAY, *_PROCESS, *_DATABASE, *_BROKER)
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

CHECKS = (
    Check("port-taken", "ports", _ERROR, "every port of the map is this stack's or free", machine.port_taken),
    Check("not-running", "ports", _ERROR, "the stack is running", machine.not_running, ("port-taken",)),
    Check("disk-full", "machine", _ERROR, "256 MiB of disk are free", machine.disk_full),
    Check("disk-low", "machine", _WARNING, "1 GiB of disk is free", machine.disk_low),
    Check("memory-low", "machine", _WARNING, "256 MiB of memory are available", machine.memory_low),
    Check("clock-wrong", "machine", _ERROR, "the clock was not turned back", machine.clock_wrong),
    Check(
        "secret-missing",
        "machine",
        _ERROR,
        "the services' secrets can be read",
        machine.secret_missing,
        ("not-running",),
    ),
    Check("gateway-down", "gateway", _ERROR, "the gateway listens", gateway.gateway_down, _DOWN),
    Check("gateway-silent", "gateway", _ERROR, "the gateway answers its ping", gateway.gateway_silent, _DOWN),
    Check("gateway-no-routes", "gateway", _ERROR, "the gateway has read its routes", gateway.gateway_routes),
    Check(
        "router-disabled", "gateway", _ERROR, "every router of the gateway is in use", gateway.router_disabled
    ),
    Check("backend-wrong", "routes", _ERROR, "requests go where the services listen", gateway.backend_wrong),
    Check(
        "backend-missing",
        "routes",
        _ERROR,
        "every service has a server",
        gateway.backend_missing,
        ("backend-wrong",),
    ),
    Check(
        "backend-down",
        "routes",
        _WARNING,
        "the gateway finds those ready that say so",
        gateway.backend_down,
        (*_DOWN, *_PROCESS, "gateway-*"),
    ),
    Check("crash-loop", "processes", _ERROR, "no process ends again and again", processes.crash_loop, _DOWN),
    Check(
        "process-missing",
        "processes",
        _ERROR,
        "every process runs",
        processes.process_missing,
        (*_DOWN, "crash-loop", *_DATABASE),
    ),
    Check(
        "process-silent",
        "processes",
        _ERROR,
        "every process answers /health",
        processes.process_silent,
        (*_DOWN, "crash-loop"),
    ),
    Check(
        "process-not-ready",
        "processes",
        _ERROR,
        "every process has what it needs",
        processes.process_not_ready,
        (*_DOWN, *_DATABASE, *_BROKER, "crash-loop", "process-missing", "process-silent"),
    ),
    Check("database-down", "database", _ERROR, "PostgreSQL listens", database.database_down, _DOWN),
    Check("database-silent", "database", _ERROR, "PostgreSQL answers", database.database_silent, _DOWN),
    Check(
        "database-connections",
        "database",
        _ERROR,
        "PostgreSQL has connections left",
        database.database_connections,
    ),
    Check(
        "database-password", "database", _ERROR, "PostgreSQL lets the services in", database.database_password
    ),
    Check("database-missing", "database", _ERROR, "each service has its database", database.database_missing),
    Check(
        "database-error", "database", _ERROR, "the services' databases can be read", database.database_other
    ),
    Check("schema-newer", "database", _ERROR, "no database is newer than the code", database.schema_newer),
    Check(
        "migrations-missing", "database", _ERROR, "every migration is applied", database.migrations_missing
    ),
    Check("database-clock", "database", _ERROR, "its clock agrees with ours", database.database_clock),
    Check(
        "connections-high",
        "database",
        _WARNING,
        "a tenth of its connections is left",
        database.connections_high,
    ),
    Check("broker-down", "broker", _ERROR, "RabbitMQ listens", broker.broker_down, _DOWN),
    Check("broker-silent", "broker", _ERROR, "RabbitMQ answers", broker.broker_silent, _DOWN),
    Check("broker-password", "broker", _ERROR, "RabbitMQ lets the services in", broker.broker_password),
    Check("broker-error", "broker", _ERROR, "RabbitMQ can be used", broker.broker_other),
    Check("broker-alarm", "broker", _ERROR, "RabbitMQ takes messages", broker.broker_alarm, ("disk-full",)),
    Check("queue-missing", "broker", _ERROR, "every queue exists", broker.queue_missing),
    Check(
        "queue-unconsumed",
        "broker",
        _ERROR,
        "every queue has a consumer",
        broker.queue_unconsumed,
        (*_PROCESS, *_DATABASE),
    ),
    Check(
        "outbox-stuck",
        "broker",
        _ERROR,
        "events leave the outboxes",
        database.outbox_stuck,
        (*_PROCESS, *_BROKER),
    ),
    Check(
        "queue-growing", "broker", _WARNING, "consumers keep up", broker.queue_long, (*_PROCESS, *_DATABASE)
    ),
    Check("dead-letters", "broker", _WARNING, "every message could be applied", broker.dead_letters),
    Check(
        "route-unanswered",
        "routes",
        _ERROR,
        "every route is answered by its service",
        gateway.route_wrong,
        _INFRASTRUCTURE,
    ),
    Check(
        "application-error",
        "code",
        _WARNING,
        "no service failed unexpectedly",
        traffic.application_error,
        _DATABASE,
    ),
    Check("rate-limited", "logs", _WARNING, "nobody met the rate limit", traffic.requests_limited),
    Check(
        "requests-failed",
        "logs",
        _WARNING,
        "no request failed",
        traffic.requests_failed,
        ("application-error",),
    ),
)
