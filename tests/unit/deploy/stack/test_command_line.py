"""Each printed command can be pasted into any shell, in any folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from deploy.stack.command_line import LAUNCHER, command_line, make_line, path_line

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def paste(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the line in a shell that has no virtual environment."""
    command = ["env", "-i", f"PATH={SYSTEM_PATH}", "sh", "-c", line]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_command_works_from_another_folder_without_the_venv(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", SYSTEM_PATH)
    line = command_line("ports --help")
    assert line == f"{LAUNCHER} ports --help"
    done = paste(line, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: tessera ports")


def test_a_command_is_short_where_path_leads_to_this_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tessera").symlink_to(LAUNCHER)
    monkeypatch.setenv("PATH", f"{tmp_path}:{SYSTEM_PATH}")
    assert command_line("doctor") == "tessera doctor"
    assert paste(f"{tmp_path / 'tessera'} --help", tmp_path).stdout.startswith("usage: tessera")


def test_another_tessera_on_path_is_not_taken_for_this_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "tessera"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command_line("doctor") == f"{LAUNCHER} doctor"


def test_the_line_for_path_makes_the_short_form_work(tmp_path: Path) -> None:
    done = paste(f"{path_line()}\ntessera ports --help", tmp_path)
    assert done.stdout.startswith("usage: tessera ports")


def test_a_folder_with_packages_of_the_same_names_does_not_replace_ours(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    assert paste(f"{LAUNCHER} ports --help", tmp_path).returncode == 0


def test_a_checkout_without_an_environment_names_the_command_that_makes_it(tmp_path: Path) -> None:
    launcher = tmp_path / "tessera"
    launcher.write_bytes(LAUNCHER.read_bytes())
    launcher.chmod(0o755)
    done = paste(str(launcher), tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"make -C '{tmp_path}' setup" in done.stderr


def test_a_target_of_make_names_its_folder(tmp_path: Path) -> None:
    assert "help" in paste(f"{make_line('help')} --silent", tmp_path).stdout
