"""Who may register, and how; who needs a second factor; standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.errors import NotAllowed


class RegistrationMode(StrEnum):
    """Who may create an account."""

    OPEN = "open"
    INVITATION = "invitation"
    CLOSED = "closed"


class ChallengeMode(StrEnum):
    """When a registration needs a solved challenge: under load, always, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    OFF = "off"


class SecondFactorMode(StrEnum):
    """Who has to have a second factor: nobody, moderators and admins, or everybody."""

    OPTIONAL = "optional"
    MODERATORS = "moderators"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Policy:
    """What the admins have decided; the defaults hold until they decide something."""

    registration: RegistrationMode = RegistrationMode.OPEN
    challenge: ChallengeMode = ChallengeMode.AUTO
    second_factor: SecondFactorMode = SecondFactorMode.OPTIONAL


def check_may_register(policy: Policy, *, has_invitation: bool) -> None:
    """Refuse a registration that the policy does not admit.

    Raises NotAllowed `registration_closed` or `invitation_required`.
    """
    if policy.registration is RegistrationMode.CLOSED:
        raise NotAllowed("registration_closed", "This site is not accepting new accounts at the moment.")
    if policy.registration is RegistrationMode.INVITATION and not has_invitation:
        raise NotAllowed("invitation_required", "An account here requires an invitation code.")
