"""What asks for attention in a thread, and from when on an organisation wants to know.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = (
    "stuck",
    "task_mismatch",
    "agreed_but_not_done",
    "moved_back",
    "possibly_resolved",
    "hidden_customer",
    "assessors_disagree",
    "not_seen",
)
AUDIENCES = (
    "visitor",
    "complainant",
    "customer",
    "unclear",
    "co-expert",
    "visitor-to-complainant",
    "visitor-to-customer",
    "complainant-to-visitor",
    "complainant-to-customer",
    "customer-to-visitor",
    "customer-to-complainant",
    "no-change",
    "any-change",
)


def choice(name: str, *values: str) -> sa.Enum:
    """A text column that takes these values only."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def of(table: str, target: str, column: str) -> sa.ForeignKeyConstraint:
    """Point at a row of the same organisation."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def upgrade() -> None:
    """Go up. The signals of what is there are worked out by `werkrelatie init`, not here."""
    op.add_column("thread", sa.Column("signals_under", sa.String(16), nullable=True))
    op.create_table(
        "thread_signal",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("kind", choice("signal_kind", *KINDS), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.Column("about", choice("audience", *AUDIENCES), nullable=False),
        of("thread_signal", "thread", "thread_id"),
        of("thread_signal", "case", "case_id"),
        sa.PrimaryKeyConstraint("organisation_id", "thread_id", "kind", name=op.f("pk_thread_signal")),
    )
    op.create_index(
        op.f("ix_thread_signal_organisation_id_case_id_kind"),
        "thread_signal",
        ["organisation_id", "case_id", "kind"],
    )
    op.create_table(
        "signal_setting",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stuck_after", sa.Integer(), nullable=False),
        sa.Column("not_done_after", sa.Integer(), nullable=False),
        sa.Column("not_seen_days", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Uuid(), nullable=False),
        of("signal_setting", "user", "set_by_id"),
        sa.CheckConstraint("stuck_after between 2 and 20", name=op.f("ck_signal_setting_stuck_after")),
        sa.CheckConstraint("not_done_after between 2 and 20", name=op.f("ck_signal_setting_not_done_after")),
        sa.CheckConstraint("not_seen_days between 7 and 3650", name=op.f("ck_signal_setting_not_seen_days")),
        sa.PrimaryKeyConstraint("organisation_id", "number", name=op.f("pk_signal_setting")),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("signal_setting")
    op.drop_table("thread_signal")
    with op.batch_alter_table("thread") as table:
        table.drop_column("signals_under")
