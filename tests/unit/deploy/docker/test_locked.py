"""The part of the lock that an image needs."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from deploy.stack.state_dir import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())


def select(*group: str) -> set[str]:
    command = [sys.executable, "deploy/docker/locked.py", "requirements.lock", *group]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return {line.partition("==")[0] for line in done.stdout.splitlines() if "==" in line}


@pytest.mark.parametrize(
    ("package", "group"),
    [("pillow", "tiles"), ("webauthn", "auth"), ("cbor2", "auth"), ("obstore", "backup"), ("pyyaml", "init")],
)
def test_a_package_of_one_image_is_in_no_other(package: str, group: str) -> None:
    groups = ("auth", "tiles", "backup", "init")
    assert [name for name in ((), *((one,) for one in groups)) if package in select(*name)] == [(group,)]


def test_every_image_has_what_all_depend_on_and_what_that_needs() -> None:
    assert {"aiohttp", "yarl", "cryptography", "psycopg2-binary"} <= select()


def test_what_every_image_has_is_not_installed_twice() -> None:
    assert select() & select("auth") == set()
