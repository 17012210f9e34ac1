"""Settings from the environment; a secret may also come from the file named by `<NAME>_FILE`."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, IPvAnyNetwork, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict


@dataclass(frozen=True)
class Takes:
    """What a type of setting takes, in words that follow "is not"."""

    text: str


def _check_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an http:// or https:// URL")
    return text


HttpUrl = Annotated[str, AfterValidator(_check_url), Takes("a URL of http:// or https://")]


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads each field from the file that `<PREFIX><FIELD>_FILE` names, as Compose secrets are given."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        prefix = self.config.get("env_prefix") or ""
        path = os.environ.get(f"{prefix}{field_name}_FILE".upper())
        return (Path(path).read_text().strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {
            name: self.get_field_value(field, name)[0]
            for name, field in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class ProcessSettings(BaseSettings):
    """Settings of every process; a service adds its own fields and its `env_prefix`."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,  # Compose hands on what is not set as nothing
        hide_input_in_errors=True,  # which can be a secret
    )

    bind: str = Field("127.0.0.1:8000", description="host:port that this process listens on")
    instance: str = Field(
        default_factory=socket.gethostname,  # in a container its id, for `docker ps` and `docker logs`
        description="name of this process in X-Instance, logs and metrics",
    )
    drain_seconds: float = Field(
        0, ge=0, le=60, description="seconds to keep serving as not ready after SIGTERM; web only"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="the least severe lines that this process logs"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments before secret files, and those before the environment."""
        return init_settings, _SecretFiles(settings_cls), env_settings


def _split(value: object) -> object:
    """Split a list as the environment has it, separated by commas."""
    return [item.strip() for item in value.split(",") if item.strip()] if isinstance(value, str) else value


Networks = Annotated[tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_split)]


class ServiceSettings(ProcessSettings):
    """Settings of a service with a database and a broker."""

    database_url: SecretStr = Field(description="postgresql://role:password@host:port/database")
    database_pool: int = Field(10, ge=1, le=100, description="connections per process")
    database_prepared: int = Field(
        200,
        ge=0,
        le=10_000,
        description="prepared statements per connection; 0 if a pooler such as PgBouncer in transaction mode"
        " gives each transaction another connection",
    )
    broker_url: SecretStr = Field(description="amqp://user:password@host:port/vhost")
    trusted_proxies: Networks = Field(
        (), description="networks of the proxies in front of the gateway, which trusts the same ones"
    )
