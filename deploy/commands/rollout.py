"""`tessera rollout`: replace running services by another version, without a failed request.

The new processes start beside the old ones, which leave only when each new one is ready and the gateway uses
it. When anything fails before that, the new ones are removed, which loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from deploy.checks.facts.database import read_connection_limits
from deploy.stack.command_line import command_line
from deploy.stack.compose.project import REPLICAS, Project, programs_of, web_of
from deploy.stack.compose.waiting import probe_all_routes, wait_for_replicas, wait_for_state
from deploy.stack.connections import check_connections
from deploy.stack.errors import DeployError
from deploy.stack.load import Report

Containers = Mapping[str, Sequence[str]]
"""Names of containers by the service of the compose files that they belong to."""


def roll_out(
    project: Project, services: Sequence[str], version: str | None, seconds: float, report: Report
) -> None:
    """Replace the processes of these services; without a version, by a new build of the working tree.

    Raises DeployError when a new one is not ready after `seconds`; the old ones then keep serving.
    """
    old = _list_containers(project, [name for service in services for name in programs_of(service)])
    if missing := [name for name, those in old.items() if not those]:
        raise DeployError(f"no {', '.join(missing)} is running: {command_line(f'up --env {project.env}')}")
    limits = read_connection_limits(project.environ)
    for service in services:
        # The new processes run beside the old ones, in which their workers count as one more each.
        check_connections(service, 2 * len(old[web_of(service)]) + 1, "rollout", limits)
    new = project.at(dict.fromkeys(services, version or project.own_version))
    images = {service: _image_of(project, old[web_of(service)][0]) for service in services}
    try:
        _provide_images(new, services, rebuild=version is None, report=report)
        _keep_previous(project, new, images)
        _migrate(new, services, seconds, report)
        _start_beside(new, old, seconds, report)
    except BaseException:  # Ctrl-C, too
        report("returning to the previous version, which has served all the time")
        _remove_all_but(project, old)
        _remove_migrations(new, services)
        _restore_tags(project, images)
        raise
    new.keep_versions()
    _drain(new, old, report)
    asyncio.run(probe_all_routes(new, report))


def _provide_images(new: Project, services: Sequence[str], *, rebuild: bool, report: Report) -> None:
    """Build the images of these services: all with `rebuild`, else those that the engine lacks."""
    wanted = [service for service in services if rebuild or not _has_image(new, service)]
    if wanted:
        report(f"building {', '.join(new.image(service) for service in wanted)}")
        new.compose("build", *map(web_of, wanted), log=new.var.new_log("build"))
    report("images are available")


def _keep_previous(project: Project, new: Project, images: Mapping[str, str]) -> None:
    """Name the images that lost their tag to a build, so that the next rollout can return to them."""
    for service, image in images.items():
        if project.versions[service] == new.versions[service]:
            project.docker("tag", image, f"{new.image(service)}-previous")


def _restore_tags(project: Project, images: Mapping[str, str]) -> None:
    for service, image in images.items():
        project.docker("tag", image, project.image(service))


def _migrate(new: Project, services: Sequence[str], seconds: float, report: Report) -> None:
    migrations = _remove_migrations(new, services)
    if not migrations:
        return
    # Created again, because --no-recreate starts the old version's; without it PostgreSQL may be replaced.
    new.compose("up", "--detach", "--no-recreate", "--no-build", *migrations)
    names = _names_of(_list_containers(new, migrations, ended=True))
    asyncio.run(wait_for_state(new, names, "done", seconds, report))
    report("databases are migrated, for both versions")


def _remove_migrations(project: Project, services: Sequence[str]) -> list[str]:
    """Remove the ended containers that migrate; return their names in the compose files."""
    migrations = [f"{service}-migrate" for service in services if service != "frontend"]
    if migrations:
        project.compose("rm", "--force", "--stop", *migrations)
    return migrations


def _start_beside(new: Project, old: Containers, seconds: float, report: Report) -> None:
    """Start as many as are running, and wait until all are ready and the gateway uses them.

    Service by service, because starting takes CPU and must not slow down the old ones.
    """
    ours = set(_names_of(old))
    for service in _serving(old):
        pair = {name: old[name] for name in programs_of(service)}
        scale = [f"--scale={name}={2 * len(those)}" for name, those in pair.items()]
        new.compose("up", "--detach", "--no-recreate", "--no-build", *scale, *pair)
        started = [name for name in _names_of(_list_containers(new, pair, ended=True)) if name not in ours]
        report(f"started {', '.join(name.removeprefix(f'{new.name}-') for name in started)}")
        asyncio.run(wait_for_state(new, started, "healthy", seconds, report))
        asyncio.run(wait_for_replicas(new, service, 2 * len(old[web_of(service)]), report, seconds))
    report("the new ones are ready, and the gateway uses them")


def _drain(new: Project, old: Containers, report: Report) -> None:
    """Stop the old ones: workers at once, because new ones stand by, and then the others one at a time."""
    _stop(new, *_names_of({name: those for name, those in old.items() if name.endswith("-worker")}))
    for service in _serving(old):
        containers = old[web_of(service)]
        # When a container is gone, the gateway takes all others for ready until its next health check, so
        # another one that is leaving would get requests again.
        for left in range(len(containers)):
            _stop(new, containers[left])
            asyncio.run(wait_for_replicas(new, service, 2 * len(containers) - left - 1, report))
        report(f"{service} is answered by {new.versions[service]} alone")


def _serving(old: Containers) -> list[str]:
    return [service for service in REPLICAS if web_of(service) in old]


def _remove_all_but(project: Project, old: Containers) -> None:
    """Remove what was started beside `old`, once its requests go to the others."""
    for name in sorted(set(_names_of(_list_containers(project, old, ended=True))) - set(_names_of(old))):
        _stop(project, name)


def _stop(project: Project, *names: str) -> None:
    """Stop and remove the containers; each process drains first (deploy/docker/Dockerfile)."""
    if names:
        project.docker("stop", *names)
        project.docker("rm", *names)


def _list_containers(
    project: Project, programs: Collection[str], *, ended: bool = False
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {program: [] for program in programs}
    for container in project.containers():
        if container["Service"] in found and (ended or container["State"] == "running"):
            found[container["Service"]].append(container["Name"])
    return found


def _names_of(containers: Containers) -> list[str]:
    return [name for those in containers.values() for name in those]


def _image_of(project: Project, container: str) -> str:
    return project.docker("inspect", "--format={{.Image}}", container).strip()


def _has_image(project: Project, service: str) -> bool:
    with suppress(DeployError):
        return bool(project.docker("image", "inspect", "--format={{.Id}}", project.image(service)))
    return False
