"""Standing of accounts, reports, and the audit log that only grows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

ZERO = sa.text("0")
NOW = sa.func.now()

# Rights alone would not do: the service owns its tables, and an owner can take a right back. UPDATE is left
# to the trigger, because the foreign key locks the row it refers to with that right.
APPEND_ONLY = """
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
REVOKE DELETE, TRUNCATE ON audit FROM CURRENT_USER;
"""


def upgrade() -> None:
    for column in (
        sa.Column("status", sa.Text, nullable=False, server_default="active"),
        sa.Column("suspended_until", sa.DateTime(timezone=True), comment="null while suspended: for good"),
        sa.Column("suspension_reason", sa.Text),
        sa.Column("roles", postgresql.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column(
            "is_verified", sa.Boolean, nullable=False, server_default=sa.false(), comment="the email address"
        ),
        sa.Column(
            "is_registered",
            sa.Boolean,
            nullable=False,
            server_default=sa.false(),
            comment="not only met by a token",
        ),
        sa.Column(
            "status_version",
            sa.BigInteger,
            nullable=False,
            server_default=ZERO,
            comment="the account's, then",
        ),
        sa.Column(
            "roles_version", sa.BigInteger, nullable=False, server_default=ZERO, comment="the account's, then"
        ),
    ):
        op.add_column("profiles", column)
    op.execute("UPDATE profiles SET is_registered = true")
    op.create_check_constraint(
        op.f("ck_profiles_status"), "profiles", "status IN ('active', 'suspended', 'deleted')"
    )
    op.create_check_constraint(
        op.f("ck_profiles_suspension"),
        "profiles",
        "status = 'suspended' OR (suspended_until IS NULL AND suspension_reason IS NULL)",
    )
    _create_reports()
    _create_audit()


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True)),
        sa.Column("reporter_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("target_id", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("status", sa.Text, nullable=False, server_default="open"),
        sa.Column("assignee_id", sa.BigInteger, comment="who has it, or closed it"),
        sa.Column("resolution", sa.Text),
        sa.Column("action_taken", sa.Text),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column(
            "queue_rank",
            sa.SmallInteger,
            sa.Computed("CASE status WHEN 'open' THEN 0 WHEN 'assigned' THEN 1 ELSE 2 END", persisted=True),
            nullable=False,
            comment="what waits for a moderator comes first",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.ForeignKeyConstraint(["reporter_id"], ["profiles.id"], name="fk_reports_reporter_id"),
        sa.ForeignKeyConstraint(["assignee_id"], ["profiles.id"], name="fk_reports_assignee_id"),
        sa.CheckConstraint("kind IN ('tile', 'canvas', 'user')", name=op.f("ck_reports_kind")),
        sa.CheckConstraint(
            "status IN ('open', 'assigned', 'resolved', 'dismissed')", name=op.f("ck_reports_status")
        ),
        sa.CheckConstraint("char_length(reason) BETWEEN 1 AND 100", name=op.f("ck_reports_reason")),
        sa.CheckConstraint("char_length(detail) <= 2000", name=op.f("ck_reports_detail")),
        sa.CheckConstraint("char_length(resolution) <= 2000", name=op.f("ck_reports_resolution")),
        sa.CheckConstraint(
            "action_taken IN ('none', 'warned', 'removed', 'suspended', 'rolled_back')",
            name=op.f("ck_reports_action_taken"),
        ),
        sa.CheckConstraint("(status = 'open') = (assignee_id IS NULL)", name=op.f("ck_reports_assignee")),
        sa.CheckConstraint(
            "status IN ('resolved', 'dismissed') OR (resolution IS NULL AND action_taken IS NULL)",
            name=op.f("ck_reports_resolved_when_closed"),
        ),
    )
    op.create_index("ix_reports_queue_rank_id", "reports", ["queue_rank", "id"])
    op.create_index("ix_reports_reporter_id_created_at", "reports", ["reporter_id", "created_at"])
    op.create_index(
        "uq_reports_waiting",
        "reports",
        ["reporter_id", "kind", "target_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('open', 'assigned')"),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=NOW),
        sa.Column("actor_id", sa.BigInteger, comment="null: nobody but time, as when a suspension ends"),
        sa.Column("action", sa.Text, nullable=False, comment="of a command its type: account.suspend"),
        sa.Column("target_kind", sa.Text, nullable=False),
        sa.Column("target_id", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("details", postgresql.JSONB, nullable=False, server_default="{}"),
        sa.Column("refers_to", sa.BigInteger, comment="the request of which this is the outcome"),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.ForeignKeyConstraint(["refers_to"], ["audit.id"], name="fk_audit_refers_to"),
        sa.CheckConstraint("outcome IN ('requested', 'done', 'refused')", name=op.f("ck_audit_outcome")),
        sa.CheckConstraint(
            "target_kind IN ('user', 'report', 'tile', 'canvas')", name=op.f("ck_audit_target_kind")
        ),
        comment="Grows and never changes: a trigger refuses UPDATE, DELETE and TRUNCATE.",
    )
    op.create_index("ix_audit_actor_id_id", "audit", ["actor_id", "id"])
    op.create_index("ix_audit_action_id", "audit", ["action", "id"])
    op.create_index("ix_audit_target_kind_target_id_id", "audit", ["target_kind", "target_id", "id"])
    op.create_index(
        "uq_audit_refers_to",
        "audit",
        ["refers_to"],
        unique=True,
        postgresql_where=sa.text("refers_to IS NOT NULL"),
    )
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    op.drop_table("audit")
    op.execute("DROP FUNCTION refuse_change_of_audit")
    op.drop_table("reports")
    for constraint in ("suspension", "status"):
        op.drop_constraint(op.f(f"ck_profiles_{constraint}"), "profiles")
    for column in (
        "roles_version",
        "status_version",
        "is_registered",
        "is_verified",
        "roles",
        "suspension_reason",
        "suspended_until",
        "status",
    ):
        op.drop_column("profiles", column)
