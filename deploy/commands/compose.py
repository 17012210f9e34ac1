"""`tessera up | down | scale | rollout | swarm | compose`: the stack under Docker Compose."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import time
from collections.abc import Callable

from deploy.checks.doctor import diagnose
from deploy.checks.facts.database import read_connection_limits
from deploy.checks.findings import as_text
from deploy.checks.gatherers.docker.gatherer import DockerGatherer
from deploy.checks.preflight import inspect_docker
from deploy.checks.redact import redactor
from deploy.commands.demo.painter import is_wanted, paint_demo
from deploy.commands.environments import (
    add_compose_option,
    add_yes_option,
    confirm,
    find_project,
)
from deploy.commands.preflight import refuse_unfit
from deploy.commands.rollout import roll_out
from deploy.commands.swarm import deploy as deploy_to_swarm
from deploy.stack.command_line import command_line
from deploy.stack.compose.project import REPLICAS, Project, web_of
from deploy.stack.compose.state import find_certified_host, prepare
from deploy.stack.compose.waiting import (
    START_SECONDS,
    start_and_wait,
    wait_for_gateway,
    wait_for_replicas,
)
from deploy.stack.connections import check_connections
from deploy.stack.errors import DeployError
from deploy.stack.load import Report
from deploy.stack.programs import FirstAdmin
from deploy.stack.settings.chosen import Chosen


def add_parsers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `up`, `down`, `scale`, `rollout` and `compose` to the commands."""
    about = "start the stack under Docker Compose, until every route answers"
    up = commands.add_parser("up", help=about, description=about)
    add_compose_option(up)
    up.description = (
        "Build the images, start the stack, and wait until every route was answered through the gateway; "
        "repeated, it brings a running stack up to date. The first start keeps its settings (`tessera "
        "config` lists them) in the state folder, for every later command; when this shell has others, they "
        "are shown, and kept once they are confirmed. The first start of development paints demo "
        "canvases, unless TESSERA_DEMO is 0."
    )
    add_yes_option(up)
    up.set_defaults(command=_up)
    down = _add(commands, "down", _down, "stop the stack that `up` started; its data stays")
    down.add_argument("--delete-data", action="store_true", help="delete databases and queues as well")
    scale = _add(commands, "scale", _scale, "change the number of processes that serve HTTP: scale tiles=3")
    scale.add_argument("wanted", metavar="SERVICE=NUMBER", nargs="+", help=f"of {', '.join(REPLICAS)}")
    rollout = _add(
        commands, "rollout", _rollout, "replace running services by another version, without a failed request"
    )
    rollout.description = (
        "Migrate, start the new processes beside the old ones, wait until they are ready and the gateway "
        "uses them, then let the old ones finish and stop them. When a new one does not become ready, its "
        "last log lines are shown, the new ones are removed, and the old ones keep serving. Later starts "
        "keep the version."
    )
    rollout.add_argument(
        "services", metavar="SERVICE", nargs="*", help=f"of {', '.join(REPLICAS)}; default: all"
    )
    rollout.add_argument(
        "--version",
        help="tag of the images, built from the working tree if the engine has none of that tag; default: "
        "build what `up` would, keeping what runs now as <tag>-previous",
    )
    rollout.add_argument(
        "--seconds",
        type=float,
        default=START_SECONDS,
        help="time limit for becoming ready; default: %(default)g",
    )
    about = "deploy the production stack on a Docker Swarm, or roll it to another version"
    swarm = commands.add_parser("swarm", help=about, description=about)
    swarm.add_argument("--version", required=True, help="tag of the images, which every node has or can pull")
    add_yes_option(swarm)
    swarm.set_defaults(command=_swarm)
    about = "run docker compose for this stack: compose logs tiles-web"
    raw = commands.add_parser("compose", help=about, description=about)
    add_compose_option(raw)
    raw.set_defaults(command=_compose)
    raw.add_argument("arguments", nargs=argparse.REMAINDER, help="arguments of docker compose")


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    command: Callable[[Project, argparse.Namespace], int],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    add_compose_option(parser)

    def run(given: argparse.Namespace) -> int:
        project = find_project(given.env)
        with project.var.hold_for(name):
            return command(project, given)

    parser.set_defaults(command=run)
    return parser


def _up(given: argparse.Namespace) -> int:
    chosen = Chosen.read(given.env, os.environ)
    project = Project(given.env, chosen.coming)
    with project.var.hold_for("up"):
        bring_up(chosen, project, yes=given.yes)
    return 0


def bring_up(chosen: Chosen, project: Project, *, yes: bool) -> None:
    """Build, start and wait; prints the address and the first admin. Raises DeployError when that fails."""
    report = _progress_printer()
    report(f"{project.name}, state folder {project.var.root}")
    _confirm_changes(chosen, project, yes=yes)
    for finding in refuse_unfit(project.var, inspect_docker(project)):
        report(f"{finding.severity.name.lower()}: {finding.cause}")
    report("preflight found nothing that prevents a start")
    chosen.keep()
    prepare(project)
    report("building images")
    # Images of a version that was rolled out stay as they are.
    own = [web_of(name) for name, version in project.versions.items() if version == project.own_version]
    own += ["certificates"] if project.renews_certificate else []
    project.compose("build", "backup", *own, log=project.var.new_log("build"))
    report("images are built")
    _start_gateway(project, report)
    report("the gateway answers; starting everything else")
    asyncio.run(_start(project, report))
    # Last, because the password is printed only once: nothing may come between making and printing it.
    admin = FirstAdmin.parse(
        project.compose("exec", "-T", "auth-web", "python", "-m", "services.auth", "first-admin")
    )
    print(f"\nTessera is ready: {project.public_url}")
    print(admin.lines)
    env = "" if project.env == "dev" else f" --env {project.env}"
    print(f"Logs: {command_line(f'compose{env} logs')}")
    print(f"Stop: {command_line(f'down{env}')}\n", flush=True)
    if project.env == "dev" and admin.password and is_wanted(project.environ):
        report(asyncio.run(paint_demo(project.url)))


