"""How an operator spells a command, so that it works when pasted into any shell, in any folder."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from deploy.stack.state_dir import REPOSITORY

LAUNCHER = REPOSITORY / "tessera"


def command_line(arguments: str) -> str:
    """Spell a command of this checkout: `tessera doctor`, with the launcher's path unless PATH leads to it.

    `arguments` are taken as they are, so they may hold placeholders for a reader to fill in.
    """
    return f"{LAUNCHER.name if is_on_path() else shlex.quote(str(LAUNCHER))} {arguments}"


def is_on_path() -> bool:
    """Return whether `tessera` on PATH is that of this checkout, or a link to it."""
    found = shutil.which(LAUNCHER.name)
    return found is not None and Path(found).resolve() == LAUNCHER


def make_line(target: str) -> str:
    """Spell a target of this checkout's Makefile: `make -C /srv/tessera setup`."""
    return f"make -C {shlex.quote(str(REPOSITORY))} {target}"


def path_line() -> str:
    """Spell the one command that puts this checkout's `tessera` on PATH for this shell."""
    return f'export PATH={shlex.quote(str(REPOSITORY))}:"$PATH"'
