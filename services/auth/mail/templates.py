"""Mail as text, and as HTML with the same wording."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from email.message import EmailMessage
from html import escape

from services.auth.accounts.model import Account
from services.auth.mail.rules import Purpose

_SUBJECTS = {
    Purpose.CONFIRM_EMAIL: "Confirm your email address",
    Purpose.RESET_PASSWORD: "Choose a new password",
    Purpose.PASSWORD_CHANGED: "Your password was changed",
    Purpose.ACCOUNT_SUSPENDED: "Your account is suspended",
    Purpose.TEST: "A test of mail",
}
_INTRODUCTIONS = {
    Purpose.CONFIRM_EMAIL: "please confirm that this is your email address. The link is valid for 24 hours:",
    Purpose.RESET_PASSWORD: "someone, probably you, has requested a new password for your account. "
    "The link is valid for 60 minutes and works once:",
    Purpose.PASSWORD_CHANGED: "the password of your account was changed, and all other sessions were ended.",
    Purpose.TEST: "this site can send mail: an operator has requested this message to find out.",
}
_NOTES = {
    Purpose.CONFIRM_EMAIL: "If you did not create an account at Tessera, ignore this email.",
    Purpose.RESET_PASSWORD: "If that was not you, ignore this email: your password stays the same.",
    Purpose.PASSWORD_CHANGED: "If that was not you, reset your password immediately.",
    Purpose.ACCOUNT_SUSPENDED: "Your pictures stay where they are.",
    Purpose.TEST: "There is nothing to do.",
}
_HTML = """\
<!doctype html>
<html lang="en"><body style="font: 16px/1.5 sans-serif; color: #222; max-width: 36em; margin: 2em auto">
<p>Hello {username},</p>
<p>{introduction}</p>
{link}<p>{note}</p>
<p>Tessera</p>
</body></html>
"""
_HTML_LINK = '<p><a href="{url}">{url}</a></p>\n'


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to an account; `link` contains the token, if the purpose needs one."""

    account: Account
    purpose: Purpose
    link: str | None = field(repr=False)

    def render(self, sender: str) -> EmailMessage:
        """Write the message, in both forms."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.account.email
        message["Subject"] = _SUBJECTS[self.purpose]
        # Both suppress out-of-office replies: RFC 3834, and Exchange. There is no List-Unsubscribe, because
        # each mail answers a request of its recipient or reports a change of their account.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(self._text())
        message.add_alternative(self._html(), subtype="html")
        return message

    def _introduction(self) -> str:
        suspension = self.account.suspension
        if self.purpose is not Purpose.ACCOUNT_SUSPENDED or suspension is None:
            return _INTRODUCTIONS[self.purpose]
        until = suspension.until
        end = "" if until is None else f" until {until.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
        return f"a moderator has suspended your account{end}. The reason: {suspension.reason}"

    def _text(self) -> str:
        parts = [
            f"Hello {self.account.username},",
            self._introduction(),
            self.link,
            _NOTES[self.purpose],
        ]
        return "\n\n".join(part for part in (*parts, "Tessera") if part) + "\n"

    def _html(self) -> str:
        return _HTML.format(
            username=escape(self.account.username),
            introduction=escape(self._introduction()),
            link=_HTML_LINK.format(url=escape(self.link)) if self.link else "",
            note=_NOTES[self.purpose],
        )


def make_link(public_url: str, purpose: Purpose, token: str) -> str:
    """Return the URL that uses the token; browsers do not send its fragment, so servers cannot log it."""
    return f"{public_url.rstrip('/')}/#{purpose.replace('_', '-')}={token}"
