"""Settings of `frontend`, from FRONTEND_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ProcessSettings


class Settings(ProcessSettings):
    """What every process needs; `frontend` has no database and no broker."""

    model_config = SettingsConfigDict(env_prefix="FRONTEND_", frozen=True, extra="ignore")

    reload: bool = Field(
        False, description="read files again once one has changed: for who works on the client"
    )
