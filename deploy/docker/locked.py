"""Print a part of a lock: `locked.py LOCK` what every image has, `locked.py LOCK GROUP` what one has beyond.

Every image has what `[project]` of pyproject.toml depends on; a group is one of `[dependency-groups]`. Either
comes with what it needs in turn, which the comments name that `make lock` writes into a lock. pip installs
every package of a hashed file, so each image needs a file of its own.
"""

import re
import sys
from pathlib import Path

PROJECT = "tessera (pyproject.toml"


def select(lock: str, group: str = "") -> str:
    """Return these packages of the lock, with their pins and hashes."""
    parts = re.split(r"^(?=[a-z0-9])", lock, flags=re.M)[1:]
    needed_by = {part: set(re.findall(r"^ +#(?: via)? +(\S.*)$", part, re.M)) for part in parts}
    found = _follow(needed_by, f"{PROJECT})")
    if group:
        found = _follow(needed_by, f"{PROJECT}:{group})") - found
    return "".join(part for part in parts if part in found)


def _follow(needed_by: "dict[str, set[str]]", root: str) -> "set[str]":
    """Find the packages that the root needs, and that those need."""
    names, found = {root}, set[str]()
    while added := {part for part, needs in needed_by.items() if needs & names} - found:
        found |= added
        names |= {part.partition("==")[0] for part in added}
    return found


if __name__ == "__main__":
    sys.stdout.write(select(Path(sys.argv[1]).read_text(), *sys.argv[2:]))
