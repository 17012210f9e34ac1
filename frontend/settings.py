"""Settings of `frontend`, from FRONTEND_* in the environment."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ProcessSettings

# As the gateway checks TESSERA_CORS_ORIGINS.
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?")


class Settings(ProcessSettings):
    """The settings of every process; `frontend` has no database and no broker."""

    model_config = SettingsConfigDict(env_prefix="FRONTEND_", frozen=True, extra="ignore")

    reload: bool = Field(
        False, description="read the files again after each change, for development of the client"
    )
    frame_ancestors: str = Field(
        "",
        description="exact origins such as https://blog.example.org, separated by commas, whose pages may"
        " show /embed/canvas/{id} in a frame",
    )

    @field_validator("frame_ancestors")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for origin in _split(value):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is not an exact origin such as https://blog.example.org")
        return value

    @property
    def origins(self) -> Sequence[str]:
        """The origins that `frame_ancestors` lists."""
        return _split(self.frame_ancestors)


def _split(origins: str) -> list[str]:
    return [origin.strip() for origin in origins.split(",") if origin.strip()]
