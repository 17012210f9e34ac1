"""What the doctor looks for, infrastructure first. The order of CHECKS is the order of the walk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deploy.doctor.facts import (
    Alarms,
    Broker,
    Database,
    Databases,
    Gateway,
    Listeners,
    Machine,
    Probes,
    Process,
    Processes,
    Run,
    Secrets,
    Traffic,
)
from deploy.findings import Cause, Check, Facts, Severity

MIB = 1024 * 1024
DISK_FULL = 256 * MIB
DISK_LOW = 1024 * MIB
MEMORY_LOW = 256 * MIB
CLOCK_SECONDS = 5.0
"""Access tokens live for minutes and are refused before the second they were made in."""
LOOP_ENDS = 3  # ends of one process within a minute
LONG_QUEUE = 1000
OLD_OUTBOX = 30.0  # seconds; a relay with a broker needs less than one
CONNECTIONS_HIGH = 0.9


def not_running(facts: Facts) -> Iterator[Cause]:
    """Nobody supervises the stack."""
    run = facts[Run]
    if run.pid is None:
        yield Cause(f"the stack in {run.root} is not running", run.start)


def port_taken(facts: Facts) -> Iterator[Cause]:
    """A port of the map belongs to somebody else."""
    for port in facts[Listeners].ports:
        if port.holder and not port.ours:
            free = f"stop it (kill {port.holder.pid})" if port.holder.pid else "stop it"
            yield Cause(
                f"port {port.number} ({port.name}) is held by {port.holder}",
                f"{free}, or use another port: {port.env}=... {facts[Run].start}",
            )


def disk_full(facts: Facts) -> Iterator[Cause]:
    """PostgreSQL and RabbitMQ stop taking writes."""
    machine = facts[Machine]
    if machine.disk_free < DISK_FULL:
        yield _disk(machine, "nearly full")


def disk_low(facts: Facts) -> Iterator[Cause]:
    """The same, soon."""
    machine = facts[Machine]
    if DISK_FULL <= machine.disk_free < DISK_LOW:
        yield _disk(machine, "getting full")


def memory_low(facts: Facts) -> Iterator[Cause]:
    """The kernel is about to kill something."""
    free = facts[Machine].memory_available
    if free < MEMORY_LOW:
        yield Cause(f"only {free // MIB} MiB of memory are available", "ps aux --sort=-rss | head")


def clock_wrong(facts: Facts) -> Iterator[Cause]:
    """Time was turned back: tokens made before are from the future."""
    machine = facts[Machine]
    if machine.ahead > CLOCK_SECONDS:
        yield Cause(
            f"the clock is wrong: files in {machine.disk_path} were written {machine.ahead:.0f} s in the "
            "future, so tokens made before it was turned back are refused",
            "timedatectl set-ntp true",
        )


def secret_missing(facts: Facts) -> Iterator[Cause]:
    """A process that reads it cannot start."""
    for unusable in facts[Secrets].unusable:
        yield Cause(
            f"a secret cannot be used: {unusable}",
            f"restore it from a backup of {facts[Run].root}/secrets, then restart: {facts[Run].start}",
        )


def gateway_down(facts: Facts) -> Iterator[Cause]:
    """Clients get `connection refused`."""
    gateway = facts[Gateway]
    if gateway.ping.error == "refused":
        state = f"pid {gateway.pid} does not listen" if gateway.pid else "it has no process"
        yield Cause(f"the gateway is down: {state}, clients are refused", f"tail -n 20 {gateway.log}")


def gateway_silent(facts: Facts) -> Iterator[Cause]:
    """Clients wait for ever."""
    gateway = facts[Gateway]
    if gateway.ping.error in ("timeout", "broken"):
        fix = f"kill -CONT {gateway.pid}; if that does not help: kill -9 {gateway.pid}"
        yield Cause(f"the gateway (pid {gateway.pid}) accepts connections but does not answer", fix)


def gateway_routes(facts: Facts) -> Iterator[Cause]:
    """Every path is 404 while its ping is OK."""
    gateway = facts[Gateway]
    if gateway.ping.status and not gateway.routers:
        said = gateway.complaints[-1] if gateway.complaints else f"see {gateway.log}"
        yield Cause(
            f"the gateway has no routes, so every path is 404 `page not found`: {said}",
            f"repair gateway/dynamic until `make preflight` accepts it, then restart: {facts[Run].start}",
        )


def router_disabled(facts: Facts) -> Iterator[Cause]:
    """Its paths are 404 or 503."""
    for router in facts[Gateway].routers:
        if not router.enabled:
            yield Cause(
                f"the gateway disabled its router {router.name}: {'; '.join(router.errors)}",
                f"repair gateway/dynamic until `make preflight` accepts it, then restart: {facts[Run].start}",
            )


def backend_wrong(facts: Facts) -> Iterator[Cause]:
    """The gateway sends requests to an address where that service does not listen: 502, 503 or 500."""
    gateway = facts[Gateway]
    names = {f"127.0.0.1:{port.number}": port.name for port in facts[Listeners].ports}
    for backend in gateway.backends:
        expected = gateway.expected.get(backend.service, ())
        if backend.address not in expected:
            there = names.get(backend.address)
            where = f"where {there} listens, which speaks otherwise" if there else "where it does not listen"
            yield Cause(
                f"the gateway sends requests of {backend.service} to {backend.address}, {where}; "
                f"{backend.service} is at {' and '.join(expected)}",
                f"restart, so that the gateway is told again: {facts[Run].start}",
            )


def backend_missing(facts: Facts) -> Iterator[Cause]:
    """A service the gateway knows no server of: 503 `no available server`."""
    gateway = facts[Gateway]
    if gateway.routers:
        known = Counter(backend.service for backend in gateway.backends)
        for service in gateway.expected:
            if not known[service]:
                yield Cause(
                    f"the gateway knows no server of {service}, so its paths are 503 `no available server`",
                    f"restart, so that the gateway is told again: {facts[Run].start}",
                )


def backend_down(facts: Facts) -> Iterator[Cause]:
    """The gateway's own view of a process that is well."""
    ready = {process.name for process in facts[Processes].all if process.ready.status == 200}
    names = {f"127.0.0.1:{port.number}": port.name for port in facts[Listeners].ports}
    for backend in facts[Gateway].backends:
        name = names.get(backend.address)
        if name in ready and not backend.up:
            yield Cause(
                f"{name} is ready, but the gateway's health check of {backend.address} fails",
                "look again in two seconds; then restart the gateway",
            )


