"""The settings of a stack, from TESSERA_* in the environment or kept in its state folder.

A new setting is a field here; `tessera config`, the preflight and the generated documents follow.
Ports are in deploy/ports.toml, and the services declare their settings themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from deploy.stack.settings.kinds import (
    Bucket,
    Duration,
    Email,
    Host,
    Origins,
    ProjectName,
    Proxies,
    Recipient,
    Repository,
    SiteUrl,
    Tag,
    Whole,
)
from shared.settings import HttpUrl

Way = Literal["native", "dev", "prod"]
"""A way of running: `tessera run`, and `tessera up` for development and for production."""

PREFIX = "TESSERA_"


@dataclass(frozen=True)
class For:
    """Who reads a setting (`used_by`), and in which ways of running; `unit` is that of its number."""

    used_by: str
    ways: tuple[Way, ...] = ("native", "dev", "prod")
    unit: str = ""


COMPOSE: tuple[Way, ...] = ("dev", "prod")

LOCAL_DEFAULTS: Mapping[str, str] = {
    "TESSERA_RATE_AVERAGE": "5000",
    "TESSERA_RATE_BURST": "10000",
    "TESSERA_SOCKETS_PER_ADDRESS": "20000",
    "AUTH_LOGINS_PER_ADDRESS": "100000",
    "AUTH_REGISTRATIONS_PER_ADDRESS": "10000",
    "AUTH_REGISTRATIONS_PER_DOMAIN": "10000",
    "AUTH_REGISTRATIONS_BEFORE_CHALLENGE": "10000",
    "AUTH_MAILS_PER_ADDRESS": "10000",
    "TILES_CANVASES_PER_DAY": "100000",
    "TILES_PAINT_PIXELS_RATE": "131072",
    "TILES_PAINT_PIXELS_BURST": "262144",
    "TILES_PAINT_UNDERWAY": "1000",
    "TILES_MESSAGE_RATE": "10000",
    "TILES_MESSAGE_BURST": "20000",
}
"""Defaults of `tessera run` and development, where a load test has one address and paints as few artists."""

COMPOSE_DEFAULTS: Mapping[str, str] = {
    "AUTH_HASHING_THREADS": "2",  # what the CPU limit of auth-web leaves; a container sees all cores
}


class StackSettings(BaseModel):
    """What an operator chooses about a stack as a whole."""

    model_config = ConfigDict(frozen=True)

    var: Annotated[Path, For("tessera")] = Field(
        Path("var"), description="state folder: data, secrets, certificates, logs, backups"
    )
    host: Annotated[Host, For("gateway", COMPOSE)] = Field(
        "localhost", description="name or address under which clients reach the stack; is in the certificate"
    )
    public_url: Annotated[SiteUrl | None, For("gateway, auth")] = Field(
        None, description="where people reach the site, if not at `host` and port; may have a path"
    )
    trusted_proxies: Annotated[Proxies | None, For("gateway, auth, tiles")] = Field(
        None, description="proxies in front of the gateway, trusted to name the client that they forward"
    )
    tls: Annotated[Literal["acme", "own", "outside"] | None, For("gateway", ("prod",))] = Field(
        None,
        description="who ends TLS: the gateway by a certificate of Let's Encrypt (the default with"
        " `TESSERA_ACME_EMAIL`) or by another one, or a proxy in front",
    )
    data_ca: Annotated[Path | None, For("auth, users, tiles")] = Field(
        None, description="certificates of the authority that issued those of external servers; PEM"
    )
    acme_email: Annotated[Email | None, For("gateway", ("prod",))] = Field(
        None, description="request the certificate from Let's Encrypt, which writes to this address"
    )
    mail: Annotated[Literal["send", "keep"], For("auth", ("prod",))] = Field(
        "send",
        description="`keep` runs production without a mail server, and writes mail into the state folder",
    )
    cors_origins: Annotated[Origins | None, For("gateway")] = Field(
        None, description="origins whose pages may use the API"
    )
    rate_average: Annotated[Whole, For("gateway", unit="requests/s")] = Field(
        100,
        ge=1,
        le=1_000_000,
        description="requests to the API from one network; for pages, ten times as many",
    )
    rate_burst: Annotated[Whole, For("gateway", unit="requests")] = Field(
        200, ge=1, le=1_000_000, description="those at once after a pause; for pages, twenty times as many"
    )
    sockets_per_address: Annotated[Whole, For("gateway", unit="WebSockets")] = Field(
        500, ge=1, le=1_000_000, description="WebSockets that one network may have open"
    )
    response_timeout: Annotated[Duration, For("gateway")] = Field(
        "20s", description="how long the gateway waits for the headers of a response"
    )
    otlp_endpoint: Annotated[HttpUrl | None, For("gateway")] = Field(
        None, description="collector that the gateway sends traces to, OTLP over HTTP"
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], For("auth, users, tiles, frontend")
    ] = Field("info", description="the least severe lines that the services log")
    backup_hours: Annotated[float, For("backup", unit="hours")] = Field(
        24,
        gt=0,
        le=8760,
        allow_inf_nan=False,
        description="between backups: of production, or until the doctor misses one",
    )
    backup_keep: Annotated[Whole, For("backup", COMPOSE)] = Field(
        7, ge=1, le=10_000, description="how many backups are kept"
    )
    backup_bucket: Annotated[Bucket | None, For("backup")] = Field(
        None, description="where each backup is kept off the machine, encrypted, on a server that speaks S3"
    )
    backup_recipient: Annotated[Recipient | None, For("backup")] = Field(
        None,
        description="the recipient they are encrypted for; `tessera backup-key` makes one with its identity",
    )
    backup_endpoint: Annotated[HttpUrl | None, For("backup")] = Field(
        None, description="the server of the bucket; AWS by default"
    )
    backup_region: Annotated[str, For("backup")] = Field("us-east-1", description="region of the bucket")
    backup_access_key: Annotated[str | None, For("backup")] = Field(
        None, description="id of the key to the bucket, which may write, read, list and delete there"
    )
    backup_secret_key: Annotated[SecretStr | None, For("backup")] = Field(
        None, description="the secret of that key"
    )
    backup_keep_offsite: Annotated[Whole, For("backup")] = Field(
        30, ge=1, le=10_000, description="how many backups are kept in the bucket"
    )
    images: Annotated[Repository, For("tessera", COMPOSE)] = Field(
        "tessera", description="the part of the images' names before `/auth`"
    )
    version: Annotated[Tag | None, For("tessera", COMPOSE)] = Field(
        None, description="tag of the images that `tessera up` builds; the environment's name by default"
    )
    project: Annotated[ProjectName | None, For("tessera", COMPOSE)] = Field(
        None, description="name of the Compose project, by default `tessera-dev` or `tessera-prod`"
    )
    docker_socket: Annotated[Path, For("gateway", COMPOSE)] = Field(
        Path("/var/run/docker.sock"),
        description="socket of the engine, on its machine; a rootless one has another",
    )
    port_offset: Annotated[Whole, For("tessera", ("native", "dev"))] = Field(
        0,
        ge=0,
        le=50_000,
        description="is added to every port that is not set: for a second stack beside this one",
    )
    demo: Annotated[Literal["0", "1"], For("tessera", ("native", "dev"))] = Field(
        "1", description="whether the first start paints demo canvases"
    )
