"""PostgreSQL, RabbitMQ and Traefik as private instances."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

import aio_pika
import aiohttp
import psutil
import psycopg2
import pytest

from deploy.stack.connections import CONNECTION_LIMITS
from deploy.stack.errors import DeployError
from deploy.stack.parts.postgres import Postgres
from deploy.stack.parts.rabbitmq import RabbitMQ
from deploy.stack.parts.traefik import Traefik
from deploy.stack.ports import Listen
from deploy.stack.state_dir import StateDir
from tests.support.busy import here
from tests.support.parts import Private, free_ports
from tests.support.stack import processes_of
from tests.support.waiting import PATIENCE


def listening(pid: int | None) -> set[str]:
    return {
        connection.laddr.ip
        for connection in psutil.net_connections(kind="tcp")
        if connection.pid == pid and connection.laddr and connection.status == psutil.CONN_LISTEN
    }


def postgres_in(folder: Path) -> Postgres:
    return Postgres(StateDir(folder), free_ports(1)[0], ("auth", "tiles"))


def rabbitmq_in(folder: Path) -> RabbitMQ:
    amqp, dist, epmd = free_ports(3)
    return RabbitMQ(StateDir(folder), amqp=amqp, dist=dist, epmd=epmd, users=("auth", "tiles"))


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


async def test_postgres_listens_on_loopback_only_and_leaves_nothing_behind(tmp_path: Path) -> None:
    postgres = postgres_in(tmp_path)
    await postgres.start()
    assert listening(postgres.pid) == {"127.0.0.1"}
    await postgres.stop()
    assert processes_of(tmp_path) == []


async def test_a_service_cannot_use_the_database_of_another(tmp_path: Path) -> None:
    postgres = postgres_in(tmp_path)
    await postgres.start()
    assert execute(postgres.url("auth"), "SELECT current_user::text, current_database()::text") == [
        ("auth", "auth")
    ]
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        execute(postgres.url("auth", "tiles"), "SELECT 1")
    await postgres.stop()


async def test_postgres_killed_with_open_sessions_starts_again_with_its_data(tmp_path: Path) -> None:
    postgres = postgres_in(tmp_path)
    await postgres.start()
    execute(postgres.url("tiles"), "CREATE TABLE kept AS SELECT 7 AS number")
    session = psycopg2.connect(postgres.url("tiles"))
    assert postgres.pid
    os.kill(postgres.pid, signal.SIGKILL)
    await postgres.wait()
    await postgres.start()
    assert execute(postgres.url("tiles"), "SELECT number FROM kept") == [(7,)]
    session.close()
    await postgres.stop()


async def test_postgres_starts_although_its_old_process_id_is_in_use(
    tmp_path: Path,
) -> None:
    postgres = postgres_in(tmp_path)
    await postgres.start()
    lock = (tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()
    postgres.kill()
    lock[0] = str(os.getppid())
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join(lock) + "\n")
    await postgres.start()
    await postgres.stop()


async def test_data_with_another_password_is_refused_with_a_reason(tmp_path: Path) -> None:
    postgres = postgres_in(tmp_path)
    await postgres.start()
    await postgres.stop()
    postgres.var.write_secret("postgres", "another")
    with pytest.raises(DeployError, match="created with another password"):
        await postgres.start()
    await postgres.stop()


async def test_two_rabbitmqs_run_on_loopback_and_leave_nothing_behind(tmp_path: Path) -> None:
    nodes = [rabbitmq_in(tmp_path / name) for name in ("one", "two")]
    await asyncio.gather(*(node.start() for node in nodes))
    for node in nodes:
        assert listening(node.pid) == {"127.0.0.1"}
        assert listening(node.epmd.pid) <= {"127.0.0.1", "::1"}
        async with await aio_pika.connect(node.url("tiles")):
            pass
    with pytest.raises(aio_pika.exceptions.AMQPConnectionError):
        await aio_pika.connect(nodes[0].url("tiles").replace(str(nodes[0].amqp), str(nodes[1].amqp)))
    await asyncio.gather(*(node.stop() for node in nodes))
    assert processes_of(tmp_path / "one") + processes_of(tmp_path / "two") == []


async def test_rabbitmq_survives_a_kill_and_keeps_messages_over_a_stop(
    private_broker: Private,
) -> None:
    await asyncio.to_thread(private_broker.kill)
    await asyncio.to_thread(private_broker.start)
    async with await aio_pika.connect(private_broker.url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(aio_pika.Message(b"tile", delivery_mode=2), "kept")
    await asyncio.to_thread(private_broker.stop)
    await asyncio.to_thread(private_broker.start)
    async with await aio_pika.connect(private_broker.url) as connection:
        channel = await connection.channel()
        message = await (await channel.get_queue("kept")).get(timeout=PATIENCE)
        assert message
        assert message.body == b"tile"


async def test_the_gateway_runs_on_its_ports_and_stops_at_once(tmp_path: Path) -> None:
    port, admin_port = free_ports(2)
    gateway = Traefik(StateDir(tmp_path), listen=Listen(port), admin_port=admin_port, servers={})
    await gateway.start()
    async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{port}/") as response:
        assert response.status == 503
    began = time.monotonic()
    await gateway.stop()
    assert time.monotonic() - began < here(2)
    assert processes_of(tmp_path) == []
    assert '"RequestPath":"/"' in (tmp_path / "log" / "gateway-access.log").read_text()


async def test_secrets_are_readable_by_their_owner_only_and_stay_the_same(tmp_path: Path) -> None:
    first = StateDir(tmp_path).secret("auth_secret")
    assert StateDir(tmp_path).secret("auth_secret") == first
    assert len(first) >= 32
    modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()}
    assert modes == {0o600}


async def test_a_service_cannot_take_the_connections_of_the_others(tmp_path: Path) -> None:
    postgres = postgres_in(tmp_path)
    await postgres.start()
    try:
        held: list[psycopg2.extensions.connection] = []
        with pytest.raises(psycopg2.OperationalError, match="too many connections for role"):
            while len(held) < 400:
                held.append(psycopg2.connect(postgres.url("auth")))
        assert len(held) == CONNECTION_LIMITS["auth"]
        assert execute(postgres.url("tiles"), "SELECT 1") == [(1,)]
        for connection in held:
            connection.close()
    finally:
        await postgres.stop()
