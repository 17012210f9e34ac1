"""Settings of `web`, from WEB_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ProcessSettings


class Settings(ProcessSettings):
    """What every process needs; `web` has no database and no broker."""

    model_config = SettingsConfigDict(env_prefix="WEB_", frozen=True, extra="ignore")

    reload: bool = Field(
        False, description="read files again once one has changed: for who works on the client"
    )