def route_wrong(facts: Facts) -> Iterator[Cause]:
    """What users see of it all."""
    wrong = [
        f"{probe.path}: {probe.answer.status or probe.answer.error}"
        f" from {probe.answer.service or 'the gateway'}"
        for probe in facts[Probes].all
        # The rate limit is no fault, and has a check of its own.
        if probe.answer.status != 429
        and (probe.answer.service != probe.expected or probe.answer.status >= 500)
    ]
    if wrong:
        more = f" and {len(wrong) - 2} more" if len(wrong) > 2 else ""
        yield Cause(
            f"{len(wrong)} of {len(facts[Probes].all)} routes are not answered by their service: "
            f"{', '.join(wrong[:2])}{more}",
            "docs/debugging-5xx.md tells what each status means",
        )


def crash_loop(facts: Facts) -> Iterator[Cause]:
    """It starts, dies, and starts again."""
    run = facts[Run]
    counts = Counter(ended.name for ended in run.ended)
    for name, count in counts.items():
        if count >= LOOP_ENDS:
            how = {ended.how for ended in run.ended if ended.name == name}
            killed = "; signal 9: kill -9, or the kernel for lack of memory" if "signal 9" in how else ""
            yield Cause(
                f"{name} is crash-looping: it ended {count} times in the last minute{killed}",
                f"tail -n 20 {run.root}/log/{name}.log",
            )


def process_missing(facts: Facts) -> Iterator[Cause]:
    """A service of which nobody runs: 503 `no available server`."""
    processes = facts[Processes].all
    for process in processes:
        if process.pid is None:
            alike = [one for one in processes if (one.service, one.kind) == (process.service, process.kind)]
            if process.kind == "worker":
                then = "events of that service wait"
            elif all(one.pid is None for one in alike):
                then = "its paths are 503 `no available server`"
            else:
                then = "the others of that service serve alone"
            yield Cause(f"{process.name} is not running; {then}", f"tail -n 20 {process.log}")


