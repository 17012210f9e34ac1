"""A challenge as ALTCHA's clients read it."""

from __future__ import annotations

from shared.http.models import View


class ChallengeParametersView(View):
    """What is to be solved: SHA-256, `cost` times, of salt, nonce and counter has to begin with the prefix.

    Named as ALTCHA names them (https://altcha.org/docs/v2/proof-of-work/).
    """

    algorithm: str
    cost: int
    keyLength: int
    keyPrefix: str
    nonce: str
    salt: str
    expiresAt: int


class ChallengeView(View):
    """A signed challenge; what solves it is sent with the registration."""

    parameters: ChallengeParametersView
    signature: str
