"""Data of older servers: real ones of two major versions of PostgreSQL, and a node of RabbitMQ."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from deploy.backup import upgrade as upgrading
from deploy.backup.archive import Sums
from deploy.backup.source import connect
from deploy.backup.take import sum_tables
from deploy.backup.upgrade import UPGRADED, set_broker_aside, upgrade
from deploy.stack.errors import DeployError
from deploy.stack.parts.postgres import DATA, Postgres, find_programs, read_major
from deploy.stack.parts.rabbitmq import VERSION, RabbitMQ, can_follow
from deploy.stack.programs import SERVICES
from deploy.stack.state_dir import StateDir
from shared.db.migrations import migrate
from tests.support.commands import run
from tests.support.parts import free_ports
from tests.support.stack import run_environment

NEW = read_major(find_programs())
# Debian's, which .ci/run installs.
OLD_PROGRAMS = next(
    (one for one in sorted(Path("/usr/lib/postgresql").glob("*/bin")) if one.parent.name != NEW), None
)
Data = Mapping[str, Sums]


class OldPostgres(Postgres):
    locale = ("--locale=C.UTF-8",)  # the builtin provider is newer


def read_all(postgres: Postgres) -> Data:
    found = {}
    for service in SERVICES:
        with closing(connect(postgres.url(service))) as reading:
            found[service] = sum_tables(reading)
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Data]:
    """Make the state folder of a stack with the older version, and read what it holds."""
    if OLD_PROGRAMS is None:
        pytest.skip("needs PostgreSQL of another major version, such as Debian's")
    folder = tmp_path_factory.mktemp("old")
    old = OldPostgres(StateDir(folder), free_ports(1)[0], SERVICES, programs=OLD_PROGRAMS)

    async def make() -> Data:
        await old.start()
        try:
            for service in SERVICES:
                migrate(service, old.url(service))
                with closing(connect(old.url(service))) as writing, writing, writing.cursor() as statements:
                    statements.execute(
                        "INSERT INTO outbox (message_id, routing_key, payload)"
                        " SELECT gen_random_uuid(), 'key', repeat('ü', n) FROM generate_series(1, 2000) AS n"
                    )
            return read_all(old)
        finally:
            await old.stop()

    return folder, asyncio.run(make())


@pytest.fixture
def var(made: tuple[Path, Data], tmp_path: Path) -> StateDir:
    """Provide a copy of it."""
    shutil.copytree(made[0], tmp_path / "var", copy_function=_copy_with_owner)
    for path in [tmp_path / "var" / DATA, *(tmp_path / "var" / DATA).rglob("*")]:
        shutil.chown(path, *_owner_of(made[0] / DATA))
    return StateDir(tmp_path / "var")


def _copy_with_owner(source: str, target: str) -> None:
    shutil.copy2(source, target)


def _owner_of(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid


async def read_upgraded(var: StateDir) -> Data:
    new = Postgres(var, free_ports(1)[0], SERVICES)
    await new.start()
    try:
        return read_all(new)
    finally:
        await new.stop()


async def test_every_table_is_the_same_after_an_upgrade(var: StateDir, made: tuple[Path, Data]) -> None:
    await upgrade(var, OLD_PROGRAMS, lambda _: None)
    assert (var.root / DATA / "PG_VERSION").read_text().strip() == NEW
    assert await read_upgraded(var) == made[1]


async def test_a_start_on_older_data_is_refused_with_the_command(var: StateDir) -> None:
    with pytest.raises(DeployError, match=rf"PostgreSQL {NEW} cannot read it; fix: .*tessera upgrade"):
        await Postgres(var, free_ports(1)[0], SERVICES).start()


async def test_an_upgrade_interrupted_while_it_copies_is_repeated(
    var: StateDir, made: tuple[Path, Data], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(upgrading, "load", interrupt)
    with pytest.raises(KeyboardInterrupt):
        await upgrade(var, OLD_PROGRAMS, lambda _: None)
    monkeypatch.undo()
    assert (var.root / DATA / "PG_VERSION").read_text().strip() != NEW
    await upgrade(var, OLD_PROGRAMS, lambda _: None)
    assert await read_upgraded(var) == made[1]


async def test_an_upgrade_interrupted_between_its_renames_is_finished(
    var: StateDir, made: tuple[Path, Data]
) -> None:
    await upgrade(var, OLD_PROGRAMS, lambda _: None)
    (var.root / DATA).rename(var.root / UPGRADED)
    await upgrade(var, OLD_PROGRAMS, lambda _: None)
    assert await read_upgraded(var) == made[1]


async def test_an_upgrade_without_the_old_programs_names_what_to_install(
    var: StateDir, tmp_path: Path
) -> None:
    with pytest.raises(DeployError, match=r"install postgresql-\d+, or name their folder with --programs"):
        await upgrade(var, tmp_path, lambda _: None)


def test_the_command_upgrades_once(var: StateDir) -> None:
    environ = run_environment(var.root)
    first, second = (run("upgrade", "--programs", str(OLD_PROGRAMS), env=environ) for _ in range(2))
    assert f"to {NEW}; remove " in first.stdout, first.stderr
    assert f"the data is that of PostgreSQL {NEW} already" in second.stdout


@pytest.mark.parametrize(
    ("new", "old", "starts"),
    [
        ((3, 10), (3, 10), True), ((3, 11), (3, 10), True), ((3, 12), (3, 10), False),
        ((3, 9), (3, 10), False), ((4, 0), (3, 10), False), ((4, 0), (3, 13), True),
        ((4, 2), (4, 0), True), ((4, 0), (4, 1), False),
    ],
)  # fmt: skip
def test_rabbitmq_skips_no_version(new: tuple[int, int], old: tuple[int, int], starts: bool) -> None:
    assert can_follow(new, old) is starts


async def test_a_node_that_cannot_start_with_its_data_begins_empty(tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    amqp, dist, epmd = free_ports(3)
    node = RabbitMQ(var, amqp=amqp, dist=dist, epmd=epmd, users=SERVICES)
    await node.start()
    await node.stop()
    (node.data / VERSION).write_text("3.8")
    with pytest.raises(DeployError, match=r"written by RabbitMQ 3\.8, .*; fix: .*tessera upgrade"):
        await node.start()
    set_broker_aside(var, lambda _: None)
    await node.start()
    await node.stop()
    assert (var.root / "rabbitmq-3.8").exists()
