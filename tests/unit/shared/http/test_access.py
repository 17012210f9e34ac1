"""Access by role."""

from __future__ import annotations

import pytest

from shared.errors import NotAllowed, NotAuthenticated
from shared.http.access import Access, admit
from shared.identity import Identity


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
        admit(access, who)
    else:
        with pytest.raises(error):
            admit(access, who)
