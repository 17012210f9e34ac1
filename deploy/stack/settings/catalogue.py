"""All settings: those of the stack, its ports, and those that the services declare themselves."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import SecretStr, TypeAdapter
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from deploy.stack.errors import DeployError
from deploy.stack.ports import Port, port_map
from deploy.stack.settings.kinds import describe, required_type
from deploy.stack.settings.stack import COMPOSE_DEFAULTS, LOCAL_DEFAULTS, PREFIX, For, StackSettings, Way
from frontend.settings import Settings as FrontendSettings
from services.auth.settings import AuthSettings
from services.tiles.settings import TilesSettings
from services.users.settings import UsersSettings
from shared.settings import ProcessSettings

WAYS: tuple[Way, ...] = get_args(Way)

SERVICES: Mapping[str, type[ProcessSettings]] = {
    "auth": AuthSettings,
    "users": UsersSettings,
    "tiles": TilesSettings,
    "frontend": FrontendSettings,
}

# What each way of running sets itself, so that an operator cannot.
_SET_BY_ALL = {"bind", "instance", "drain_seconds", "jwks_url", "watched", "secret", "trusted_proxies"}
_SET_BY_COMPOSE = {"public_url", "mail_folder", "log_level", "reload"}


@dataclass(frozen=True)
class Setting:
    """One variable. `kind` is what it takes, in words; `check` raises ValueError for a text that it is not.

    `defaults` has each way of running that the setting applies to; an empty text means none.
    """

    name: str
    kind: str
    about: str
    used_by: str
    defaults: Mapping[Way, str]
    check: Callable[[str], object]
    unit: str = ""
    is_secret: bool = False


def settings_of(way: Way) -> dict[str, Setting]:
    """Return the settings that apply to one way of running, by name."""
    return {one.name: one for one in all_settings() if way in one.defaults}


@functools.cache
def all_settings() -> tuple[Setting, ...]:
    """Return every setting of every way of running, in the order of the documents."""
    return (*_of_stack(), *map(_of_port, port_map()), *_of_services())


@functools.cache
def all_names() -> frozenset[str]:
    """Return the names of all variables that anything reads, those that no operator sets included."""
    services = {
        f"{service}_{name}".upper()
        for service, settings in SERVICES.items()
        for name in settings.model_fields
    }
    return frozenset({one.name for one in all_settings()} | services | {f"{name}_FILE" for name in services})


def _of_stack() -> list[Setting]:
    found = []
    for name, field in StackSettings.model_fields.items():
        scope = next(one for one in field.metadata if isinstance(one, For))
        variable = f"{PREFIX}{name}".upper()
        found.append(_from_field(variable, field, scope.used_by, scope.ways, scope.unit))
    return found


def _of_services() -> list[Setting]:
    found = []
    for service, settings in SERVICES.items():
        for name, field in settings.model_fields.items():
            ways = [way for way in WAYS if name not in _set_by(way)]
            if ways:
                found.append(_from_field(f"{service}_{name}".upper(), field, service, ways, _unit_of(name)))
    return found


def _set_by(way: Way) -> set[str]:
    return _SET_BY_ALL | (set() if way == "native" else _SET_BY_COMPOSE)


def _unit_of(name: str) -> str:
    return "seconds" if name.endswith("_seconds") else ""


def _from_field(variable: str, field: FieldInfo, used_by: str, ways: Sequence[Way], unit: str) -> Setting:
    adapter: TypeAdapter[Any] = TypeAdapter(field.rebuild_annotation())
    return Setting(
        name=variable,
        kind=describe(field),
        about=field.description or "",
        used_by=used_by,
        defaults={way: _default(variable, field, way) for way in ways},
        check=adapter.validate_python,
        unit=unit,
        is_secret=required_type(field)[0] is SecretStr,
    )


def _default(variable: str, field: FieldInfo, way: Way) -> str:
    if way != "native" and variable in COMPOSE_DEFAULTS:
        return COMPOSE_DEFAULTS[variable]
    if way != "prod" and variable in LOCAL_DEFAULTS:
        return LOCAL_DEFAULTS[variable]
    if field.default in (PydanticUndefined, None):
        return ""
    if isinstance(field.default, tuple):
        return ",".join(map(str, field.default))
    return f"{field.default:g}" if isinstance(field.default, float) else str(field.default)


def _of_port(port: Port) -> Setting:
    def check(text: str) -> None:
        try:
            port.listen({port.env: text})
        except DeployError as error:
            raise ValueError(str(error)) from error

    way: Way = port.way  # type: ignore[assignment]
    return Setting(port.env, port.kind, port.about, "tessera", {way: str(port.default)}, check)
