"""Fixtures of all tests: real PostgreSQL and RabbitMQ, and the whole stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.compose import COMPOSE_SECONDS, ComposeStack, need_engine
from tests.support.parts import (
    Brokers,
    Databases,
    Private,
    PrivateNode,
    SessionParts,
    VirtualHost,
    private_postgres,
)
from tests.support.s3 import Bucket, s3_server
from tests.support.scheduling import pytest_xdist_make_scheduler
from tests.support.stack import RunningStack, Stack, run_environment

__all__ = ["pytest_xdist_make_scheduler"]

# How long an example takes depends on the machine more than on the code.
settings.register_profile("tessera", deadline=None)
settings.load_profile("tessera")

SESSION_PARTS = pytest.StashKey[SessionParts]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """The process that the user started owns the parts; xdist workers find them by its environment."""
    if not hasattr(session.config, "workerinput"):
        session.config.stash[SESSION_PARTS] = SessionParts()


def pytest_unconfigure(config: pytest.Config) -> None:
    parts = config.stash.get(SESSION_PARTS, None)
    if parts:
        parts.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that stop a part of their own, which takes it seconds to start again: `outage`."""
    for item in items:
        if {"private_node", "private_database"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("outage")


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Databases:
    """`database("tiles")` makes a fresh, empty database and returns its URL, each time it is called.

    `database("tiles", like=url)` copies the database at `url` instead (which must have no connections): the
    quick way to many migrated ones. The databases go away with the session.
    """
    return Databases(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def new_broker() -> Callable[[], VirtualHost]:
    """`new_broker().url` is a fresh virtual host of the session's RabbitMQ, each time it is called."""
    return Brokers()


@pytest.fixture(scope="module")
def broker(new_broker: Callable[[], VirtualHost]) -> VirtualHost:
    """A virtual host for the tests of this module: `broker.url`."""
    return new_broker()


@pytest.fixture(scope="session")
def private_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateNode]:
    """The RabbitMQ node of this worker that tests may stop, not yet started."""
    node = PrivateNode(tmp_path_factory.mktemp("private"))
    try:
        yield node
    finally:
        node.close()


@pytest.fixture
def private_broker(private_node: PrivateNode) -> Private:
    """A running RabbitMQ node for one test, with `.stop()`, `.kill()` and `.start()`.

    The next test is given the same node, started again if need be, and `.url` is another virtual host.
    """
    private_node.make_ready()
    return private_node


@pytest.fixture
def private_database(tmp_path: Path) -> Iterator[Callable[[str], Private]]:
    """`private_database("tiles")` is a PostgreSQL server for one test (1 s), like `private_broker`."""
    made: list[Private] = []

    def make(service: str) -> Private:
        private = private_postgres(tmp_path / f"postgres-{service}", service)
        made.append(private)
        private.start()
        return private

    try:
        yield make
    finally:
        for private in made:
            private.close()


@pytest.fixture(
    params=[
        "stack",
        pytest.param("compose", marks=pytest.mark.timeout(COMPOSE_SECONDS)),
    ]
)
def running(request: pytest.FixtureRequest) -> RunningStack:
    """Each way of running the whole stack in turn."""
    way: RunningStack = request.getfixturevalue(request.param)
    return way


@pytest.fixture(scope="session")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    """The development stack under Docker Compose, in a project of its own: `.url`, `.admin`, `.project`."""
    need_engine()
    stack = ComposeStack("dev", tmp_path_factory.mktemp("compose") / "var")
    try:
        stack.up()
        yield stack
    finally:
        stack.remove()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A run of the whole stack: `.url`, `.admin`, `.var`, `.logs`, `.pids(name)`, `.kill(name)`."""
    var = tmp_path_factory.mktemp("stack") / "var"
    stack = Stack(var, run_environment(var))
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """Provide the URL of a server that speaks S3."""
    with s3_server() as url:
        yield url


@pytest.fixture
def bucket(s3: str) -> Bucket:
    """Provide an empty bucket."""
    return Bucket(s3).make()
