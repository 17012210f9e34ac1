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
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.auth.limits import USERNAME_PATTERN
from shared.db.tables import NAMING, moment
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
    CheckConstraint("purpose IN ('confirm_email', 'reset_password')", name="purpose"),
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

outbox = outbox_table(metadata)
inbox = inbox_table(metadata)
