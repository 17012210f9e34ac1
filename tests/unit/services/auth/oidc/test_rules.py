"""Where a login at a provider may lead, and which providers an operator may configure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from services.auth.oidc.rules import NEXT_MAX, ProviderRefused, check_issuer, clean_next
from services.auth.settings import parse_oidc_providers

PROVIDER = {
    "id": "corp",
    "title": "Corp",
    "issuer": "https://corp.test",
    "client_id": "tessera",
    "client_secret": "s3cret-of-corp",
}


@pytest.mark.parametrize("path", ["/", "/canvas/7", "/canvas/7?a=b#x", "/" + "a" * (NEXT_MAX - 1)])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert clean_next(path) == path


@pytest.mark.parametrize(
    "path", ["", "a", "//evil.test", "/\\evil.test", "https://evil.test", "/a\n", "/" + "a" * NEXT_MAX]
)
def test_anything_else_leads_home(path: str) -> None:
    assert clean_next(path) == "/"


def test_an_issuer_is_compared_letter_by_letter() -> None:
    check_issuer("https://corp.test", "https://corp.test", is_required=True)
    check_issuer(None, "https://corp.test", is_required=False)
    for given in ("https://corp.test/", "https://CORP.test", ""):
        with pytest.raises(ProviderRefused):
            check_issuer(given, "https://corp.test", is_required=False)


def parse(*providers: dict[str, Any]) -> Any:
    return parse_oidc_providers(SecretStr(json.dumps(providers)))


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


@pytest.mark.parametrize("text", ["", "{}", "nonsense", "[1]"])
def test_what_is_no_list_of_providers_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="JSON list of providers"):
        parse_oidc_providers(SecretStr(text))