def process_silent(facts: Facts) -> Iterator[Cause]:
    """It lives, and does not answer /health."""
    for process in facts[Processes].all:
        if process.pid and process.suspended:
            yield Cause(
                f"{process.name} (pid {process.pid}) is suspended by SIGSTOP", f"kill -CONT {process.pid}"
            )
        elif process.pid and process.health.status != 200:
            state = process.health.status or process.health.error
            yield Cause(
                f"{process.name} (pid {process.pid}) does not answer /health: {state}",
                f"kill -9 {process.pid}; it is started again. Its log: {process.log}",
            )


def process_not_ready(facts: Facts) -> Iterator[Cause]:
    """It says itself what it lacks."""
    for process in facts[Processes].all:
        if process.health.status == 200 and process.ready.status != 200:
            yield Cause(f"{process.name} is not ready: {_said(process)}", f"tail -n 20 {process.log}")


def database_down(facts: Facts) -> Iterator[Cause]:
    """Nobody listens there."""
    refused = _with(facts, "refused")
    if refused:
        yield Cause(
            f"PostgreSQL is down: connections to {refused[0].address} are refused ({_names(refused)})",
            f"tail -n 20 {facts[Run].root}/log/postgres.log",
        )


def database_silent(facts: Facts) -> Iterator[Cause]:
    """It accepts and does not answer."""
    silent = _with(facts, "timeout")
    if silent:
        pids = " ".join(map(str, facts[Databases].suspended))
        yield Cause(
            f"PostgreSQL at {silent[0].address} does not answer ({_names(silent)})"
            + (f": pid {pids} is suspended by SIGSTOP" if pids else ""),
            f"kill -CONT {pids}" if pids else f"tail -n 20 {facts[Run].root}/log/postgres.log",
        )


def database_password(facts: Facts) -> Iterator[Cause]:
    """New connections fail, while pooled ones go on."""
    for database in _with(facts, "password"):
        yield Cause(
            f"PostgreSQL refuses the password of {database.service}: {_last_line(database.said)}",
            f"restart, which sets it to that of {facts[Run].root}/secrets: {facts[Run].start}",
        )


def database_connections(facts: Facts) -> Iterator[Cause]:
    """No connection is left."""
    full = _with(facts, "connections")
    if full:
        yield Cause(
            f"PostgreSQL has no connection left ({_names(full)}): {_last_line(full[0].said)}",
            "end the clients that hold them (ss -tnp), or lower *_DATABASE_POOL, or raise max_connections",
        )


def database_missing(facts: Facts) -> Iterator[Cause]:
    """The server is there, the database is not."""
    for database in _with(facts, "missing"):
        yield Cause(f"{database.service}: {_last_line(database.said)}", facts[Run].start)


def database_other(facts: Facts) -> Iterator[Cause]:
    """Anything else that PostgreSQL says."""
    for database in _with(facts, "other"):
        yield Cause(
            f"the database of {database.service} cannot be used: {_last_line(database.said)}",
            f"tail -n 20 {facts[Run].root}/log/postgres.log",
        )


def migrations_missing(facts: Facts) -> Iterator[Cause]:
    """The code expects tables that are not there."""
    for database in _usable(facts):
        if database.revision is None or database.revision in database.known[:-1]:
            at = f"at {database.revision}" if database.revision else "without any"
            yield Cause(
                f"the database of {database.service} lacks migrations: it is {at}, "
                f"the code is at {database.known[-1]}",
                f"restart, which migrates: {facts[Run].start}",
            )


def schema_newer(facts: Facts) -> Iterator[Cause]:
    """The database was migrated by newer code."""
    for database in _usable(facts):
        if database.revision is not None and database.revision not in database.known:
            yield Cause(
                f"the database of {database.service} is at migration {database.revision}, which this code "
                f"does not know (its newest is {database.known[-1]})",
                "run the version that migrated it, or restore a backup made before",
            )


def database_clock(facts: Facts) -> Iterator[Cause]:
    """Sessions and locks expire at the wrong moment."""
    for database in _usable(facts):
        if abs(database.ahead) > CLOCK_SECONDS:
            yield Cause(
                f"the clock of PostgreSQL at {database.address} differs from this machine's "
                f"by {database.ahead:+.0f} s, so tokens, sessions and locks do not hold",
                "timedatectl set-ntp true, on both machines",
            )


