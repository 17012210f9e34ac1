"""Which part of a mail address somebody has paid for: a domain's owner has any number of names below it."""

from __future__ import annotations

from publicsuffixlist import PublicSuffixList

_SUFFIXES = PublicSuffixList()


def find_registered_domain(email: str) -> str:
    """Return the domain of the address that was registered (`mail.example.co.uk`: `example.co.uk`).

    The list of public suffixes comes with the package; a suffix itself is returned as it is.
    """
    domain = email.rpartition("@")[2].lower()
    return _SUFFIXES.privatesuffix(domain) or domain
