"""Exports of all data of an account, and what becomes of the canvases of artists who leave."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "export_jobs",
        sa.Column("export_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "number", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="of the next part"
        ),
        sa.Column(
            "file", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="that the part is of"
        ),
        sa.Column(
            "position", sa.Text(), comment="key of the last row sent of that file, as JSON; null: none yet"
        ),
        sa.Column(
            "rows", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="sent of that file"
        ),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.PrimaryKeyConstraint("export_id", name="pk_export_jobs"),
        comment="Exports that this service has not sent all its parts of.",
    )
    op.create_table(
        "departures",
        sa.Column("artist_id", sa.BigInteger(), nullable=False),
        sa.Column("heir_id", sa.BigInteger(), comment="null: the canvases are deleted"),
        sa.Column("departed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_departures_artist_id"),
        sa.ForeignKeyConstraint(["heir_id"], ["artists.id"], name="fk_departures_heir_id"),
        sa.PrimaryKeyConstraint("artist_id", name="pk_departures"),
        comment="Artists who left in the last hour and did not leave their canvases where they are.",
    )


def downgrade() -> None:
    op.drop_table("departures")
    op.drop_table("export_jobs")
