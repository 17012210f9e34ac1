"""Where a login at a provider may lead, and whose responses are accepted."""

from __future__ import annotations

import pytest

from services.auth.oidc.rules import NEXT_MAX, ProviderRefused, check_issuer, clean_next


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