def _down(project: Project, given: argparse.Namespace) -> int:
    project.compose("down", "--remove-orphans", *(["--volumes"] if given.delete_data else []))
    print(f"{project.name} is down" + (", its data deleted" if given.delete_data else "; its data stays"))
    return 0


def _scale(project: Project, given: argparse.Namespace) -> int:
    project.refuse_faults()
    report = _progress_printer()
    wanted = dict(_replicas(text) for text in given.wanted)
    if not project.containers():
        raise DeployError(f"{project.name} is not up: {command_line(f'up --env {project.env}')}")
    limits = read_connection_limits(project.environ)
    for service, number in wanted.items():
        check_connections(service, number, "scale", limits)
    for service, number in wanted.items():
        running = project.running(web_of(service))
        # One at a time: when a container is gone, the gateway takes all others for ready until its next
        # health check, so another one that is leaving would get requests again.
        for step in (*range(running - 1, number, -1), number):
            project.choose_replicas(service, step)
            # Not --no-deps: to Compose that is another configuration, to be replaced at the next `up`.
            project.compose("up", "--detach", "--no-recreate", "--no-build", web_of(service))
            asyncio.run(wait_for_replicas(project, service, step, report))
        report(f"{service} is answered by {number} through the gateway")
    return 0


def _rollout(project: Project, given: argparse.Namespace) -> int:
    report = _progress_printer()
    if unknown := set(given.services) - REPLICAS.keys():
        raise DeployError(f"{', '.join(sorted(unknown))}: give services of {', '.join(REPLICAS)}")
    services = [service for service in REPLICAS if service in (given.services or REPLICAS)]
    project.refuse_faults()
    prepare(project)
    roll_out(project, services, given.version, given.seconds, report)
    return 0


def _swarm(given: argparse.Namespace) -> int:
    chosen = Chosen.read("prod", {**os.environ, "TESSERA_VERSION": given.version})
    project = Project("prod", chosen.coming)
    project.refuse_faults()
    if addressed := [str(listen) for listen in project.listens.values() if listen.address]:
        raise DeployError(f"a Swarm publishes ports on every address, so not on {', '.join(addressed)}")
    _confirm_changes(chosen, project, yes=given.yes)
    with project.var.hold_for("swarm"):
        chosen.keep()
        prepare(project, "swarm")
        deploy_to_swarm(project, given.version, _progress_printer())
    print(f"Tessera is deployed: {project.public_url}")
    return 0


def _confirm_changes(chosen: Chosen, project: Project, *, yes: bool) -> None:
    """Show what this start would change of a stack, and ask. Raises DeployError unless confirmed."""
    changes = [str(change) for change in chosen.changes]
    if chosen.kept is None and (host := find_certified_host(project.var)) not in (None, project.host):
        changes.append(
            f"TESSERA_HOST: {host} -> {project.host}"
        )  # of a stack that is older than kept settings
    if changes:
        print("This start changes settings of the stack:", *changes, sep="\n    ", flush=True)
        confirm("These settings would be changed.", yes=yes)


def _compose(given: argparse.Namespace) -> int:
    project = Project(given.env, Chosen.read(given.env, os.environ).coming)
    return subprocess.call(project.command(*given.arguments), env=project.environment())  # noqa: S603


def _start_gateway(project: Project, report: Report) -> None:
    """Start the gateway first, so that a problem with its ports shows while nothing else runs."""
    was_up = bool(project.containers())
    try:
        project.compose("up", "--detach", "--no-build", "gateway")
        asyncio.run(wait_for_gateway(project, report))
    except DeployError as error:
        verdict = _verdict(project)
        if was_up:
            raise DeployError(f"{error}\n{verdict}") from error
        project.compose("down")
        raise DeployError(
            f"{error}\n{verdict}\nNothing else was started, and the gateway is stopped again."
        ) from error


async def _start(project: Project, report: Report) -> None:
    try:
        await start_and_wait(project, report)
    except DeployError as error:
        raise DeployError(f"{error}\n{await asyncio.to_thread(_verdict, project)}") from error


def _verdict(project: Project) -> str:
    """Return the doctor's findings about a failed start."""
    return redactor(project.var)(as_text(diagnose(DockerGatherer(project))))


def _replicas(text: str) -> tuple[str, int]:
    service, _, number = text.partition("=")
    if service not in REPLICAS or not number.isdecimal() or not 1 <= int(number) <= 32:
        raise DeployError(f"{text}: give SERVICE=NUMBER, of {', '.join(REPLICAS)} and 1 to 32")
    return service, int(number)


def _progress_printer() -> Report:
    began = time.monotonic()

    def report(text: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {text}", flush=True)

    return report
