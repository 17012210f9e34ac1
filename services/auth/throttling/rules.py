"""What attempts are counted by, and when a caller has to wait; standard library only."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from services.auth.tokens.opaque import hash_secret
from shared.errors import TooManyRequests
from shared.networks import get_network

_PUBLIC_PROVIDERS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com"),
        *("icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "pm.me", "gmx.net"),
        *("gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de", "mail.com", "zoho.com", "fastmail.com"),
        *("yandex.ru", "yandex.com", "mail.ru", "qq.com", "163.com", "126.com", "naver.com", "orange.fr"),
        *("free.fr", "laposte.net", "libero.it", "seznam.cz", "wp.pl", "o2.pl", "uol.com.br", "rambler.ru"),
    }
)
"""A mailbox at these costs its owner more than a domain's thousandth name, and one limit for all of their
customers would close the site to them whenever a few flood it."""


ALL_REGISTRATIONS = hash_secret("registrations")
"""The key that every registration counts under."""


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """Attempts under one key in the current window, including the current one."""

    attempts: int
    seconds_left: float


def check_login_counts(counted: Sequence[tuple[AttemptCount, int]]) -> None:
    """Refuse a login when one of the counts exceeds its limit.

    Raises TooManyRequests, to be retried once every exceeded window has ended.
    """
    _check(counted, "too_many_logins", "Too many logins; try again later.")


def check_registration_counts(counted: Sequence[tuple[AttemptCount, int]]) -> None:
    """Refuse a registration when one of the counts exceeds its limit; raises TooManyRequests."""
    _check(
        counted,
        "too_many_registrations",
        "Too many registrations from this network or mail domain; try again later.",
    )


def check_export_count(count: AttemptCount, limit: int) -> None:
    """Refuse an export of an account that had too many lately; raises TooManyRequests."""
    _check([(count, limit)], "too_many_exports", "Too many exports of this account; try again tomorrow.")


def _check(counted: Sequence[tuple[AttemptCount, int]], code: str, detail: str) -> None:
    exceeded = [count.seconds_left for count, limit in counted if count.attempts > limit]
    if exceeded:
        raise TooManyRequests(code, detail, retry_after=max(exceeded))


def make_login_keys(account_id: int | None, login: str, address: str) -> tuple[bytes, bytes, bytes]:
    """Return the keys that a login counts under: whom it is for, and the network of the address, twice.

    The second counts failures, the third all logins, because each costs the time of a hash. Whom it is for is
    the account, however its name or its email address was written; the login as typed counts only if no
    account has it. Keys are hashed because people sometimes type their password in the username field.
    """
    target = f"login:{canonicalise(login)}" if account_id is None else f"account:{account_id}"
    network = get_network(address)
    return hash_secret(target), hash_secret(f"address:{network}"), hash_secret(f"logins-from:{network}")


def make_code_key(account_id: int) -> bytes:
    """Return the key that codes of a second factor count under."""
    return hash_secret(f"second-factor:{account_id}")


def make_oidc_key(address: str) -> bytes:
    """Return the key that logins by OpenID Connect count under: the network of the address."""
    return hash_secret(f"oidc-from:{get_network(address)}")


def make_export_key(account_id: int) -> bytes:
    """Return the key that exports of an account count under."""
    return hash_secret(f"export:{account_id}")


def make_registration_key(address: str) -> bytes:
    """Return the key that a registration counts under: the network of the address."""
    return hash_secret(f"registration-from:{get_network(address)}")


def make_registration_domain_key(domain: str) -> bytes:
    """Return the key that a registration counts under by the domain of its mail address."""
    return hash_secret(f"registration-domain:{domain}")


def is_public_provider(domain: str) -> bool:
    """Return whether so many people have a mailbox there that their registrations must not be counted."""
    return domain in _PUBLIC_PROVIDERS


def make_mail_key(purpose: str, email: str) -> bytes:
    """Return the key that mail counts under by its recipient."""
    return hash_secret(f"mail:{purpose}:{canonicalise_mailbox(email)}")


def make_mail_sender_key(address: str) -> bytes:
    """Return the key that mail counts under by the network that requests it."""
    return hash_secret(f"mail-from:{get_network(address)}")


def canonicalise(text: str) -> str:
    """Return the one form of all spellings of a name; a counter for each would multiply the limit."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Decomposed, so that marks can be dropped: lower() makes "i" and a mark of "İ", or only "i".
    return "".join(
        character
        for character in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(character)
    ).strip(" .")


def canonicalise_mailbox(email: str) -> str:
    """Return the one form of all addresses that most likely reach the same mailbox.

    Without the tag of a subaddress (RFC 5233), and without dots, which the largest providers ignore. Mail is
    never sent to this form: two mailboxes that share it share only a counter.
    """
    local, _, domain = canonicalise(email).rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"
