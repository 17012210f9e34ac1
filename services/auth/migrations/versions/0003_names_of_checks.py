"""Rename the check constraints whose names have the prefix of the naming convention twice."""

from alembic import op

revision = "0003"
down_revision = "0002"

CHECKS = {
    "accounts": ("email", "password_hash", "roles", "status", "username_length"),
    "login_throttles": ("failures",),
    "refresh_tokens": ("rotated", "token_hash"),
    "signing_keys": ("public_key",),
}


def upgrade() -> None:
    for table, checks in CHECKS.items():
        for check in checks:
            name = f"ck_{table}_{check}"
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT ck_{table}_{name} TO {name}")


def downgrade() -> None:
    for table, checks in CHECKS.items():
        for check in checks:
            name = f"ck_{table}_{check}"
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {name} TO ck_{table}_{name}")
