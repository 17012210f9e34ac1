"""What `up`, `scale` and `rollout` wait for, and the errors when it does not happen in time.

A container's own health is not enough: in the end the answers through the published port count.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Collection
from typing import Any

import aiohttp

from deploy.stack.command_line import command_line
from deploy.stack.compose.project import Project
from deploy.stack.compose.state import authority_of
from deploy.stack.errors import DeployError
from deploy.stack.load import Report, Wait
from deploy.stack.probes import OWN_REQUESTS, PROBES, probe_routes

# Both are limits of a machine that is not overloaded, and grow with the load.
GATEWAY_SECONDS = 10.0  # for the published ports to answer at all, once the gateway's container runs
START_SECONDS = 120.0  # for containers to be healthy, and for the requested number of processes to answer
ANSWER_SECONDS = 5.0  # for one answer; what takes longer counts as none
POLL = 0.3


async def wait_for_gateway(project: Project, report: Report) -> None:
    """Wait for any HTTP answer on each published port.

    Raises DeployError naming the ports that the gateway's container publishes.
    """
    async with _client(project) as client:
        for url in project.urls:
            waiting = Wait(f"the gateway at {url}", GATEWAY_SECONDS, report)
            while failure := await _failure(client, url):
                if waiting.is_over(failure):
                    raise DeployError(
                        f"nothing answers at {url} {waiting}: {failure}\n"
                        f"    ports that the gateway's container publishes: {_list_published_ports(project)}"
                    )
                await asyncio.sleep(POLL)


async def wait_until_healthy(project: Project, starting: asyncio.Task[str], report: Report) -> None:
    """Report each container that becomes healthy, until `starting` is done and all of them are.

    Raises DeployError with the logs of the others when `starting` fails or the time is up.
    """
    reported: set[tuple[str, str]] = set()
    waiting = Wait("the containers", START_SECONDS, report)
    while True:
        started = starting.done()
        states = await asyncio.to_thread(_states, project)
        fine = {(name, state) for name, state in states.items() if state in ("healthy", "running", "done")}
        for name, state in sorted(fine - reported):
            report(f"{name} is {state}")
        reported |= fine
        late = dict(states.items() - fine)
        is_over = waiting.is_over(_summary(late))
        if started and (starting.exception() or is_over):
            why = str(starting.exception() or f"not everything is healthy {waiting}")
            raise DeployError("\n".join([why, *_complaints(project, late)]))
        if started and not late:
            return
        await asyncio.sleep(POLL)


async def start_and_wait(project: Project, report: Report) -> None:
    """Start what is not running, and wait until everything is healthy and every route is answered.

    Raises DeployError as `wait_until_healthy` and `probe_all_routes` do.
    """
    starting = asyncio.to_thread(project.compose, "up", "--detach", "--no-build", "--remove-orphans")
    await wait_until_healthy(project, asyncio.create_task(starting), report)
    await probe_all_routes(project, report)


async def wait_for_state(
    project: Project, names: Collection[str], wanted: str, seconds: float, report: Report
) -> None:
    """Wait until each of these containers is in the `wanted` state: `healthy`, or `done`.

    Raises DeployError with the logs of the others when one has ended otherwise, or the time is up.
    """
    short = {name.removeprefix(f"{project.name}-") for name in names}
    waiting = Wait("the containers", seconds, report)
    while True:
        states = await asyncio.to_thread(_states, project)
        others = {name: states.get(name, "gone") for name in short if states.get(name) != wanted}
        if not others:
            return
        ended = [name for name, state in others.items() if state not in ("created", "starting", "running")]
        if waiting.is_over(_summary(others)) or ended:
            why = f"{', '.join(sorted(ended))} ended" if ended else f"not {wanted} {waiting}"
            # The log of a starting process names what it waits for.
            shown = {name: "not ready" if state == "starting" else state for name, state in others.items()}
            raise DeployError("\n".join([why, *_complaints(project, shown)]))
        await asyncio.sleep(POLL)


async def probe_all_routes(project: Project, report: Report) -> None:
    """Probe every route at every URL that serves them. Raises DeployError naming the routes that fail."""
    for url in sorted({project.url, project.urls[-1]}):
        number = await probe_routes(url, report, _trust(project))
        report(f"{number} routes are answered through the gateway at {url}")


async def wait_for_replicas(
    project: Project, service: str, number: int, report: Report, seconds: float = START_SECONDS
) -> None:
    """Wait until exactly that many processes of the service take requests in turn.

    Raises DeployError with who answers instead, and what to do.
    """
    path = next(path for path, answerer in PROBES if answerer == service)
    waiting = Wait(f"{number} processes of {service}", seconds, report)
    async with _client(project) as client:
        while True:
            answerers = {await _answerer(client, project.url + path) for _ in range(4 * number)}
            if len(answerers) == number and not any(one.startswith("the gateway") for one in answerers):
                return
            state = f"{service} is answered by {', '.join(sorted(answerers))}"
            if waiting.is_over(state):
                raise DeployError(
                    f"{state}, not by {number} processes, {waiting}; nothing was undone: "
                    f"find out why with {command_line(f'doctor --env {project.env}')}, "
                    "and give the same command again"
                )
            await asyncio.sleep(POLL)


async def _answerer(client: aiohttp.ClientSession, url: str) -> str:
    """Return the X-Instance of the process that answers, or what came instead."""
    try:
        async with client.get(url) as response:
            return response.headers.get("X-Instance", f"the gateway with {response.status}")
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"the gateway with nothing ({str(error) or 'no answer in time'})"


def _summary(states: dict[str, str]) -> str:
    return ", ".join(f"{name} is {state}" for name, state in sorted(states.items())) or "they are being made"


def _client(project: Project) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(ssl=_trust(project))
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS),
        headers={"X-Request-Id": f"{OWN_REQUESTS}up"},
    )


def _trust(project: Project) -> ssl.SSLContext:
    """Trust the public authorities and the local one."""
    context = ssl.create_default_context()
    context.load_verify_locations(authority_of(project.var))
    return context


async def _failure(client: aiohttp.ClientSession, url: str) -> str | None:
    """Return why there is no HTTP answer, or None. An untrusted certificate counts as an answer."""
    try:
        async with client.get(url, allow_redirects=False):
            return None
    except aiohttp.ClientConnectorCertificateError:
        return None
    except (aiohttp.ClientError, TimeoutError) as error:
        return str(error) or "no answer"


def _list_published_ports(project: Project) -> str:
    ports = {
        f"{port['PublishedPort']} (to {port['TargetPort']})"
        for container in project.containers()
        if container["Service"] == "gateway"
        for port in container["Publishers"] or []
        if port["PublishedPort"]
    }
    return ", ".join(sorted(ports)) or "none"


def _states(project: Project) -> dict[str, str]:
    """Return the state of each container, by service and number (`tiles-web-1`)."""
    return {
        container["Name"].removeprefix(f"{project.name}-"): _state(container)
        for container in project.containers()
    }


def _state(container: dict[str, Any]) -> str:
    """Return `healthy`, `running` (has no health check), `done` (ended with status 0), or what is wrong."""
    if container["State"] == "exited":
        return f"ended with status {container['ExitCode']}" if container["ExitCode"] else "done"
    if container["State"] == "restarting":
        return "restarting"
    return str(container["Health"] or container["State"])


def _complaints(project: Project, states: dict[str, str]) -> list[str]:
    """Return state and last log lines of each of these containers; those still waiting are only named."""
    waiting = sorted(name for name, state in states.items() if state in ("created", "starting"))
    found = []
    for name in sorted(states.keys() - waiting):
        service, _, number = name.rpartition("-")
        log = project.compose("logs", "--no-log-prefix", "--tail=6", f"--index={number}", service)
        lines = (_ESCAPES.sub("", line) for line in log.splitlines())
        found += [f"{name} is {states[name]}; its log:", *(f"    {line[:300]}" for line in lines)]
    return [*found, f"not yet ready: {', '.join(waiting)}"] if waiting else found


_ESCAPES = re.compile(
    r"\x1b\[[0-9;]*[A-Za-z]"
)  # Compose clears terminal lines even where there is no terminal
