"""Names of check constraints that earlier migrations wrote out in full, so that the naming convention doubled the prefix."""

from alembic import op

revision = "0006"
down_revision = "0005"

CHECKS = {
    "canvases": (
        "height",
        "max_tiles_per_user",
        "name_length",
        "palette",
        "tile_count",
        "tile_size",
        "width",
    ),
    "revisions": ("kind",),
    "tiles": ("cell", "like_count", "pixels"),
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
