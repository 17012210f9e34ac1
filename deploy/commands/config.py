"""`tessera config`: every setting of a stack, its value, and where that comes from."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from deploy.commands.environments import add_env_option
from deploy.stack.settings.chosen import Chosen, find_faults, kept_file


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `config` to the commands."""
    parser = commands.add_parser(
        "config",
        help="every setting of a stack, its value, and where that comes from",
        description="Print the settings that a start now would use: from the environment of this shell, kept "
        "from an earlier start under Compose, or the default. Secrets are hidden. Exit status 1 when one "
        "cannot be used.",
    )
    add_env_option(parser)
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_config)


def _config(given: argparse.Namespace) -> int:
    chosen = Chosen.read(given.env, os.environ)
    faults = find_faults(chosen.way, chosen.coming)
    if given.json:
        print(json.dumps(_document(chosen) | {"faults": [fault.cause for fault in faults]}, indent=1))
    else:
        print(_table(chosen))
        for line in [f"would change  {change}" for change in chosen.changes] + [
            f"ERROR  {fault.cause}\n    fix: {fault.fix}" for fault in faults
        ]:
            print(line)
    return 1 if faults else 0


def _table(chosen: Chosen) -> str:
    file = kept_file(chosen.way, chosen.environ)
    kept = f"kept in {file}" if file and file.exists() else ""
    rows = [("variable", "value", "unit", "from")]
    rows += [
        (one.setting.name, one.shown or "-", one.setting.unit, kept if one.origin == "kept" else one.origin)
        for one in chosen.values
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _document(chosen: Chosen) -> dict[str, Any]:
    return {
        "env": chosen.way,
        "settings": [
            {
                "name": one.setting.name,
                "value": one.shown or None,
                "from": one.origin,
                "default": one.setting.defaults[chosen.way] or None,
                "takes": one.setting.kind,
                "unit": one.setting.unit or None,
                "used_by": one.setting.used_by,
                "secret": one.setting.is_secret,
                "about": one.setting.about,
            }
            for one in chosen.values
        ],
        "changes": [str(change) for change in chosen.changes],
    }
