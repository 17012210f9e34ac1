"""Tables of the auth service, with the constraints that keep bad states out.

A session has a row only while it is live: ending it, for whatever reason, deletes the row and its refresh
tokens, so no statement can forget to exclude ended sessions.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.auth.limits import USERNAME_PATTERN
from shared.db.tables import NAMING, moment
from shared.messaging.exporting import export_jobs_table
from shared.messaging.inbox import inbox_table
from shared.messaging.outbox import outbox_table

metadata = MetaData(naming_convention=NAMING)

accounts = Table(
    "accounts",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("username", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_verified", Boolean, nullable=False, server_default=text("false")),
    Column("password_hash", Text, nullable=False, comment="argon2id, with its parameters"),
    Column(
        "password_expires_at",
        DateTime(timezone=True),
        comment="of a one-time password, which its owner must replace by then; null: the owner chose it",
    ),
    Column("roles", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("status", Text, nullable=False, server_default=text("'active'")),
    Column("suspension_reason", Text),
    Column("suspended_until", DateTime(timezone=True), index=True, comment="null: for good"),
    Column("version", Integer, nullable=False, server_default=text("0"), comment="rises with every change"),
    moment("created_at"),
    # The name of a deleted account begins with an underscore, which no registration can request.
    CheckConstraint(f"status = 'deleted' OR username ~ '{USERNAME_PATTERN}'", name="username"),
    CheckConstraint("char_length(username) BETWEEN 3 AND 50", name="username_length"),
    CheckConstraint("char_length(email) <= 254 AND email LIKE '%_@_%'", name="email"),
    CheckConstraint("password_hash LIKE '$argon2id$%'", name="password_hash"),
    CheckConstraint("roles <@ ARRAY['moderator', 'admin']", name="roles"),
    CheckConstraint("status IN ('active', 'suspended', 'deleted')", name="status"),
    CheckConstraint("(status = 'suspended') = (suspension_reason IS NOT NULL)", name="suspension_reason"),
    CheckConstraint("status = 'suspended' OR suspended_until IS NULL", name="suspended_until"),
)
Index("uq_accounts_username", func.lower(accounts.c.username), unique=True)
Index("uq_accounts_email", func.lower(accounts.c.email), unique=True)

sessions = Table(
    "sessions",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("address", Text, nullable=False, comment="where it was opened from"),
    Column("user_agent", Text, comment="the User-Agent header of the login"),
    moment("created_at"),
    moment("last_used_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("confirmed_at", DateTime(timezone=True), comment="its last second factor; null: none yet"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True, comment="SHA-256; the token itself is nowhere"),
    Column(
        "session_id", BigInteger, ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    moment("issued_at"),
    Column("rotated_at", DateTime(timezone=True), index=True, comment="null: the session's current token"),
    Column("successor_salt", LargeBinary, comment="with the token itself gives the token that replaced it"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("(rotated_at IS NULL) = (successor_salt IS NULL)", name="rotated"),
    comment="One current token per session, and those it replaced, so that their reuse is recognised.",
)
Index(
    "uq_refresh_tokens_current",
    refresh_tokens.c.session_id,
    unique=True,
    postgresql_where=refresh_tokens.c.rotated_at.is_(None),
)

bot_tokens = Table(
    "bot_tokens",
    metadata,
    Column(
        "session_id",
        BigInteger,
        ForeignKey("sessions.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256; the token is nowhere"),
    Column("expires_at", DateTime(timezone=True), comment="null: never; what counts is that of the session"),
    Column("last_used_at", DateTime(timezone=True)),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    CheckConstraint("scopes <@ ARRAY['read', 'paint', 'chat', 'moderate']", name="scopes"),
    comment="Each is a session without refresh tokens.",
)

revocations = Table(
    "revocations",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("session_id", BigInteger, comment="null: all of the account"),
    Column("before", DateTime(timezone=True), nullable=False, index=True),
    comment="Revocations of tokens that may not have expired yet, for processes that missed the broadcast.",
)

mail_tokens = Table(
    "mail_tokens",
    metadata,
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column(
        "token_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256; the token is in the mail"
    ),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    Column("new_email", Text, comment="the address that the token was sent to, of change_email"),
    CheckConstraint("purpose IN ('confirm_email', 'reset_password', 'change_email')", name="purpose"),
    CheckConstraint("(purpose = 'change_email') = (new_email IS NOT NULL)", name="new_email"),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    comment="One of a kind for each account: a newer one takes the place of the older.",
)

login_throttles = Table(
    "login_throttles",
    metadata,
    Column("key", LargeBinary, primary_key=True, comment="SHA-256 of what is counted: a name or an address"),
    Column("failures", Integer, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    CheckConstraint("failures >= 0", name="failures"),
)

policy = Table(
    "policy",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("registration", Text, nullable=False),
    Column("challenge", Text, nullable=False, server_default=text("'auto'")),
    Column("second_factor", Text, nullable=False, server_default=text("'optional'")),
    CheckConstraint("id = 1", name="one_row"),
    CheckConstraint("registration IN ('open', 'invitation', 'closed')", name="registration"),
    CheckConstraint("challenge IN ('auto', 'always', 'off')", name="challenge"),
    CheckConstraint("second_factor IN ('optional', 'moderators', 'everybody')", name="second_factor"),
    comment="What the admins have decided; without the row, the defaults of the code hold.",
)

totp_secrets = Table(
    "totp_secrets",
    metadata,
    Column(
        "account_id",
        BigInteger,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("sealed_secret", LargeBinary, nullable=False, comment="encrypted with AUTH_SECRET"),
    Column("confirmed_at", DateTime(timezone=True), comment="null: no code of it has been seen yet"),
    Column("last_step", BigInteger, comment="of the last code that was used; none is used twice"),
    moment("created_at"),
    comment="One authenticator app for each account.",
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column(
        "account_id",
        BigInteger,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("code_hash", LargeBinary, primary_key=True, comment="SHA-256; a used code has no row"),
    CheckConstraint("octet_length(code_hash) = 32", name="code_hash"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("name", Text, nullable=False),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False, comment="COSE"),
    Column("sign_count", BigInteger, nullable=False, comment="0 if the device does not count"),
    moment("created_at"),
    Column("last_used_at", DateTime(timezone=True)),
)

pending_logins = Table(
    "pending_logins",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True, comment="SHA-256"),
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    CheckConstraint("octet_length(token_hash) = 32", name="token_hash"),
    comment="Logins whose password was right and whose second factor is awaited.",
)

used_challenges = Table(
    "used_challenges",
    metadata,
    Column("nonce", LargeBinary, primary_key=True),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    comment="Solved challenges are accepted once; a row outlives its challenge.",
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("code_hash", LargeBinary, nullable=False, unique=True, comment="SHA-256; the code is nowhere"),
    Column("max_uses", Integer, nullable=False),
    Column("uses", Integer, nullable=False, server_default=text("0")),
    Column("expires_at", DateTime(timezone=True), comment="null: never"),
    Column("revoked_at", DateTime(timezone=True)),
    Column("created_by", BigInteger, ForeignKey("accounts.id"), nullable=False),
    moment("created_at"),
    CheckConstraint("octet_length(code_hash) = 32", name="code_hash"),
    CheckConstraint("uses BETWEEN 0 AND max_uses", name="uses"),
)

invited_accounts = Table(
    "invited_accounts",
    metadata,
    Column(
        "account_id",
        BigInteger,
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("invitation_id", BigInteger, ForeignKey("invitations.id"), nullable=False),
    Index("ix_invited_accounts_invitation_id_account_id", "invitation_id", "account_id"),
    comment="Which account came by which invitation.",
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False, comment="Ed25519, raw"),
    Column("sealed_private_key", LargeBinary, nullable=False, comment="encrypted with AUTH_SECRET"),
    moment("created_at"),
    Column(
        "signs_from",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.now(),
        comment="later than its creation by more than the age that published keys may have elsewhere",
    ),
    CheckConstraint("octet_length(public_key) = 32", name="public_key"),
    comment="Every row is published; the newest that signs already signs.",
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True, comment="who it is at the issuer; never reassigned there"),
    Column("provider", Text, nullable=False, comment="id of the provider in AUTH_OIDC_PROVIDERS"),
    Column("account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    moment("linked_at"),
    Column("last_used_at", DateTime(timezone=True)),
    UniqueConstraint("account_id", "provider"),
    CheckConstraint("char_length(subject) BETWEEN 1 AND 255", name="subject"),
    comment="Accounts elsewhere that log in to accounts here.",
)

exports = Table(
    "exports",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column(
        "account_id", BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, unique=True
    ),
    moment("requested_at"),
    Column("completed_at", DateTime(timezone=True), comment="null: parts are missing"),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
    comment="One for each account: a newer one takes the place of the older.",
)

export_parts = Table(
    "export_parts",
    metadata,
    Column("export_id", BigInteger, ForeignKey("exports.id", ondelete="CASCADE"), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False),
    Column("lines", Text, nullable=False),
    Column("is_last", Boolean, nullable=False),
    CheckConstraint("service IN ('auth', 'users', 'tiles')", name="service"),
    CheckConstraint("number >= 0", name="number"),
    comment="What the services have sent so far, in the order of their numbers.",
)

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
export_jobs = export_jobs_table(metadata)
