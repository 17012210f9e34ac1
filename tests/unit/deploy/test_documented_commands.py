"""Each `tessera …` that documents, code and Makefile spell is accepted by the parser."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from deploy.__main__ import parser
from deploy.stack.state_dir import REPOSITORY

DOCUMENTS = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
SOURCES = sorted((REPOSITORY / "deploy").rglob("*.py"))

COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:/\S+/)?tessera (?P<arguments>.+)")
INLINE = re.compile(r"`[^`]*`")
PRINTED = re.compile(r"command_line\(\s*f?(?P<quote>[\"'])(?P<arguments>.*?)(?P=quote)")

# What a placeholder of a printed command or of a document stands for.
STANDS_FOR = (
    (re.compile(r"\{[^{}]*env[^{}]*\}"), " --env dev"),
    (re.compile(r"\{[^{}]*queue[^{}]*\}"), "users.events"),
    (re.compile(r"\{(service|database)\}"), "tiles"),
    (re.compile(r"\{[^{}]*statement[^{}]*\}"), "'SELECT 1'"),
    (re.compile(r"\{words\}"), "list_queues"),
    (re.compile(r"\bSERVICE VERB\b"), "auth rotate-keys"),
    (re.compile(r"\bCOMMAND\b"), "run"),
)


def documented(path: Path) -> list[str]:
    """Arguments of every command in code blocks and inline code."""
    found, in_block = [], False
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            in_block = not in_block
        for code in [line] if in_block else (inline.strip("`") for inline in INLINE.findall(line)):
            match = COMMAND.match(code)
            if match:
                found.append(match["arguments"])
    return found


def printed(path: Path) -> list[str]:
    """Arguments of every command that this module spells for a reader."""
    text = path.read_text()
    return [match["arguments"] for match in PRINTED.finditer(text)]


def words_of(arguments: str) -> list[str]:
    for placeholder, example in STANDS_FOR:
        arguments = placeholder.sub(example, arguments)
    # `up --env {env}` has become `up --env --env dev`.
    return shlex.split(re.sub(r"--env +--env", "--env", arguments), comments=True)


def is_accepted(arguments: str) -> bool:
    words = words_of(arguments)
    try:
        parser().parse_args(words)
    except SystemExit as end:
        # With only a command's name, a document speaks about the command.
        return end.code == 0 or (len(words) == 1 and is_accepted(f"{words[0]} --help"))
    return True


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_the_parser_accepts_each_command_of_a_document(path: Path) -> None:
    assert [arguments for arguments in documented(path) if not is_accepted(arguments)] == []


def test_the_parser_accepts_each_command_that_the_code_prints() -> None:
    commands = [arguments for path in SOURCES for arguments in printed(path)]
    assert len(commands) > 3
    assert [arguments for arguments in commands if not is_accepted(arguments)] == []


def test_the_makefile_calls_existing_commands() -> None:
    called = re.findall(r"\./tessera ([a-z-]+)", (REPOSITORY / "Makefile").read_text())
    assert len(called) > 10
    assert [name for name in called if not is_accepted(f"{name} --help")] == []


def test_the_documented_verbs_of_services_exist() -> None:
    documented_verbs = {
        (words[1], words[2])
        for path in DOCUMENTS
        for arguments in documented(path)
        if (words := words_of(arguments))[0] == "exec" and len(words) > 2 and words[1] in ("auth", "users")
    }
    assert documented_verbs
    for service, verb in documented_verbs:
        assert f'"{verb}"' in (REPOSITORY / "services" / service / "__main__.py").read_text()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_spells_a_command_in_the_long_way(path: Path) -> None:
    assert re.findall(r"python -m deploy\b|\.venv/bin/python -m", path.read_text()) == []
