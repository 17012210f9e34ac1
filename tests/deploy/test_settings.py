"""The settings of a stack on the command line: shown, kept, and changed only when that is confirmed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.commands.environments import environ_of
from deploy.stack.compose.project import Project
from deploy.stack.compose.state import find_certified_host, prepare, served_of
from deploy.stack.settings.chosen import Chosen
from tests.support.commands import run
from tests.support.compose import compose_environment

HOST = "tessera.example.org"


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """A fresh shell for a stack that was started with a host name."""
    fresh = compose_environment(tmp_path) | {"TESSERA_HOST": ""}
    del fresh["TESSERA_HOST"]
    first = fresh | {"TESSERA_HOST": HOST, "TESSERA_MAIL": "keep"}
    prepare(Project("prod", first))
    Chosen.read("prod", first).keep()
    return fresh


def config(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("config", "--env", "prod", *arguments, env=env)


def setting(env: dict[str, str], name: str) -> dict[str, Any]:
    found = json.loads(config(env, "--json").stdout)["settings"]
    return next(dict(one) for one in found if one["name"] == name)


def test_config_says_where_a_value_comes_from(shell: dict[str, str]) -> None:
    shell["TESSERA_RATE_BURST"] = "300"
    assert (setting(shell, "TESSERA_HOST")["value"], setting(shell, "TESSERA_HOST")["from"]) == (HOST, "kept")
    assert setting(shell, "TESSERA_RATE_BURST")["from"] == "environment"
    assert setting(shell, "TESSERA_RATE_AVERAGE")["from"] == "default"


@pytest.mark.parametrize("arguments", [(), ("--json",)], ids=["text", "json"])
def test_config_hides_secrets(shell: dict[str, str], arguments: tuple[str, ...]) -> None:
    shell["AUTH_SMTP_URL"] = "smtp://user:s3cr3t-word@mail.example.org"
    done = config(shell, *arguments)
    assert "AUTH_SMTP_URL" in done.stdout
    assert "s3cr3t-word" not in done.stdout + done.stderr


def test_config_fails_for_a_value_that_cannot_be_used(shell: dict[str, str]) -> None:
    done = config(shell | {"TESSERA_LOG_LEVEL": "loud"})
    assert done.returncode == 1
    assert "TESSERA_LOG_LEVEL=loud is not one of debug, info, warning, error" in done.stdout


def test_up_without_a_terminal_shows_a_change_and_applies_nothing(shell: dict[str, str]) -> None:
    done = run("up", "--env", "prod", env=shell | {"TESSERA_HOST": "other.example.org"})
    assert done.returncode == 1
    assert f"    TESSERA_HOST: {HOST} -> other.example.org\n" in done.stdout
    assert "confirm with --yes" in done.stderr
    assert setting(shell, "TESSERA_HOST")["value"] == HOST


def test_a_command_for_the_stack_notes_what_it_does_not_apply(shell: dict[str, str]) -> None:
    done = run("doctor", "--env", "prod", env=shell | {"TESSERA_HOST": "other.example.org"})
    assert f"not applied: TESSERA_HOST: {HOST} -> other.example.org; to apply it: " in done.stderr


def test_a_fresh_shell_never_reissues_the_certificate(shell: dict[str, str]) -> None:
    project = Project("prod", Chosen.read("prod", shell).coming)
    before = served_of(project.var).read_text()
    prepare(project)
    assert served_of(project.var).read_text() == before


def test_a_stack_without_kept_settings_keeps_the_host_of_its_certificate(shell: dict[str, str]) -> None:
    project = Project("prod", Chosen.read("prod", shell).coming)
    (project.var.root / "settings.env").unlink()
    assert find_certified_host(project.var) == HOST
    done = run("up", "--env", "prod", env=shell)
    assert done.returncode == 1
    assert f"    TESSERA_HOST: {HOST} -> localhost\n" in done.stdout


def test_other_commands_use_the_host_of_the_certificate_of_such_a_stack(
    shell: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project("prod", Chosen.read("prod", shell).coming)
    (project.var.root / "settings.env").unlink()
    monkeypatch.setenv("TESSERA_VAR", shell["TESSERA_VAR"])
    monkeypatch.delenv("TESSERA_HOST", raising=False)
    assert environ_of("prod")["TESSERA_HOST"] == HOST


def test_production_without_a_mail_server_is_refused(shell: dict[str, str]) -> None:
    done = run("preflight", "--env", "prod", env=shell | {"TESSERA_MAIL": "send"})
    assert done.returncode == 1
    assert "mail-unsent: production has no mail server" in done.stdout


@pytest.mark.parametrize("given", [{"TESSERA_MAIL": "keep"}, {"AUTH_SMTP_URL": "smtp://mail.example.org"}])
def test_production_that_sends_or_keeps_mail_is_accepted(
    shell: dict[str, str], given: dict[str, str]
) -> None:
    done = run("preflight", "--env", "prod", env=shell | given)
    assert "mail-unsent" not in done.stdout
