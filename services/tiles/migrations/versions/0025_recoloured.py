"""The kind of change that the replacement of a colour is."""

from alembic import op

revision = "0025"
down_revision = "0024"

KIND = "ck_revisions_kind"
OLD_KINDS = "'created', 'painted', 'stroke', 'described', 'reverted', 'rolled_back', 'deleted', 'restored', 'taken_back'"


def upgrade() -> None:
    _replace_check(f"kind IN ({OLD_KINDS}, 'recoloured')")


def downgrade() -> None:
    op.execute("UPDATE revisions SET kind = 'painted' WHERE kind = 'recoloured'")
    _replace_check(f"kind IN ({OLD_KINDS})")


def _replace_check(condition: str) -> None:
    """Validated in a second statement, which lets others read and write the large table meanwhile."""
    op.drop_constraint(op.f(KIND), "revisions")
    op.execute(f"ALTER TABLE revisions ADD CONSTRAINT {KIND} CHECK ({condition}) NOT VALID")
    op.execute(f"ALTER TABLE revisions VALIDATE CONSTRAINT {KIND}")
