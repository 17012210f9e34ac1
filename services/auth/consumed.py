"""What the auth service consumes: the handler of each command, by queue."""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.exports.service import PartHandler
from services.auth.mail.service import MailHandler
from services.auth.moderation.service import ModerationHandler
from shared.messaging.consumer import Handler
from shared.messaging.contracts import (
    Command,
    ExportPart,
    MailRequested,
    ReinstateAccount,
    SendDigest,
    SetRoles,
    SuspendAccount,
)

COMMANDS = "auth.commands"
MAIL = "auth.mail"
EXPORTS = "auth.exports"


def command_handlers(moderation: ModerationHandler) -> Mapping[type[Command], Handler]:
    """Return the handlers of COMMANDS, which moderators and admins send from users."""
    return {
        SuspendAccount: moderation.suspend,
        ReinstateAccount: moderation.reinstate,
        SetRoles: moderation.set_roles,
    }


def mail_handlers(mail: MailHandler) -> Mapping[type[Command], Handler]:
    """Return the handlers of MAIL: what auth sends to itself, and digests, which users requests."""
    return {MailRequested: mail.send, SendDigest: mail.send_digest}


def export_handlers(parts: PartHandler) -> Mapping[type[Command], Handler]:
    """Return the handlers of EXPORTS, which every service sends parts to."""
    return {ExportPart: parts.keep}
