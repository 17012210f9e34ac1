"""PostgreSQL and RabbitMQ for tests: those of the session, and private ones for tests that stop them.

The pytest process that the user started (with xdist: the controller) owns the parts of the session. A worker
that needs one creates a marker file in the session's folder; the owner then starts the part and marks it as
ready. So a run of tests/unit starts nothing, and a run that needs no broker does not wait for one.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import os
import random
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg2
from sqlalchemy import MetaData

from deploy.stack.parts.postgres import Postgres
from deploy.stack.parts.process import Process
from deploy.stack.parts.rabbitmq import RabbitMQ
from deploy.stack.state_dir import StateDir

T = TypeVar("T")

SERVICES = ("auth", "users", "tiles")
FOLDER = "TESSERA_TEST_PARTS"
PORTS = "TESSERA_TEST_PARTS_PORTS"
# Virtual hosts made when the node starts, where they cost nothing; each is handed out once.
VHOSTS = tuple(f"v{number}" for number in range(64))
READY_SECONDS = 240


def free_ports(count: int) -> list[int]:
    """Return ports of 127.0.0.1 on which nothing listens, and that no other process of tests is given.

    They are below those that the kernel assigns to outgoing connections (from 32768): one of these could
    take a port before the part that it is meant for.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(15_000, 32_000)
        with socket.socket() as chosen, suppress(OSError):
            chosen.bind(("127.0.0.1", port))
            _reserve(port)
            found.append(port)
    return found


def _reserve(port: int) -> None:
    """Reserve a port for the life of this process; raises BlockingIOError if it has been reserved before.

    Some time passes until a part listens on it, in which other processes find it free as well.
    """
    folder = Path(tempfile.gettempdir(), f"tessera-tests-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    reservation = os.open(folder / str(port), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(reservation, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(reservation)
        raise


class LoopThread:
    """An event loop in its own thread: a child process started there lives no longer than the thread."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="parts", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run the coroutine there to its end, from any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class SessionParts:
    """Owns the parts of the session: starts each on demand, stops them all at the end."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tessera-tests-"))
        ports = free_ports(4)
        os.environ[FOLDER] = str(self.folder)
        os.environ[PORTS] = ",".join(map(str, ports))
        self._parts = _session_parts()
        self._thread = LoopThread()
        self._watches = [
            asyncio.run_coroutine_threadsafe(_start_when_wanted(part), self._thread.loop)
            for part in self._parts
        ]

    def close(self) -> None:
        for watch in self._watches:
            watch.cancel()
        self._thread.run(self._kill())
        self._thread.close()
        shutil.rmtree(self.folder)

    async def _kill(self) -> None:
        postgres, rabbitmq = self._parts
        rabbitmq.kill()
        rabbitmq.epmd.kill()
        await postgres.stop()  # removes its shared memory, and takes no time


def _session_parts() -> tuple[Postgres, RabbitMQ]:
    var = StateDir(Path(os.environ[FOLDER]))
    port, amqp, dist, epmd = map(int, os.environ[PORTS].split(","))
    postgres = Postgres(var, port, SERVICES, durable=False)
    return postgres, RabbitMQ(var, amqp=amqp, dist=dist, epmd=epmd, users=("tests",), vhosts=VHOSTS)


async def _start_when_wanted(part: Process) -> None:
    folder = part.var.root
    while not (folder / f"{part.name}.wanted").exists():  # noqa: ASYNC110 - another process makes it
        await asyncio.sleep(0.05)
    try:
        await part.start()
    except Exception as error:
        (folder / f"{part.name}.failed").write_text(str(error))
        raise
    (folder / f"{part.name}.ready").touch()


def _want(part: Process) -> None:
    """Ask the owner for the part and wait until it runs. Raises RuntimeError when it could not start."""
    folder = part.var.root
    (folder / f"{part.name}.wanted").touch()
    deadline = time.monotonic() + READY_SECONDS
    while not (folder / f"{part.name}.ready").exists():
        if (folder / f"{part.name}.failed").exists():
            raise RuntimeError((folder / f"{part.name}.failed").read_text())
        if time.monotonic() > deadline:
            raise RuntimeError(f"{part.name} of the test session was not ready after {READY_SECONDS} s")
        time.sleep(0.05)