def connections_high(facts: Facts) -> Iterator[Cause]:
    """Soon no connection is left."""
    for database in _usable(facts)[:1]:
        if database.connections > CONNECTIONS_HIGH * database.max_connections:
            yield Cause(
                f"PostgreSQL has {database.connections} of {database.max_connections} connections in use",
                "end the clients that hold them (ss -tnp), or raise max_connections",
            )


def broker_down(facts: Facts) -> Iterator[Cause]:
    """Nobody listens there; events wait in the outboxes."""
    broker = facts[Broker]
    if any(kind == "refused" for kind, _ in broker.trouble.values()):
        yield Cause(
            f"RabbitMQ is down: connections to {broker.address} are refused; events wait in the outboxes",
            f"tail -n 20 {facts[Run].root}/log/rabbitmq.log",
        )


def broker_silent(facts: Facts) -> Iterator[Cause]:
    """It accepts and does not answer."""
    broker = facts[Broker]
    if any(kind == "timeout" for kind, _ in broker.trouble.values()):
        pids = " ".join(map(str, broker.suspended))
        yield Cause(
            f"RabbitMQ at {broker.address} does not answer"
            + (f": pid {pids} is suspended by SIGSTOP" if pids else ""),
            f"kill -CONT {pids}" if pids else f"tail -n 20 {facts[Run].root}/log/rabbitmq.log",
        )


def broker_password(facts: Facts) -> Iterator[Cause]:
    """A service cannot log in."""
    for service, (kind, said) in facts[Broker].trouble.items():
        if kind == "password":
            yield Cause(
                f"RabbitMQ refuses the password of {service}: {_last_line(said)}",
                f"restart, which sets it to that of {facts[Run].root}/secrets: {facts[Run].start}",
            )


def broker_other(facts: Facts) -> Iterator[Cause]:
    """Anything else that goes wrong with a connection."""
    for service, (kind, said) in facts[Broker].trouble.items():
        if kind == "other":
            yield Cause(
                f"RabbitMQ cannot be used by {service}: {_last_line(said)}",
                f"tail -n 20 {facts[Run].root}/log/rabbitmq.log",
            )


def broker_alarm(facts: Facts) -> Iterator[Cause]:
    """Publishers are blocked until it is over."""
    for name in facts[Alarms].names:
        what = {"memory": "uses more memory than its limit", "disk": "has too little free disk space"}
        yield Cause(
            f"RabbitMQ has a {name} alarm: it {what.get(name, 'is in trouble')} and takes no messages; "
            "events wait in the outboxes",
            f"free {name}; it goes on by itself. Its log: {facts[Run].root}/log/rabbitmq.log",
        )


def queue_missing(facts: Facts) -> Iterator[Cause]:
    """Workers declare it at their start."""
    for queue in facts[Broker].queues:
        if queue.messages is None:
            yield Cause(f"the queue {queue.name} does not exist", f"restart: {facts[Run].start}")


def queue_unconsumed(facts: Facts) -> Iterator[Cause]:
    """Nobody listens: what it holds is not applied."""
    for queue in facts[Broker].queues:
        if queue.messages is not None and not queue.consumers and not queue.name.endswith(".dead"):
            worker = f"{queue.name.partition('.')[0]}-worker"
            yield Cause(
                f"nobody consumes {queue.name} ({queue.messages} messages): {worker} is not at work",
                f"tail -n 20 {facts[Run].root}/log/{worker}.log",
            )


def queue_long(facts: Facts) -> Iterator[Cause]:
    """The consumer does not keep up."""
    for queue in facts[Broker].queues:
        if (queue.messages or 0) >= LONG_QUEUE and queue.consumers:
            yield Cause(
                f"{queue.name} holds {queue.messages} messages: its consumer does not keep up, or fails",
                f"tail -n 20 {facts[Run].root}/log/{queue.name.partition('.')[0]}-worker.log",
            )


def outbox_stuck(facts: Facts) -> Iterator[Cause]:
    """Events are written down and not sent."""
    for database in _usable(facts):
        if database.outbox_oldest > OLD_OUTBOX:
            yield Cause(
                f"{database.outbox_waiting} events of {database.service} wait in its outbox, "
                f"the oldest for {database.outbox_oldest:.0f} s: its relay does not send",
                f"tail -n 20 {facts[Run].root}/log/{database.service}-worker.log",
            )


