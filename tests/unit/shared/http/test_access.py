"""Access by role."""

from __future__ import annotations

import pytest

from shared.errors import NotAllowed, NotAuthenticated
from shared.http.access import Access, admit
from shared.identity import Identity, Scope


def identity(*roles: str) -> Identity:
    return Identity(1, "ann", frozenset(roles), "session", 0)


@pytest.mark.parametrize(
    ("access", "who", "error"),
    [
        (Access.GUEST, None, None),
        (Access.ARTIST, None, NotAuthenticated),
        (Access.ARTIST, identity(), None),
        (Access.MODERATOR, None, NotAuthenticated),
        (Access.MODERATOR, identity(), NotAllowed),
        (Access.MODERATOR, identity("moderator"), None),
        (Access.MODERATOR, identity("admin"), None),
        (Access.ADMIN, identity("moderator"), NotAllowed),
        (Access.ADMIN, identity("admin"), None),
    ],
)
def test_an_operation_admits_only_callers_with_its_role(
    access: Access, who: Identity | None, error: type[Exception] | None
) -> None:
    if error is None:
        admit(access, Scope.READ, who)
    else:
        with pytest.raises(error):
            admit(access, Scope.READ, who)


@pytest.mark.parametrize(
    ("scopes", "scope", "is_admitted"),
    [
        (None, Scope.ACCOUNT, True),
        ({"read"}, Scope.READ, True),
        (set(), Scope.READ, True),
        ({"paint"}, Scope.PAINT, True),
        ({"paint"}, Scope.ACCOUNT, False),
        ({"read"}, Scope.PAINT, False),
        ({"paint"}, Scope.MODERATE, False),
    ],
)
def test_a_limited_token_is_admitted_to_what_its_scopes_name(
    scopes: set[str] | None, scope: Scope, is_admitted: bool
) -> None:
    limited = None if scopes is None else frozenset(scopes)
    caller = Identity(1, "ann", frozenset(), "session", 0, scopes=limited)
    if is_admitted:
        admit(Access.ARTIST, scope, caller)
    else:
        with pytest.raises(NotAllowed, match="insufficient_scope"):
            admit(Access.ARTIST, scope, caller)