class Databases:
    """Makes fresh databases on the session's PostgreSQL (fsync off)."""

    def __init__(self, worker: str) -> None:
        self._postgres, _ = _session_parts()
        self._names = (f"{worker}_{number}" for number in itertools.count(1))
        _want(self._postgres)

    def __call__(self, service: str, like: str | None = None) -> str:
        """Make a database of that service, empty or a copy of the one at URL `like`; return its URL."""
        name = f"{service}_{next(self._names)}"
        template = urlsplit(like).path.removeprefix("/") if like else "template1"
        self._postgres.create_database(name, service, template)
        return self._postgres.url(service, name)


@contextmanager
def emptying(
    url: str, metadata: MetaData, *, instead: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Callable[[], None]]:
    """Give a function that deletes every row and counts ids from 1 again.

    `instead` has, by table, the statement that empties one that refuses DELETE.

    A database that is used again costs a test 1 ms; a copy of a migrated one costs it 100 ms on an idle
    machine, and 1 s on a busy one.
    """
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT format('%I.%I', schemaname, sequencename) FROM pg_sequences")
            sequences = [name for (name,) in cursor.fetchall()]
        tables = [table.name for table in reversed(metadata.sorted_tables)]
        statements = "; ".join(
            [instead.get(table, f"DELETE FROM {table}") for table in tables]
            + [f"SELECT setval('{sequence}', 1, false)" for sequence in sequences]
        )

        def empty() -> None:
            with connection.cursor() as cursor:
                cursor.execute(statements)

        yield empty


@dataclass(frozen=True)
class VirtualHost:
    """An empty virtual host."""

    url: str


class Brokers:
    """Hands out the virtual hosts of the session's RabbitMQ, each once across all workers."""

    def __init__(self) -> None:
        _, self._rabbitmq = _session_parts()
        _want(self._rabbitmq)

    def __call__(self) -> VirtualHost:
        for vhost in VHOSTS:
            try:
                (self._rabbitmq.var.root / f"{vhost}.used").touch(exist_ok=False)
            except FileExistsError:
                continue
            return VirtualHost(self._rabbitmq.url("tests", vhost))
        raise RuntimeError(f"all {len(VHOSTS)} virtual hosts are used: raise tests.support.parts.VHOSTS")


class Private:
    """A part that one test may stop, kill and start; an async test calls these by asyncio.to_thread."""

    def __init__(self, part: Process, url: str) -> None:
        self.part = part
        self.url = url
        self._thread = LoopThread()

    def start(self) -> None:
        self._thread.run(self.part.start())

    def stop(self) -> None:
        self._thread.run(self.part.stop())

    def kill(self) -> None:
        """Kill it with SIGKILL, as a crash would."""
        self.part.kill()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop it from running during the block (SIGSTOP): connections stay, and nothing answers."""
        assert self.part.pid is not None
        os.killpg(self.part.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(self.part.pid, signal.SIGCONT)

    def close(self) -> None:
        self.stop()
        self._thread.close()


class PrivateNode(Private):
    """A node of one test after the other, each with a virtual host of its own; not yet started."""

    VHOSTS = 24  # more than there are tests that stop their broker

    def __init__(self, folder: Path) -> None:
        amqp, dist, epmd = free_ports(3)
        vhosts = [f"p{number}" for number in range(self.VHOSTS)]
        part = RabbitMQ(StateDir(folder), amqp=amqp, dist=dist, epmd=epmd, users=("tests",), vhosts=vhosts)
        super().__init__(part, part.url("tests", vhosts[0]))
        self._urls = (part.url("tests", vhost) for vhost in vhosts)

    def make_ready(self) -> None:
        """Start it unless it runs, and turn `url` to the next virtual host."""
        if self.part.pid is None:
            self.start()
        self.url = next(self._urls)


def private_postgres(folder: Path, service: str, *, durable: bool = False) -> Private:
    """Make a server with that service's database, not yet started."""
    part = Postgres(StateDir(folder), free_ports(1)[0], (service,), durable=durable)
    return Private(part, part.url(service))