def dead_letters(facts: Facts) -> Iterator[Cause]:
    """Messages that a service could not apply."""
    for queue in facts[Broker].queues:
        if queue.messages and queue.name.endswith(".dead"):
            service = queue.name.partition(".")[0]
            yield Cause(
                f"{queue.messages} dead letters of {service} in {queue.name}: messages it could not apply",
                f"python -m deploy dead-letters {service}, then with --replay once the cause in "
                f"{facts[Run].root}/log/{service}-worker.log is gone",
            )


def application_error(facts: Facts) -> Iterator[Cause]:
    """500 from a service: a fault of the code."""
    traffic = facts[Traffic]
    kinds = Counter((failure.process, failure.error, failure.where) for failure in traffic.failures)
    for (process, error, where), count in kinds.most_common(3):
        last = next(one for one in reversed(traffic.failures) if (one.process, one.error) == (process, error))
        yield Cause(
            f"{process} failed {count} times in the last {traffic.minutes} minutes with {error} at {where}",
            f"python -m deploy doctor --request-id {last.request_id}"
            if last.request_id
            else f"tail -n 20 {last.log}",
        )


def requests_limited(facts: Facts) -> Iterator[Cause]:
    """429 by the gateway."""
    traffic = facts[Traffic]
    limited = [one for one in traffic.requests if one.status == 429 and one.service is None]
    if limited:
        yield Cause(
            f"the gateway's rate limit answered 429 to {len(limited)} requests "
            f"in the last {traffic.minutes} minutes, last {limited[-1].method} {limited[-1].path}",
            "slow that client down, or raise TESSERA_RATE_AVERAGE and TESSERA_RATE_BURST and restart: "
            + facts[Run].start,
        )


def requests_failed(facts: Facts) -> Iterator[Cause]:
    """5xx of the last minutes, whoever made them."""
    traffic = facts[Traffic]
    failed = [one for one in traffic.requests if one.status >= 500]
    if failed:
        counts = Counter((one.status, one.service or "the gateway") for one in failed)
        told = ", ".join(
            f"{count} times {status} from {who}" for (status, who), count in counts.most_common(3)
        )
        last = failed[-1]
        yield Cause(
            f"in the last {traffic.minutes} minutes {told}; last {last.method} {last.path}",
            f"python -m deploy doctor --request-id {last.request_id}"
            if last.request_id
            else "send X-Request-Id with requests, and give it to python -m deploy doctor --request-id",
        )


_DOWN = ("not-running", "port-taken", "secret-missing", "disk-full")
_GATEWAY = ("gateway-*", "router-disabled", "backend-*")
_DATABASE = ("database-*", "migrations-missing", "schema-newer")
_BROKER = ("broker-*",)
_PROCESS = ("crash-loop", "process-*")
_INFRASTRUCTURE = (*_DOWN, *_GATEWAY, *_PROCESS, *_DATABASE, *_BROKER)
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

