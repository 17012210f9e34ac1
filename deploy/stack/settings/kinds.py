"""The types of settings: each reads the text of a variable, and says in words what it takes.

A value goes on as the text that it was given as, to Compose, to Traefik's templates and to the services. So
a number is written in digits here: Traefik reads `1e3` as 0, and 0 turns a limit off.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le
from pydantic import AfterValidator, BeforeValidator, EmailStr, Field
from pydantic.fields import FieldInfo

from shared.settings import Takes

_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?")  # as gateway/dynamic/middlewares.yml
_DURATION = re.compile(r"[1-9][0-9]{0,5}(ms|s|m)")


def _digits(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError
    return int(text)


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        if not _NAME.fullmatch(text) or len(text) > 253 or text.rpartition(".")[2].isdigit():
            raise
        return text.lower()


def _origins(text: str) -> str:
    if not all(_ORIGIN.fullmatch(origin) for origin in text.split(",")):
        raise ValueError
    return text


def _proxies(text: str) -> str:
    for item in text.split(","):
        if ipaddress.ip_network(item.strip()).prefixlen == 0:  # everybody could choose an address then
            raise ValueError
    return text


def _duration(text: str) -> str:
    if not _DURATION.fullmatch(text):
        raise ValueError
    return text


Whole = Annotated[int, BeforeValidator(_digits)]
"""Digits only."""

Host = Annotated[str, AfterValidator(_host), Takes("a host name or an IP address, without http:// or a port")]
Email = Annotated[EmailStr, Takes("an email address")]
Duration = Annotated[str, AfterValidator(_duration), Takes("a duration with its unit, such as 20s or 500ms")]
Origins = Annotated[
    str, AfterValidator(_origins), Takes("exact origins such as https://app.example.org, separated by commas")
]
Proxies = Annotated[
    str,
    AfterValidator(_proxies),
    Takes("addresses or networks such as 127.0.0.1 or 10.0.0.0/8, separated by commas, and not everybody"),
]
SiteUrl = Annotated[
    str,
    # The path is plain, because it becomes part of patterns, cookies and pages.
    Field(pattern=r"^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+])(:\d{1,5})?(/[A-Za-z0-9._~-]+)*/?$"),
    Takes("the address of a site, such as https://example.org/tessera"),
]
Tag = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"),
    Takes("a tag of an image: letters, digits, '.', '_' and '-', up to 128"),
]
ProjectName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$"),
    Takes("a name for Compose: lower-case letters, digits, '_' and '-'"),
]
Bucket = Annotated[
    str,
    Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9][A-Za-z0-9._-]*)*$"),
    Takes("a bucket and perhaps a folder in it, such as s3://backups/tessera"),
]
Recipient = Annotated[
    str, Field(pattern=r"^age1[a-z0-9]{58}$"), Takes("a recipient of age, `age1` and 58 letters and digits")
]
Repository = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*$"),
    Takes("where images are kept, such as ghcr.io/you/tessera"),
]


def describe(field: FieldInfo) -> str:
    """Say in words what a field takes: "a whole number, 1 or more"."""
    kind, metadata = required_type(field)
    if words := next((one.text for one in metadata if isinstance(one, Takes)), None):
        return words
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    names = {int: "a whole number", float: "a number", bool: "true or false", Path: "a path"}
    return f"{names.get(kind, 'a text')}{_bounds(metadata)}"


def _bounds(metadata: Sequence[Any]) -> str:
    least = next((one.ge for one in metadata if isinstance(one, Ge)), None)
    above = next((one.gt for one in metadata if isinstance(one, Gt)), None)
    most = next((one.le for one in metadata if isinstance(one, Le)), None)
    if least is not None:
        return f", {least} or more" if most is None else f" from {least} to {most}"
    words = [f"above {above}"] if above is not None else []
    words += [f"up to {most}"] if most is not None else []
    return f" {' and '.join(words)}" if words else ""


def required_type(field: FieldInfo) -> tuple[Any, Sequence[Any]]:
    """Return the type of a field, without None, and what it is annotated with."""
    kind, metadata = field.annotation, list(field.metadata)
    others = [one for one in get_args(kind) if one is not type(None)]
    if type(None) in get_args(kind) and len(others) == 1:
        kind = others[0]
    if get_origin(kind) is Annotated:
        kind, *inner = get_args(kind)
        metadata += inner
    return kind, metadata
