"""What is chosen for one stack: by this shell, kept from an earlier start, or by default."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values

from deploy.stack.errors import DeployError
from deploy.stack.ports import OFFSET, port_map
from deploy.stack.settings.catalogue import Setting, all_names, all_settings, settings_of
from deploy.stack.settings.stack import COMPOSE, LOCAL_DEFAULTS, PREFIX, StackSettings, Way
from deploy.stack.state_dir import state_folder

FILE = "settings.env"
"""In the folder of a stack under Compose: what its first start was given."""

HIDDEN = "***"

BUCKET = "TESSERA_BACKUP_BUCKET"
NEEDED_BY_BUCKET = tuple(f"TESSERA_BACKUP_{name}" for name in ("RECIPIENT", "ACCESS_KEY", "SECRET_KEY"))

_OF_TESTS = ("TESSERA_TEST_", "TESSERA_CHROMIUM")
_OF_SERVICES = ("AUTH_", "USERS_", "TILES_", "FRONTEND_")
# Ratios of difflib. Every TESSERA_… is meant for Tessera; AUTH_SMPT_URL is, too, but not AUTH_TOKEN.
_SIMILAR, _ALMOST_THE_SAME = 0.6, 0.8

Origin = Literal["default", "kept", "environment"]


@dataclass(frozen=True)
class Fault:
    """A variable that no stack can be started with: what is wrong, and the steps to take."""

    name: str
    cause: str
    fix: str
    is_unknown: bool = False


@dataclass(frozen=True)
class Value:
    """One setting with its value and where that comes from."""

    setting: Setting
    text: str
    origin: Origin

    @property
    def shown(self) -> str:
        """The value, hidden when it is a secret."""
        return HIDDEN if self.text and self.setting.is_secret else self.text


@dataclass(frozen=True)
class Change:
    """A setting that a start would give another value than the stack was started with; secrets are hidden."""

    name: str
    kept: str
    new: str

    def __str__(self) -> str:
        return f"{self.name}: {self.kept or 'not set'} -> {self.new or 'not set'}"


@dataclass(frozen=True)
class Chosen:
    """The settings of one stack. `kept` is None until a start has kept them.

    A variable of this shell comes before a kept one, and one that is set to nothing means its default.
    """

    way: Way
    environ: Mapping[str, str]
    kept: Mapping[str, str] | None

    @classmethod
    def read(cls, way: Way, environ: Mapping[str, str]) -> Chosen:
        """Read what is kept of that stack beside the environment."""
        file = kept_file(way, environ)
        kept = dotenv_values(file, interpolate=False) if file and file.exists() else None
        return cls(way, environ, None if kept is None else {name: text or "" for name, text in kept.items()})

    @property
    def coming(self) -> dict[str, str]:
        """The environment that a start now would use."""
        known = settings_of(self.way)
        both = {**(self.kept or {}), **self.environ}
        return {name: text for name, text in both.items() if text or name not in known}

    @property
    def current(self) -> dict[str, str]:
        """The environment that the stack was started with; that of a start now, if it never was."""
        if self.kept is None:
            return dict(self.environ)
        others = {name: text for name, text in self.environ.items() if name not in self._keepable()}
        return {**others, **self.kept}

    @property
    def values(self) -> list[Value]:
        """Every setting of this way of running, as a start now would use it."""
        return [self._value(one) for one in settings_of(self.way).values()]

    @property
    def changes(self) -> list[Change]:
        """What a start now would change; nothing before the first one."""
        if self.kept is None:
            return []
        found = []
        for value in self.values:
            name = value.setting.name
            before = Value(value.setting, self.kept.get(name) or self._default(value.setting), "kept")
            if name in self._keepable() and before.text != value.text:
                # Two secrets look alike when they are hidden.
                new = f"{value.shown} (another)" if value.shown == HIDDEN == before.shown else value.shown
                found.append(Change(name, before.shown, new))
        return found

    def keep(self) -> None:
        """Keep what was chosen, for every later command."""
        file = kept_file(self.way, self.environ)
        assert file, "a stack without Compose has its settings while it runs"
        chosen = [
            one for one in self.values if one.origin != "default" and one.setting.name in self._keepable()
        ]
        lines = [f"{one.setting.name}={_quote(one.text)}\n" for one in chosen]
        draft = file.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)  # it can hold the password of a mail server
        draft.write_text(_HEADING + "".join(lines))
        draft.replace(file)

    def _keepable(self) -> set[str]:
        return settings_of(self.way).keys() - {f"{PREFIX}VAR"}  # names the folder of the file

    def _value(self, setting: Setting) -> Value:
        if text := self.environ.get(setting.name):
            return Value(setting, text, "environment")
        if setting.name not in self.environ and (text := (self.kept or {}).get(setting.name)):
            return Value(setting, text, "kept")
        return Value(setting, self._default(setting), "default")

    def _default(self, setting: Setting) -> str:
        """Return the default; that of a port includes the offset that is chosen."""
        for port in port_map():
            if port.env == setting.name:
                with suppress(DeployError):
                    return str(port.listen({OFFSET: self.coming.get(OFFSET, "")}))
        return setting.defaults[self.way]


_HEADING = """\
# The settings of this stack, kept by `tessera up` and read by every command for it. A variable in the
# environment of `tessera up` changes them. docs/settings.md lists all settings.
"""


def kept_file(way: Way, environ: Mapping[str, str]) -> Path | None:
    """Return where the settings of that stack are kept; None where they are those of the running process."""
    return state_folder(environ) / "compose" / way / FILE if way in COMPOSE else None


def read_stack(way: Way, environ: Mapping[str, str]) -> StackSettings:
    """Read the settings of the stack as a whole. Raises DeployError that names each unusable value."""
    faults = [one for one in _find_bad(way, environ) if one.name.startswith(PREFIX)]
    if faults:
        raise DeployError("\n".join(one.cause for one in faults))
    known = settings_of(way)
    names = {f"{PREFIX}{field}".upper(): field for field in StackSettings.model_fields}
    local = {} if way == "prod" else LOCAL_DEFAULTS
    given = {field: environ.get(name) or local.get(name) for name, field in names.items() if name in known}
    return StackSettings.model_validate({field: text for field, text in given.items() if text})


def find_faults(way: Way, environ: Mapping[str, str]) -> list[Fault]:
    """Find every value that cannot be used, and every name of a setting that does not exist."""
    return [*_find_bad(way, environ), *_find_unknown(environ)]


def without_faults(environ: Mapping[str, str], faults: Sequence[Fault]) -> dict[str, str]:
    """Return the environment without the variables that cannot be used."""
    faulty = {one.name for one in faults}
    return {name: text for name, text in environ.items() if name not in faulty}


def _find_bad(way: Way, environ: Mapping[str, str]) -> Iterator[Fault]:
    for setting in settings_of(way).values():
        text = environ.get(setting.name)
        try:
            if text:
                setting.check(text)
        except ValueError:
            shown = "" if setting.is_secret else f"={text}"
            cause = f"{setting.name}{shown} is not {setting.kind}"
            yield Fault(setting.name, cause, f"Set {setting.name} to {setting.kind}, or unset it.")
    if environ.get("TESSERA_TLS") == "acme" and not environ.get("TESSERA_ACME_EMAIL"):
        cause = "TESSERA_TLS=acme needs TESSERA_ACME_EMAIL, to which Let's Encrypt writes"
        yield Fault("TESSERA_TLS", cause, "Set TESSERA_ACME_EMAIL to an email address.")
    for name in NEEDED_BY_BUCKET:
        if environ.get(BUCKET) and not environ.get(name):
            yield Fault(BUCKET, f"{BUCKET} needs {name}", f"Set {name}, or unset {BUCKET}.")


def _find_unknown(environ: Mapping[str, str]) -> Iterator[Fault]:
    known = all_names()
    for name in environ:
        if name in known or name.startswith(_OF_TESTS):
            continue
        prefix = next((one for one in (PREFIX, *_OF_SERVICES) if name.startswith(one)), None)
        nearest = _nearest(name, prefix) if prefix else None
        if nearest:
            cause = f"there is no setting {name}; the nearest is {nearest}"
            yield Fault(name, cause, f"Rename it to {nearest}.", is_unknown=True)
        elif prefix == PREFIX:
            yield Fault(name, f"there is no setting {name}", f"Unset {name}.", is_unknown=True)


def _nearest(name: str, prefix: str) -> str | None:
    rest = [one.name.removeprefix(prefix) for one in all_settings() if one.name.startswith(prefix)]
    cutoff = _SIMILAR if prefix == PREFIX else _ALMOST_THE_SAME
    found = difflib.get_close_matches(name.removeprefix(prefix), rest, n=1, cutoff=cutoff)
    return f"{prefix}{found[0]}" if found else None


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
