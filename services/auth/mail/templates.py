"""Mail as text, and as HTML with the same wording."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from email.message import EmailMessage
from html import escape
from typing import NamedTuple

from services.auth.accounts.model import Account
from services.auth.mail.rules import Purpose

_SUBJECTS = {
    Purpose.CONFIRM_EMAIL: "Confirm your email address",
    Purpose.RESET_PASSWORD: "Choose a new password",
    Purpose.CHANGE_EMAIL: "Confirm your new email address",
    Purpose.EMAIL_CHANGE_REQUESTED: "Your email address is about to change",
    Purpose.EMAIL_CHANGED: "Your email address was changed",
    Purpose.PASSWORD_CHANGED: "Your password was changed",
    Purpose.SECOND_FACTOR_CHANGED: "Your second factor was changed",
    Purpose.IDENTITY_CHANGED: "How you log in was changed",
    Purpose.EXPORT_READY: "Your data is ready to download",
    Purpose.ACCOUNT_SUSPENDED: "Your account is suspended",
    Purpose.DIGEST: "What happened at Tessera",
    Purpose.TEST: "A test of mail",
}
_INTRODUCTIONS = {
    Purpose.CONFIRM_EMAIL: "please confirm that this is your email address. The link is valid for 24 hours:",
    Purpose.RESET_PASSWORD: "someone, probably you, has requested a new password for your account. "
    "The link is valid for 60 minutes and works once:",
    Purpose.CHANGE_EMAIL: "please confirm that this is the new email address of your account. "
    "The link is valid for 24 hours:",
    Purpose.EMAIL_CHANGE_REQUESTED: "somebody who knows your password, probably you, has requested another "
    "email address for your account. It changes once a link that was sent there has been opened.",
    Purpose.EMAIL_CHANGED: "your account has another email address now, and mail about it goes there.",
    Purpose.PASSWORD_CHANGED: "the password of your account was changed, and all other sessions were ended.",
    Purpose.SECOND_FACTOR_CHANGED: "the second factor of your account was set up, renewed or removed.",
    Purpose.IDENTITY_CHANGED: "an account elsewhere that logs you in here was linked to your account, or "
    "removed from it.",
    Purpose.EXPORT_READY: "the export of your data is complete. Log in and download it from your account "
    "page within a day.",
    Purpose.DIGEST: "this has happened since you last looked:",
    Purpose.TEST: "this site can send mail: an operator has requested this message to find out.",
}
_NOTES = {
    Purpose.CONFIRM_EMAIL: "If you did not create an account at Tessera, ignore this email.",
    Purpose.RESET_PASSWORD: "If that was not you, ignore this email: your password stays the same.",
    Purpose.CHANGE_EMAIL: "If you did not request this, ignore this email: nothing changes.",
    Purpose.EMAIL_CHANGE_REQUESTED: "If that was not you, change your password immediately.",
    Purpose.EMAIL_CHANGED: "If that was not you, tell whoever runs this site immediately.",
    Purpose.PASSWORD_CHANGED: "If that was not you, reset your password immediately.",
    Purpose.SECOND_FACTOR_CHANGED: "If that was not you, change your password immediately.",
    Purpose.IDENTITY_CHANGED: "If that was not you, change your password immediately.",
    Purpose.EXPORT_READY: "If you did not request this, change your password immediately.",
    Purpose.ACCOUNT_SUSPENDED: "Your pictures stay where they are.",
    Purpose.DIGEST: "You get this at most once a day, as you asked. To stop it without logging in:",
    Purpose.TEST: "There is nothing to do.",
}
_COUNTED = {
    "like": "Likes of your tiles",
    "follower": "New followers",
    "mention": "Mentions in a chat",
    "review_waiting": "Canvases where work waits for your review",
    "review_decided": "Decisions about your submissions",
    "lock_taken": "Locks of yours that a moderator released",
    "tile_removed": "Tiles of yours that were removed",
    "report_closed": "Decisions about your reports",
    "muted": "Chats in which you were muted",
    "invitation": "New roles on a canvas",
    "claim_ending": "Locks or areas that ended soon",
    "canvas_opened": "Canvases that opened",
    "canvas_closed": "Canvases that closed",
    "canvas_offered": "Canvases that are offered to you",
    "offer_answered": "Answers to your offers of canvases",
}
"""Kinds of notices, as a digest counts them; one that this version does not know is one of the others."""

_HTML = """\
<!doctype html>
<html lang="en"><body style="font: 16px/1.5 sans-serif; color: #222; max-width: 36em; margin: 2em auto">
<p>Hello {username},</p>
<p>{introduction}</p>
{counts}{link}<p>{note}</p>
{stop}<p>Tessera</p>
</body></html>
"""
_HTML_COUNTS = "<ul>{}</ul>\n"
_HTML_LINK = '<p><a href="{url}">{url}</a></p>\n'


class StopLink(NamedTuple):
    """Where people stop digests, and where mail programs do so for them."""

    page: str
    one_click: str


@dataclass(frozen=True, slots=True)
class Digest:
    """How many notices of each kind are not read, and the link that stops digests."""

    counts: Mapping[str, int]
    stop: StopLink

    def lines(self) -> Sequence[str]:
        """Write a line for each kind."""
        counted = Counter[str]()
        for kind, count in self.counts.items():
            counted[_COUNTED.get(kind, "Others")] += count
        return [f"{label}: {count}" for label, count in counted.items()]


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to an account; `link` contains the token, if the purpose needs one."""

    account: Account
    purpose: Purpose
    link: str | None = field(repr=False)
    digest: Digest | None = field(default=None, repr=False)

    def render(self, sender: str) -> EmailMessage:
        """Write the message, in both forms."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.account.email
        message["Subject"] = _SUBJECTS[self.purpose]
        # Both suppress out-of-office replies: RFC 3834, and Exchange. Only a digest has List-Unsubscribe: any
        # other mail answers a request of its recipient or reports a change of their account.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        if self.digest is not None:
            message["List-Unsubscribe"] = f"<{self.digest.stop.one_click}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
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
            "\n".join(self.digest.lines()) if self.digest else None,
            self.link,
            _NOTES[self.purpose],
            self.digest and self.digest.stop.page,
        ]
        return "\n\n".join(part for part in (*parts, "Tessera") if part) + "\n"

    def _html(self) -> str:
        return _HTML.format(
            username=escape(self.account.username),
            introduction=escape(self._introduction()),
            counts=_HTML_COUNTS.format("".join(f"<li>{line}</li>" for line in self.digest.lines()))
            if self.digest
            else "",
            link=_HTML_LINK.format(url=escape(self.link)) if self.link else "",
            note=_NOTES[self.purpose],
            stop=_HTML_LINK.format(url=escape(self.digest.stop.page)) if self.digest else "",
        )


def make_link(public_url: str, purpose: Purpose, token: str) -> str:
    """Return the URL that uses the token; browsers do not send its fragment, so servers cannot log it."""
    return f"{public_url.rstrip('/')}/#{purpose.replace('_', '-')}={token}"


def make_stop_link(public_url: str, token: str) -> StopLink:
    """Return the links that stop the digests of the account whose token this is."""
    site = public_url.rstrip("/")
    return StopLink(f"{site}/#stop-digest={token}", f"{site}/api/v1/auth/digest/stop?token={token}")
