"""What is chosen for a stack: values that cannot be used, what is kept, and what a start would change."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.stack.errors import DeployError
from deploy.stack.settings.chosen import Chosen, find_faults, kept_file, read_stack
from deploy.stack.settings.stack import Way

UNUSABLE = [
    ("TESSERA_HOST", "http://foo/"),
    ("TESSERA_HOST", "tessera.example.org:8443"),
    ("TESSERA_HOST", "10.0.0.300"),
    *(
        ("TESSERA_PUBLIC_URL", text)
        for text in ("example.org", "ftp://example.org", "https://example.org/?x", 'https://example.org/"')
    ),
    *(
        ("TESSERA_TRUSTED_PROXIES", text)
        for text in ("nginx", "192.0.2.1/24", "192.0.2.1:80", "0.0.0.0/0", "127.0.0.1,::/0", "127.0.0.1,")
    ),
    ("TESSERA_TLS", "elsewhere"),
    ("TESSERA_ACME_EMAIL", "notanemail"),
    ("TESSERA_MAIL", "maybe"),
    ("TESSERA_CORS_ORIGINS", "https://app.example.org/"),
    ("TESSERA_CORS_ORIGINS", "*"),
    *(("TESSERA_RATE_AVERAGE", text) for text in ("abc", "100/s", "1e3", "0", "-1", "1_000", " 100", "1.5")),
    ("TESSERA_RATE_BURST", "0"),
    ("TESSERA_SOCKETS_PER_ADDRESS", "many"),
    *(("TESSERA_RESPONSE_TIMEOUT", text) for text in ("20", "soon", "0s", "20 s", "-1s")),
    ("TESSERA_OTLP_ENDPOINT", "collector:4318"),
    ("TESSERA_LOG_LEVEL", "loud"),
    *(("TESSERA_BACKUP_HOURS", text) for text in ("often", "0", "nan", "inf", "-24")),
    ("TESSERA_BACKUP_KEEP", "0"),
    ("TESSERA_IMAGES", "ghcr.io/You/"),
    ("TESSERA_VERSION", "a b"),
    ("TESSERA_PROJECT", "My Project"),
    *(("TESSERA_PORT_PROD_HTTP", text) for text in ("0", "65536", "http", "localhost:80", "127.0.0.1:")),
    ("AUTH_SMTP_URL", "mail:25"),
    ("AUTH_DATABASE_POOL", "0"),
    ("TILES_MESSAGE_RATE", "0"),
    ("USERS_REPORTS_PER_HOUR", "1001"),
]

USABLE = [
    *(("TESSERA_HOST", text) for text in ("tessera.example.org", "localhost", "192.0.2.7", "2001:db8::7")),
    *(
        ("TESSERA_PUBLIC_URL", text)
        for text in (
            "https://example.org",
            "https://example.org:8443/a/tessera/",
            "http://[2001:db8::1]:8080",
        )
    ),
    ("TESSERA_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8,2001:db8::/32"),
    ("TESSERA_TLS", "outside"),
    ("TESSERA_ACME_EMAIL", "ops@example.org"),
    ("TESSERA_CORS_ORIGINS", "https://app.example.org,http://localhost:5173"),
    ("TESSERA_RATE_AVERAGE", "1000000"),
    ("TESSERA_RESPONSE_TIMEOUT", "500ms"),
    ("TESSERA_BACKUP_HOURS", "0.5"),
    ("TESSERA_IMAGES", "registry.example.org:5000/you/tessera"),
    ("TESSERA_VERSION", "1.4.0-rc.1"),
    *(("TESSERA_PORT_PROD_HTTP", text) for text in ("8081", "127.0.0.1:8081", "[::1]:8081")),
    ("AUTH_SMTP_URL", "smtp://user:password@mail.example.org:587"),
]


@pytest.mark.parametrize(("name", "text"), UNUSABLE)
def test_a_value_that_cannot_be_used_is_a_fault_of_its_setting(name: str, text: str) -> None:
    [fault] = find_faults("prod", {name: text})
    assert (fault.name, fault.is_unknown) == (name, False)
    assert fault.fix.startswith(f"Set {name} to ")


@pytest.mark.parametrize(("name", "text"), USABLE)
def test_a_value_that_can_be_used_is_no_fault(name: str, text: str) -> None:
    assert find_faults("prod", {name: text}) == []


def test_a_fault_names_the_value_and_what_the_setting_takes() -> None:
    [fault] = find_faults("prod", {"TESSERA_RATE_AVERAGE": "1e3"})
    assert fault.cause == "TESSERA_RATE_AVERAGE=1e3 is not a whole number from 1 to 1000000"


def test_lets_encrypt_needs_an_address_to_write_to() -> None:
    [fault] = find_faults("prod", {"TESSERA_TLS": "acme"})
    assert fault.cause == "TESSERA_TLS=acme needs TESSERA_ACME_EMAIL, to which Let's Encrypt writes"
    assert find_faults("prod", {"TESSERA_TLS": "acme", "TESSERA_ACME_EMAIL": "ops@example.org"}) == []


def test_a_fault_of_a_secret_does_not_show_it() -> None:
    [fault] = find_faults("prod", {"AUTH_SMTP_URL": "stmp://user:s3cr3t@mail"})
    assert "s3cr3t" not in fault.cause + fault.fix


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("TESSERA_HSOT", "TESSERA_HOST"),
        ("TESSERA_ACME_MAIL", "TESSERA_ACME_EMAIL"),
        ("TESSERA_PORT_PROD_HTPS", "TESSERA_PORT_PROD_HTTPS"),
        ("AUTH_SMPT_URL", "AUTH_SMTP_URL"),
    ],
)
def test_a_misspelt_setting_is_a_fault_with_the_nearest_one(name: str, nearest: str) -> None:
    [fault] = find_faults("prod", {name: "x"})
    assert (fault.is_unknown, fault.fix) == (True, f"Rename it to {nearest}.")


def test_a_name_that_resembles_no_setting_is_to_be_unset() -> None:
    [fault] = find_faults("prod", {"TESSERA_XYZZY": "x"})
    assert fault.fix == "Unset TESSERA_XYZZY."


@pytest.mark.parametrize(
    "name", ["PATH", "AUTH_TOKEN", "AUTH_SMTP_URL_FILE", "TESSERA_TEST_ENGINE", "TESSERA_ACME_EMAIL"]
)
def test_a_variable_of_another_program_or_way_of_running_is_no_fault(name: str) -> None:
    assert find_faults("native", {name: "x"}) == []


def test_a_setting_that_is_empty_has_its_default() -> None:
    assert find_faults("prod", {"TESSERA_HOST": ""}) == []
    assert read_stack("prod", {"TESSERA_HOST": ""}).host == "localhost"


def test_the_stack_is_not_read_with_a_value_that_cannot_be_used() -> None:
    with pytest.raises(DeployError, match="TESSERA_BACKUP_HOURS=often is not a number"):
        read_stack("prod", {"TESSERA_BACKUP_HOURS": "often"})


@pytest.mark.parametrize(("way", "average"), [("native", 5000), ("dev", 5000), ("prod", 100)])
def test_ways_for_one_machine_have_higher_limits(way: Way, average: int) -> None:
    assert read_stack(way, {}).rate_average == average


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """A shell whose state folder has a folder of production."""
    (tmp_path / "compose" / "prod").mkdir(parents=True)
    return {"TESSERA_VAR": str(tmp_path)}


def keep(shell: dict[str, str], **given: str) -> None:
    Chosen.read("prod", shell | given).keep()


def test_a_fresh_shell_has_the_settings_of_the_first_start(shell: dict[str, str]) -> None:
    keep(shell, TESSERA_HOST="tessera.example.org", AUTH_SMTP_URL="smtp://mail.example.org")
    fresh = Chosen.read("prod", shell)
    assert fresh.coming["TESSERA_HOST"] == fresh.current["TESSERA_HOST"] == "tessera.example.org"
    assert fresh.coming["AUTH_SMTP_URL"] == "smtp://mail.example.org"
    assert fresh.changes == []


@pytest.mark.parametrize("text", ["it's", "a\\nb", "-----BEGIN\nEND-----\n", "$HOME `x` #y", 'say "x"', "é"])
def test_a_kept_value_is_read_as_it_was_given(shell: dict[str, str], text: str) -> None:
    keep(shell, AUTH_SMTP_CA=text)
    assert Chosen.read("prod", shell).kept == {"AUTH_SMTP_CA": text}


def test_the_file_of_kept_settings_is_its_owners_alone(shell: dict[str, str]) -> None:
    keep(shell, AUTH_SMTP_URL="smtp://user:s3cr3t@mail.example.org")
    file = kept_file("prod", shell)
    assert file
    assert file.stat().st_mode & 0o777 == 0o600


def test_nothing_is_kept_that_was_not_given(shell: dict[str, str]) -> None:
    keep(shell, PATH="/bin", TESSERA_DEMO="0", TESSERA_RATE_AVERAGE="")
    assert Chosen.read("prod", shell).kept == {}


def test_a_variable_of_this_shell_is_a_change_that_a_start_applies(shell: dict[str, str]) -> None:
    keep(shell, TESSERA_HOST="a.example.org")
    chosen = Chosen.read("prod", shell | {"TESSERA_HOST": "b.example.org"})
    assert [str(change) for change in chosen.changes] == ["TESSERA_HOST: a.example.org -> b.example.org"]
    assert chosen.coming["TESSERA_HOST"] == "b.example.org"


def test_a_variable_of_this_shell_does_not_change_the_running_stack(shell: dict[str, str]) -> None:
    keep(shell, TESSERA_HOST="a.example.org")
    chosen = Chosen.read("prod", shell | {"TESSERA_HOST": "b.example.org", "TESSERA_RATE_BURST": "7"})
    assert chosen.current["TESSERA_HOST"] == "a.example.org"
    assert "TESSERA_RATE_BURST" not in chosen.current


def test_an_empty_variable_returns_a_kept_setting_to_its_default(shell: dict[str, str]) -> None:
    keep(shell, TESSERA_HOST="a.example.org")
    chosen = Chosen.read("prod", shell | {"TESSERA_HOST": ""})
    assert [str(change) for change in chosen.changes] == ["TESSERA_HOST: a.example.org -> localhost"]
    assert "TESSERA_HOST" not in chosen.coming


def test_a_changed_secret_is_a_change_that_does_not_show_it(shell: dict[str, str]) -> None:
    keep(shell, AUTH_SMTP_URL="smtp://user:old-word@mail.example.org")
    chosen = Chosen.read("prod", shell | {"AUTH_SMTP_URL": "smtp://user:new-word@mail.example.org"})
    assert [str(change) for change in chosen.changes] == ["AUTH_SMTP_URL: *** -> *** (another)"]


def test_a_port_offset_moves_the_defaults_of_ports_alone(shell: dict[str, str]) -> None:
    given = {"TESSERA_PORT_OFFSET": "1000", "TESSERA_PORT_FRONTEND": "9000"}
    values = {one.setting.name: one.text for one in Chosen.read("native", shell | given).values}
    assert (values["TESSERA_PORT"], values["TESSERA_PORT_FRONTEND"]) == ("9080", "9000")
