"""Settings of `frontend`, from FRONTEND_* in the environment."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ProcessSettings


class Settings(ProcessSettings):
    """The settings of every process; `frontend` has no database and no broker."""

    model_config = SettingsConfigDict(env_prefix="FRONTEND_", frozen=True, extra="ignore")

    reload: bool = Field(
        False, description="read the files again after each change, for development of the client"
    )
