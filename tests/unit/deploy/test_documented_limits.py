"""Every limit of docs/security.md is a setting, which Compose hands on."""

from __future__ import annotations

import re

import yaml

from deploy.stack.state_dir import REPOSITORY
from services.auth.settings import AuthSettings
from services.tiles.settings import TilesSettings
from services.users.settings import UsersSettings
from shared.settings import ServiceSettings

SETTINGS: dict[str, type[ServiceSettings]] = {
    "auth": AuthSettings,
    "users": UsersSettings,
    "tiles": TilesSettings,
}


def documented_limits() -> set[str]:
    _, _, limits = (REPOSITORY / "docs" / "security.md").read_text().partition("## Limits")
    return set(re.findall(r"`((?:AUTH|USERS|TILES)_\w+)`", limits))


def test_every_documented_limit_is_a_setting() -> None:
    names = {
        f"{service}_{field}".upper()
        for service, settings in SETTINGS.items()
        for field in settings.model_fields
    }
    assert len(documented_limits()) > 15
    assert documented_limits() - names == set()


def test_compose_hands_every_limit_on_to_its_service() -> None:
    compose = yaml.safe_load((REPOSITORY / "deploy" / "compose" / "base.yml").read_text())
    handed_on = {
        name
        for service in SETTINGS
        for name in compose["services"][f"{service}-web"]["environment"]
        if name.partition("_")[0] == service.upper()
    }
    assert documented_limits() - {"AUTH_HASHING_THREADS"} - handed_on == set()
