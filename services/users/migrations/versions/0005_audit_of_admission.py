"""Entries of the audit log about the site and about invitations."""

from alembic import op

revision = "0005"
down_revision = "0004"

NAME = "ck_audit_target_kind"
KINDS = "'user', 'report', 'tile', 'canvas'"
MORE_KINDS = f"{KINDS}, 'site', 'invitation'"


def upgrade() -> None:
    _allow(MORE_KINDS)


def downgrade() -> None:
    _allow(KINDS, valid=False)  # the log only grows: it keeps its entries about the others


def _allow(kinds: str, *, valid: bool = True) -> None:
    op.drop_constraint(op.f(NAME), "audit")
    op.create_check_constraint(
        op.f(NAME), "audit", f"target_kind IN ({kinds})", postgresql_not_valid=not valid
    )
