"""What the doctor reads and checks, infrastructure first: the order of CHECKS is that of the walk."""

from __future__ import annotations

import time

from deploy.checks.facts.backups import Backups, read_backups
from deploy.checks.facts.broker import Broker, BrokerAlarms
from deploy.checks.facts.broker_node import BrokerNode
from deploy.checks.facts.clock import BrokerClock, read_broker_clock
from deploy.checks.facts.containers import Certificate, Containers, Engine
from deploy.checks.facts.database import DatabaseStates
from deploy.checks.facts.front import FrontDoor, knock
from deploy.checks.facts.gateway import Gateway, Probes, probe_each_route
from deploy.checks.facts.logs import Traffic
from deploy.checks.facts.machine import Listeners, Machine, Secrets, Workload, read_workload
from deploy.checks.facts.processes import ProcessStates
from deploy.checks.facts.run import Run
from deploy.checks.facts.sessions import Sessions
from deploy.checks.findings import SECONDS, Finding, Sources, examine, gather
from deploy.checks.gatherers.protocol import Gatherer
from deploy.checks.rules import (
    backups,
    broker,
    containers,
    database,
    front,
    gateway,
    machine,
    processes,
    traffic,
)
from deploy.stack.front import read_networks
from deploy.stack.load import read_load

SECOND_LOOK_SECONDS = 1.5
"""Longer than the gateway's interval between two health checks."""

STARVED_SECONDS = 7.0
"""The limit for all facts on an overloaded machine: the command still ends within ten seconds."""

OVERLOADED = machine.machine_overloaded.code
"""Explains what passes by itself, so that a second look, which takes long then, would tell nothing more."""

CHECKS = (
    containers.engine_down,
    machine.port_taken,
    machine.not_running,
    machine.disk_full,
    machine.disk_low,
    machine.memory_low,
    machine.machine_overloaded,
    machine.clock_wrong,
    machine.clock_skew,
    machine.secret_missing,
    containers.port_unpublished,
    containers.network_missing,
    containers.alias_missing,
    containers.only_loopback,
    containers.out_of_memory,
    containers.container_down,
    containers.container_paused,
    containers.versions_mixed,
    containers.certificate_name,
    containers.certificate_invalid,
    containers.certificate_ending,
    containers.authority_ending,
    gateway.gateway_down,
    gateway.gateway_silent,
    gateway.gateway_no_routes,
    gateway.router_disabled,
    gateway.gateway_files_high,
    gateway.backend_wrong,
    gateway.backend_missing,
    gateway.backend_down,
    processes.crash_loop,
    processes.process_missing,
    processes.process_silent,
    processes.process_not_ready,
    database.database_down,
    database.database_silent,
    database.database_connections,
    database.database_read_only,
    database.database_settings,
    database.database_blocked,
    database.database_rights,
    database.database_search_path,
    database.database_password,
    database.database_missing,
    database.database_error,
    database.schema_newer,
    database.migrations_missing,
    database.database_table_missing,
    database.database_privileges,
    database.keys_missing,
    database.database_clock,
    database.connections_high,
    broker.broker_down,
    broker.broker_silent,
    broker.broker_password,
    broker.broker_vhost,
    broker.broker_rights,
    broker.broker_error,
    broker.broker_alarm,
    broker.broker_policy,
    broker.queue_missing,
    broker.binding_missing,
    broker.queue_taken,
    broker.queue_unconsumed,
    database.outbox_stuck,
    broker.queue_growing,
    traffic.mail_refused,
    broker.dead_letters,
    backups.backup_failed,
    backups.backup_old,
    gateway.route_unanswered,
    front.redirect_loop,
    front.public_url_wrong,
    front.proxy_untrusted,
    traffic.application_error,
    traffic.rate_limited,
    traffic.requests_failed,
)


def list_sources(stack: Gatherer) -> Sources:
    """Return how each fact is read: by the gatherer, or in the same way whatever the way of running."""
    return {
        Run: stack.run,
        Engine: stack.engine,
        Containers: stack.containers,
        Certificate: stack.certificate,
        Machine: stack.machine,
        Workload: read_workload,
        Listeners: stack.listeners,
        Secrets: stack.secrets,
        Gateway: stack.gateway,
        Probes: lambda: probe_each_route(stack.url),
        FrontDoor: lambda: knock(
            stack.public_url,
            read_networks(stack.environ),
            stack.find_request,
            is_behind_nat=stack.is_behind_nat,
        ),
        ProcessStates: stack.processes,
        DatabaseStates: stack.databases,
        Sessions: stack.sessions,
        Broker: stack.broker,
        BrokerAlarms: stack.alarms,
        BrokerNode: stack.node,
        BrokerClock: lambda: read_broker_clock(stack.run_beside),
        Traffic: stack.traffic,
        Backups: lambda: read_backups(stack.var, stack.environ, stack.output_of("backup")),
    }


def diagnose(stack: Gatherer, seconds: float = SECONDS) -> list[Finding]:
    """Return everything that is wrong with the stack, the most likely cause first.

    What cannot be read within `seconds`, or STARVED_SECONDS on an overloaded machine, is itself a finding. If
    something is found that may pass by itself, the stack is looked at again, and only what is still there is
    named.
    """
    if read_load().is_overload:
        seconds = max(seconds, STARVED_SECONDS)
    found = examine(CHECKS, gather(list_sources(stack), seconds))
    passing = {check.code for check in CHECKS if check.transient}
    seen = {finding.code for finding in found}
    if not seen & passing or OVERLOADED in seen:
        return found
    time.sleep(SECOND_LOOK_SECONDS)
    again = examine(CHECKS, gather(list_sources(stack), seconds))
    return [finding for finding in again if finding.code in seen or finding.code not in passing]
