"""Another version of running services, without a failed request.

The new processes start beside the old ones. Only when each of them is ready and the gateway uses it do the
old ones leave; whatever goes wrong before is answered by removing the new ones, which loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

from deploy.stack.compose.project import REPLICAS, Project
from deploy.stack.compose.waiting import Say, answered_by, routes_are_answered, they_become
from deploy.stack.errors import DeployError

Containers = Mapping[str, Sequence[str]]
"""Names of containers by the service of the compose files that they belong to."""


def roll_out(
    project: Project, services: Sequence[str], version: str | None, seconds: float, say: Say
) -> None:
    """Replace the processes of these services; without a version, by what the working tree builds now.

    Raises DeployError when the new ones are not all ready after so many seconds; then the old ones serve on.
    """
    old = _containers(project, [name for service in services for name in programs(service)])
    if missing := [name for name, those in old.items() if not those]:
        raise DeployError(f"no {', '.join(missing)} is running: python -m deploy up --env {project.env}")
    new = project.at(dict.fromkeys(services, version or project.own_version))
    images = {service: _image_of(project, old[web_of(service)][0]) for service in services}
    try:
        _provide_images(new, services, rebuild=version is None, say=say)
        _keep_previous(project, new, images)
        _migrate(new, services, seconds, say)
        _start_beside(new, old, seconds, say)
    except BaseException:  # Ctrl-C, too
        say("returning to the version before; it has served all the time")
        _remove_all_but(project, old)
        _remove_migrations(new, services)
        _restore_tags(project, images)
        raise
    new.keep_versions()
    _drain(new, old, say)
    asyncio.run(routes_are_answered(new, say))


def programs(service: str) -> list[str]:
    """What runs of a service, as the compose files call it."""
    return [web_of(service)] if service == "frontend" else [f"{service}-worker", web_of(service)]


def web_of(service: str) -> str:
    """What serves HTTP of a service, as the compose files call it."""
    return service if service == "frontend" else f"{service}-web"


def _provide_images(new: Project, services: Sequence[str], *, rebuild: bool, say: Say) -> None:
    """Build the images of these services; unless told to, not those that the engine has."""
    wanted = [service for service in services if rebuild or not _has_image(new, service)]
    if wanted:
        say(f"building {', '.join(_image_name(new, service) for service in wanted)}")
        new.compose("build", *map(web_of, wanted), log=new.var.new_log("build"))
    say("images are there")


def _keep_previous(project: Project, new: Project, images: Mapping[str, str]) -> None:
    """Name the images that lost their tag to a build, so that the next rollout can return to them."""
    for service, image in images.items():
        if project.versions[service] == new.versions[service]:
            project.docker("tag", image, f"{_image_name(new, service)}-previous")


def _restore_tags(project: Project, images: Mapping[str, str]) -> None:
    for service, image in images.items():
        project.docker("tag", image, _image_name(project, service))


def _migrate(new: Project, services: Sequence[str], seconds: float, say: Say) -> None:
    migrations = _remove_migrations(new, services)
    if not migrations:
        return
    # Made anew, because --no-recreate starts those of the old version; without it PostgreSQL may be replaced.
    new.compose("up", "--detach", "--no-recreate", "--no-build", *migrations)
    asyncio.run(they_become(new, _named(_containers(new, migrations, ended=True)), "done", seconds))
    say("databases are migrated, for both versions")


def _remove_migrations(project: Project, services: Sequence[str]) -> list[str]:
    """Remove the ended containers that migrate; returns what the compose files call them."""
    migrations = [f"{service}-migrate" for service in services if service != "frontend"]
    if migrations:
        project.compose("rm", "--force", "--stop", *migrations)
    return migrations


def _start_beside(new: Project, old: Containers, seconds: float, say: Say) -> None:
    """Start as many as there are, wait for all to be ready, and for the gateway to use them.

    Service by service: starting takes CPU, and the old ones shall not be slowed down by all starts at once.
    """
    ours = set(_named(old))
    for service in _serving(old):
        pair = {name: old[name] for name in programs(service)}
        scale = [f"--scale={name}={2 * len(those)}" for name, those in pair.items()]
        new.compose("up", "--detach", "--no-recreate", "--no-build", *scale, *pair)
        started = [name for name in _named(_containers(new, pair, ended=True)) if name not in ours]
        say(f"started {', '.join(name.removeprefix(f'{new.name}-') for name in started)}")
        asyncio.run(they_become(new, started, "healthy", seconds))
        asyncio.run(answered_by(new, service, 2 * len(old[web_of(service)]), seconds))
    say("the new ones are ready, and the gateway uses them")


def _drain(new: Project, old: Containers, say: Say) -> None:
    """Stop the old ones: workers at once, as the new ones stand by; what serves HTTP one after the other."""
    _stop(new, *_named({name: those for name, those in old.items() if name.endswith("-worker")}))
    for service in _serving(old):
        containers = old[web_of(service)]
        # When a container has gone, the gateway takes all others for ready until it has asked them, and one
        # that is just leaving would get requests again.
        for left in range(len(containers)):
            _stop(new, containers[left])
            asyncio.run(answered_by(new, service, 2 * len(containers) - left - 1))
        say(f"{service} is answered by {new.versions[service]} alone")


def _serving(old: Containers) -> list[str]:
    return [service for service in REPLICAS if web_of(service) in old]


def _remove_all_but(project: Project, old: Containers) -> None:
    """Remove what was started beside `old`; its requests go to the others first."""
    for name in sorted(set(_named(_containers(project, old, ended=True))) - set(_named(old))):
        _stop(project, name)


def _stop(project: Project, *names: str) -> None:
    """Stop and remove; a process takes its time to drain (deploy/docker/Dockerfile)."""
    if names:
        project.docker("stop", *names)
        project.docker("rm", *names)


def _containers(project: Project, programs: Collection[str], *, ended: bool = False) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {program: [] for program in programs}
    for container in project.containers():
        if container["Service"] in found and (ended or container["State"] == "running"):
            found[container["Service"]].append(container["Name"])
    return found


def _named(containers: Containers) -> list[str]:
    return [name for those in containers.values() for name in those]


def _image_of(project: Project, container: str) -> str:
    return project.docker("inspect", "--format={{.Image}}", container).strip()


def _image_name(project: Project, service: str) -> str:
    return f"tessera/{service}:{project.versions[service]}"


def _has_image(project: Project, service: str) -> bool:
    with suppress(DeployError):
        return bool(project.docker("image", "inspect", "--format={{.Id}}", _image_name(project, service)))
    return False
