"""A local run that tests break in some way, and the doctor examines."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aio_pika
import psutil
import psycopg2
import yaml

from deploy.checks.doctor import diagnose
from deploy.checks.findings import Finding, Severity, as_text
from deploy.checks.gatherers.native import NativeGatherer
from deploy.checks.request import explain_request
from deploy.stack.parts.process import get
from deploy.stack.parts.rabbitmq import RabbitMQ, find_programs
from deploy.stack.ports import find_listeners
from deploy.stack.programs import SERVICES
from tests.support.busy import without_load
from tests.support.parts import free_ports
from tests.support.stack import Stack
from tests.support.waiting import PATIENCE, until


class StackUnderTest(Stack):
    """A local run that tests break; each block repairs at its end what it broke."""

    def __init__(self, var: Path, env: dict[str, str]) -> None:
        super().__init__(var, env)
        self.env = env
        self.native = NativeGatherer.from_environ(env)

    def diagnose(self, native: NativeGatherer | None = None) -> list[Finding]:
        """Examine it with more time than the command takes, however busy this machine is."""
        return diagnose(native or NativeGatherer.from_environ(self.env), seconds=PATIENCE)

    def first_line(self, code: str, native: NativeGatherer | None = None) -> str:
        """Examine it until the first finding has this code, as health checks take time; return its cause."""
        deadline = time.monotonic() + 2 * PATIENCE
        while (found := without_load(self.diagnose(native))) == [] or found[0].code != code:
            assert time.monotonic() < deadline, f"not {code} but {as_text(found) or 'healthy'}"
        return found[0].cause

    def apply_fix(self, code: str) -> None:
        """Run the commands of the first finding, which has this code; its sentences are for people."""
        found = without_load(self.diagnose())[0]
        assert found.code == code
        for step in found.fix.splitlines():
            if not step[0].isupper():
                done = subprocess.run(
                    step, shell=True, env=self.env, capture_output=True, text=True, check=False
                )
                assert done.returncode == 0, (step, done.stdout, done.stderr)

    def errors(self) -> list[str]:
        """The codes of the errors that are found now."""
        return [one.code for one in self.diagnose() if one.severity == Severity.ERROR]

    def forget(self) -> None:
        for log in self.logs.iterdir():
            os.truncate(log, 0)

    def explain(self, request_id: str) -> Finding:
        return explain_request(self.native, request_id)

    def get(self, path: str, request_id: str, port: int | None = None) -> int:
        url = f"http://127.0.0.1:{port or self.native.ports['gateway']}{path}"
        request = urllib.request.Request(url, headers={"X-Request-Id": request_id})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """Suspend the supervisor, so that a killed process is not restarted."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    @contextmanager
    def without(self, *names: str) -> Iterator[None]:
        with self.left_alone():
            pids = [pid for name in names for pid in self.pids(name)]
            for name in names:
                self.kill(name)
            until(lambda: all(map(has_ended, pids)))
            yield

    @contextmanager
    def database(self, name: str) -> Iterator[Any]:
        """Give a cursor of the superuser in that database, with autocommit."""
        connection = psycopg2.connect(
            host="127.0.0.1",
            port=self.native.ports["postgres"],
            user="postgres",
            password=(self.var / "secrets" / "postgres").read_text(),
            dbname=name,
        )
        connection.autocommit = True
        try:
            with connection.cursor() as statements:
                yield statements
        finally:
            connection.close()

    def ctl(self, *words: str) -> None:
        ports = self.native.ports
        node = RabbitMQ(
            self.native.var,
            amqp=ports["rabbitmq-amqp"],
            dist=ports["rabbitmq-dist"],
            epmd=ports["rabbitmq-epmd"],
            users=SERVICES,
        )
        subprocess.run(
            [str(find_programs() / "rabbitmqctl"), "--quiet", *words],
            env=node.environment(),
            check=True,
            capture_output=True,
        )

    def publish(self, exchange: str, routing_key: str, *bodies: bytes) -> None:
        async def send() -> None:
            url = (self.var / "secrets" / "users_broker_url").read_text()
            async with await aio_pika.connect(url) as connection:
                channel = await connection.channel()
                to = await channel.get_exchange(exchange) if exchange else channel.default_exchange
                for body in bodies:
                    await to.publish(aio_pika.Message(body, message_id="m-1", type="test"), routing_key)

        asyncio.run(send())

    @contextmanager
    def second_gateway(self, dynamic: Path, **environment: str) -> Iterator[NativeGatherer]:
        """Start a second gateway in front of the same stack; give the stack as seen through it."""
        web, admin = free_ports(2)
        folder = dynamic.parent
        static = yaml.safe_load((self.var / "gateway" / "traefik.yml").read_text())
        static["entryPoints"]["web"]["address"] = f":{web}"
        static["entryPoints"]["traefik"]["address"] = f"127.0.0.1:{admin}"
        static["providers"]["file"]["directory"] = str(dynamic)
        (folder / "traefik.yml").write_text(yaml.safe_dump(static))
        servers = {
            f"TESSERA_{service.upper()}_SERVERS": ",".join(
                f"http://127.0.0.1:{number}"
                for name, number in self.native.ports.items()
                if name == f"{service}-web"
                or name.startswith(f"{service}-web-")
                or name == service == "frontend"
            )
            for service in (*SERVICES, "frontend")
        }
        rates = {"TESSERA_RATE_AVERAGE": "5000", "TESSERA_RATE_BURST": "10000"}
        with (self.logs / "gateway.log").open("ab") as log:
            traefik = subprocess.Popen(
                [
                    str(Path(sysconfig.get_path("scripts")) / "traefik"),
                    f"--configFile={folder / 'traefik.yml'}",
                ],
                env={**rates, **servers, "TESSERA_VAR": str(self.var), **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            until(lambda: get(admin, "/ping")[0] == 200)
            time.sleep(2.5)  # two health checks
            yield replace(self.native, ports={**self.native.ports, "gateway": web, "gateway-admin": admin})
        finally:
            traefik.kill()
            traefik.wait()


def has_ended(pid: int) -> bool:
    """Return whether all its threads, and so its sockets, are gone; a zombie has ended."""
    try:
        state = psutil.Process(pid).status()
        return state == psutil.STATUS_ZOMBIE and len(os.listdir(f"/proc/{pid}/task")) == 1
    except (psutil.NoSuchProcess, FileNotFoundError):
        return True


def listens(port: int) -> bool:
    return port in find_listeners()
