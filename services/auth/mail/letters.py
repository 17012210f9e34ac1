"""What is written, as text and as HTML of the same words."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from html import escape

from services.auth.accounts.rules import Account
from services.auth.mail.rules import Purpose

_SUBJECTS = {
    Purpose.CONFIRM_EMAIL: "Confirm your email address",
    Purpose.RESET_PASSWORD: "Choose a new password",
    Purpose.PASSWORD_CHANGED: "Your password was changed",
}
_BEFORE = {
    Purpose.CONFIRM_EMAIL: "please confirm that this address is yours. The link is valid for 24 hours:",
    Purpose.RESET_PASSWORD: "somebody, probably you, wants a new password for your account. "
    "The link is valid for 60 minutes and works once:",
    Purpose.PASSWORD_CHANGED: "the password of your account was changed, and other sessions were ended.",
}
_AFTER = {
    Purpose.CONFIRM_EMAIL: "If you made no account at Tessera, ignore this mail.",
    Purpose.RESET_PASSWORD: "If that was not you, ignore this mail: your password stays as it is.",
    Purpose.PASSWORD_CHANGED: "If that was not you, ask for a new password at once.",
}
_HTML = """\
<!doctype html>
<html lang="en"><body style="font: 16px/1.5 sans-serif; color: #222; max-width: 36em; margin: 2em auto">
<p>Hello {username},</p>
<p>{before}</p>
{link}<p>{after}</p>
<p>Tessera</p>
</body></html>
"""
_HTML_LINK = '<p><a href="{url}">{url}</a></p>\n'


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one account; `link` holds the token, if there is one."""

    account: Account
    purpose: Purpose
    link: str | None = field(repr=False)

    def message(self, sender: str) -> EmailMessage:
        """Write it."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.account.email
        message["Subject"] = _SUBJECTS[self.purpose]
        # Out-of-office replies to a machine help nobody (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._text())
        message.add_alternative(self._html(), subtype="html")
        return message

    def _text(self) -> str:
        parts = [f"Hello {self.account.username},", _BEFORE[self.purpose], self.link, _AFTER[self.purpose]]
        return "\n\n".join(part for part in (*parts, "Tessera") if part) + "\n"

    def _html(self) -> str:
        return _HTML.format(
            username=escape(self.account.username),
            before=_BEFORE[self.purpose],
            link=_HTML_LINK.format(url=escape(self.link)) if self.link else "",
            after=_AFTER[self.purpose],
        )


def link_of(public_url: str, purpose: Purpose, token: str) -> str:
    """Return where the token is used; behind the `#`, which browsers send to nobody and nobody logs."""
    return f"{public_url.rstrip('/')}/#{purpose.replace('_', '-')}={token}"
