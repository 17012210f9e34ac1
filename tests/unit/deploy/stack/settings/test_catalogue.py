"""Every setting is declared once, and reaches what reads it in each way of running that it is for."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from deploy.stack.settings.catalogue import SERVICES, Setting, all_settings, settings_of
from deploy.stack.settings.stack import Way
from deploy.stack.state_dir import REPOSITORY

COMPOSE = REPOSITORY / "deploy" / "compose"
READS = re.compile(r"\$\{(?P<name>[A-Z_]+)(?::-(?P<default>[^}]*))?\}")


def environments(*files: str) -> dict[str, str | None]:
    """Merge what the containers of some compose files get, by the name in the container."""
    found: dict[str, str | None] = {}
    for file in files:
        services: Mapping[str, Any] = yaml.safe_load((COMPOSE / file).read_text())["services"]
        for service in services.values():
            found |= service.get("environment") or {}
    return found


def of_services(way: Way) -> list[Setting]:
    prefixes = tuple(f"{service.upper()}_" for service in SERVICES)
    return [one for one in settings_of(way).values() if one.name.startswith(prefixes)]


def test_no_two_settings_share_a_name() -> None:
    names = [one.name for one in all_settings()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("setting", all_settings(), ids=lambda one: str(one.name))
def test_a_setting_says_what_it_is_and_what_it_takes(setting: Setting) -> None:
    assert setting.about
    assert setting.kind
    assert setting.used_by


@pytest.mark.parametrize("setting", all_settings(), ids=lambda one: str(one.name))
def test_a_default_is_a_value_that_can_be_used(setting: Setting) -> None:
    for default in filter(None, setting.defaults.values()):
        setting.check(default)


@pytest.mark.parametrize(("way", "file"), [("dev", "dev.yml"), ("prod", "prod.yml")])
def test_compose_hands_every_setting_of_a_service_on_with_its_default(way: Way, file: str) -> None:
    given = environments("base.yml", file)
    for setting in of_services(way):
        if f"{setting.name}_FILE" in given:
            continue  # a URL with a password, which the project writes into that file
        assert setting.name in given
        text = given[setting.name]
        read = READS.fullmatch(text) if text else None
        if read:
            assert (read["name"], read["default"]) == (setting.name, setting.defaults[way])
        else:
            # Compose hands the operator's variable on, and the service has the default.
            assert text is None
            service, _, field = setting.name.partition("_")
            default = SERVICES[service.lower()].model_fields[field.lower()].default
            assert setting.defaults[way] in (
                "",
                str(default),
                f"{default:g}" if isinstance(default, float) else "",
            )


def test_compose_reads_no_variable_that_is_neither_a_setting_nor_made_by_the_project() -> None:
    text = "".join(file.read_text() for file in sorted(COMPOSE.glob("*.yml")))
    made = re.compile(r"TESSERA_(VERSION|REPLICAS)_[A-Z]+|TESSERA_(STATE|USER|GATEWAY_DIGEST|PUBLIC_URL)")
    known = {one.name for one in all_settings()}
    read = {match["name"] for match in READS.finditer(text)}
    assert {name for name in read - known if not made.fullmatch(name)} == set()


def test_the_image_of_backups_needs_no_code_of_the_services() -> None:
    code = (
        "import sys; sys.modules['services'] = sys.modules['frontend'] = sys.modules['yaml'] = None; "
        "import deploy.backup.__main__"
    )
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, check=True)
