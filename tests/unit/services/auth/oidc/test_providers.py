"""Which providers an operator may configure, and where they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from services.auth.oidc.github import locate_api
from services.auth.settings import OidcProvider, parse_oidc_providers

PROVIDER = {
    "id": "corp",
    "title": "Corp",
    "issuer": "https://corp.test",
    "client_id": "tessera",
    "client_secret": "s3cret-of-corp",
}
WITHOUT_ISSUER = {name: value for name, value in PROVIDER.items() if name != "issuer"}


def parse(*providers: dict[str, Any]) -> list[OidcProvider]:
    return list(parse_oidc_providers(SecretStr(json.dumps(providers))))


def test_providers_are_read_in_their_order() -> None:
    other = PROVIDER | {"id": "home", "issuer": "http://localhost:9000"}
    assert [provider.id for provider in parse(PROVIDER, other)] == ["corp", "home"]


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "http://corp.test"},
        {"issuer": "https://corp.test?a=b"},
        {"issuer": "corp"},
        {"id": "Corp"},
        {"id": "a/b"},
        {"client_secret": ""},
        {"scope": "everything"},
        {"kind": "gitlab"},
        {"kind": None},
        {"kind": ["github"]},
        {"kind": "github", "issuer": "https://corp.test/"},
        {"kind": "github", "issuer": "https://corp.test/login/oauth"},
        {"kind": "github", "issuer": "http://corp.test"},
        {"kind": "discord", "issuer": "https://corp.test/api"},
    ],
    ids=str,
)
def test_a_provider_that_cannot_work_is_refused_without_its_secret(change: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="JSON list of providers") as refusal:
        parse(PROVIDER | change)
    assert "s3cret" not in str(refusal.value)


def test_two_providers_share_neither_name_nor_issuer() -> None:
    for change in ({"id": "other"}, {"issuer": "https://other.test"}):
        with pytest.raises(ValueError, match="no two providers"):
            parse(PROVIDER, PROVIDER | change)


@pytest.mark.parametrize("text", ["", "{}", "nonsense", "[1]", "[null]", "[[]]"])
def test_what_is_no_list_of_providers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="JSON list of providers"):
        parse_oidc_providers(SecretStr(text))


@pytest.mark.parametrize(
    ("kind", "issuer"), [("github", "https://github.com"), ("discord", "https://discord.com")]
)
def test_the_public_sites_need_no_issuer(kind: str, issuer: str) -> None:
    [provider] = parse(WITHOUT_ISSUER | {"kind": kind})
    assert provider.issuer == issuer


def test_openid_connect_needs_an_issuer() -> None:
    with pytest.raises(ValueError, match="issuer: Field required"):
        parse(WITHOUT_ISSUER)


@pytest.mark.parametrize(
    ("issuer", "api"),
    [
        ("https://github.com", "https://api.github.com"),
        ("https://octocorp.ghe.com", "https://api.octocorp.ghe.com"),
        ("https://github.corp.test", "https://github.corp.test/api/v3"),
        ("https://notghe.com", "https://notghe.com/api/v3"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/api/v3"),
    ],
)
def test_the_api_of_a_github_follows_from_its_address(issuer: str, api: str) -> None:
    assert locate_api(issuer) == api
