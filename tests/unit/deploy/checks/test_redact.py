"""Secrets are hidden in the output of the checks, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.checks.redact import redactor
from deploy.stack.state_dir import StateDir


def test_words_about_a_secret_are_not_hidden(tmp_path: Path) -> None:
    text = "a secret cannot be used: /var/secrets/auth_secret: No such file or directory"
    assert redactor(StateDir(tmp_path))(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://tiles:s3cr3t-word@127.0.0.1/tiles",
        "Authorization: Bearer s3cr3t-word",
        "password=s3cr3t-word",
        '{"token": "s3cr3t-word"}',
        json.dumps({"cause": '{"refresh_token": "s3cr3t-word"}'}),
        "/ws/canvas/1?ticket=s3cr3t-word&since=4",
        "it is kept-in-a-file",
    ],
)
def test_secrets_are_hidden(text: str, tmp_path: Path) -> None:
    var = StateDir(tmp_path)
    var.write_secret("some", "kept-in-a-file")
    redacted = redactor(var)(text)
    assert "***" in redacted
    assert "s3cr3t-word" not in redacted
    assert "kept-in-a-file" not in redacted