CHECKS = (
    Check("port-taken", "ports", _ERROR, "every port of the map is this stack's or free", port_taken),
    Check("not-running", "ports", _ERROR, "the stack is running", not_running, ("port-taken",)),
    Check("disk-full", "machine", _ERROR, "256 MiB of disk are free", disk_full),
    Check("disk-low", "machine", _WARNING, "1 GiB of disk is free", disk_low),
    Check("memory-low", "machine", _WARNING, "256 MiB of memory are available", memory_low),
    Check("clock-wrong", "machine", _ERROR, "the clock was not turned back", clock_wrong),
    Check(
        "secret-missing",
        "machine",
        _ERROR,
        "the services' secrets can be read",
        secret_missing,
        ("not-running",),
    ),
    Check("gateway-down", "gateway", _ERROR, "the gateway listens", gateway_down, _DOWN),
    Check("gateway-silent", "gateway", _ERROR, "the gateway answers its ping", gateway_silent, _DOWN),
    Check("gateway-no-routes", "gateway", _ERROR, "the gateway has read its routes", gateway_routes),
    Check("router-disabled", "gateway", _ERROR, "every router of the gateway is in use", router_disabled),
    Check("backend-wrong", "routes", _ERROR, "requests go where the services listen", backend_wrong),
    Check(
        "backend-missing", "routes", _ERROR, "every service has a server", backend_missing, ("backend-wrong",)
    ),
    Check(
        "backend-down",
        "routes",
        _WARNING,
        "the gateway finds those ready that say so",
        backend_down,
        (*_DOWN, *_PROCESS, "gateway-*"),
    ),
    Check("crash-loop", "processes", _ERROR, "no process ends again and again", crash_loop, _DOWN),
    Check(
        "process-missing",
        "processes",
        _ERROR,
        "every process runs",
        process_missing,
        (*_DOWN, "crash-loop", *_DATABASE),
    ),
    Check(
        "process-silent",
        "processes",
        _ERROR,
        "every process answers /health",
        process_silent,
        (*_DOWN, "crash-loop"),
    ),
    Check(
        "process-not-ready",
        "processes",
        _ERROR,
        "every process has what it needs",
        process_not_ready,
        (*_DOWN, *_DATABASE, *_BROKER, "crash-loop", "process-missing", "process-silent"),
    ),
    Check("database-down", "database", _ERROR, "PostgreSQL listens", database_down, _DOWN),
    Check("database-silent", "database", _ERROR, "PostgreSQL answers", database_silent, _DOWN),
    Check(
        "database-connections", "database", _ERROR, "PostgreSQL has connections left", database_connections
    ),
    Check("database-password", "database", _ERROR, "PostgreSQL lets the services in", database_password),
    Check("database-missing", "database", _ERROR, "each service has its database", database_missing),
    Check("database-error", "database", _ERROR, "the services' databases can be read", database_other),
    Check("schema-newer", "database", _ERROR, "no database is newer than the code", schema_newer),
    Check("migrations-missing", "database", _ERROR, "every migration is applied", migrations_missing),
    Check("database-clock", "database", _ERROR, "its clock agrees with ours", database_clock),
    Check("connections-high", "database", _WARNING, "a tenth of its connections is left", connections_high),
    Check("broker-down", "broker", _ERROR, "RabbitMQ listens", broker_down, _DOWN),
    Check("broker-silent", "broker", _ERROR, "RabbitMQ answers", broker_silent, _DOWN),
    Check("broker-password", "broker", _ERROR, "RabbitMQ lets the services in", broker_password),
    Check("broker-error", "broker", _ERROR, "RabbitMQ can be used", broker_other),
    Check("broker-alarm", "broker", _ERROR, "RabbitMQ takes messages", broker_alarm, ("disk-full",)),
    Check("queue-missing", "broker", _ERROR, "every queue exists", queue_missing),
    Check(
        "queue-unconsumed",
        "broker",
        _ERROR,
        "every queue has a consumer",
        queue_unconsumed,
        (*_PROCESS, *_DATABASE),
    ),
    Check("outbox-stuck", "broker", _ERROR, "events leave the outboxes", outbox_stuck, (*_PROCESS, *_BROKER)),
    Check("queue-growing", "broker", _WARNING, "consumers keep up", queue_long, (*_PROCESS, *_DATABASE)),
    Check("dead-letters", "broker", _WARNING, "every message could be applied", dead_letters),
    Check(
        "route-unanswered",
        "routes",
        _ERROR,
        "every route is answered by its service",
        route_wrong,
        _INFRASTRUCTURE,
    ),
    Check(
        "application-error", "code", _WARNING, "no service failed unexpectedly", application_error, _DATABASE
    ),
    Check("rate-limited", "logs", _WARNING, "nobody met the rate limit", requests_limited),
    Check("requests-failed", "logs", _WARNING, "no request failed", requests_failed, ("application-error",)),
)


def _disk(machine: Machine, how: str) -> Cause:
    return Cause(
        f"the disk of {machine.disk_path} is {how}: {machine.disk_free // MIB} MiB are free",
        f"du -xh --max-depth=2 {machine.disk_path} | sort -h | tail",
    )


def _with(facts: Facts, trouble: str) -> list[Database]:
    return [database for database in facts[Databases].all if database.trouble == trouble]


def _usable(facts: Facts) -> list[Database]:
    return [database for database in facts[Databases].all if database.trouble is None]


def _names(databases: list[Database]) -> str:
    return ", ".join(database.service for database in databases)


def _last_line(text: str) -> str:
    return text.strip().splitlines()[-1] if text.strip() else "no reason given"


def _said(process: Process) -> str:
    """The `code` of its problem document, else its status."""
    found = process.ready.body.partition('"code":"')[2].partition('"')[0]
    return found or str(process.ready.status or process.ready.error)
