"""Keep who is asked for an own view of a conversation, and what became of it.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table. Nobody was asked for anything yet."""
    op.create_table(
        "second_opinion",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("given_id", sa.Uuid(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'given', 'withdrawn')", name=op.f("ck_second_opinion_opinion_state")
        ),
        sa.CheckConstraint("(state = 'asked') = (ended_at is null)", name=op.f("ck_second_opinion_ended")),
        sa.CheckConstraint(
            "(state = 'given') = (given_id is not null)", name=op.f("ck_second_opinion_given")
        ),
        sa.CheckConstraint("(state = 'given') = (blind is not null)", name=op.f("ck_second_opinion_settled")),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_by_id is not null)", name=op.f("ck_second_opinion_withdrawn")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_second_opinion")),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", column],
                [f"{target}.organisation_id", f"{target}.id"],
                name=op.f(f"fk_second_opinion_organisation_id_{column}"),
            )
            for column, target in TARGETS.items()
        ),
    )
    for columns in INDEXES:
        op.create_index(_name_of(columns), "second_opinion", columns)
    op.create_index(
        "ix_second_opinion_once",
        "second_opinion",
        ["organisation_id", "thread_id", "conversation_id", "supervisor_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_second_opinion_once", table_name="second_opinion")
    for columns in INDEXES:
        op.drop_index(_name_of(columns), table_name="second_opinion")
    op.drop_table("second_opinion")


TARGETS = {
    "case_id": "case",
    "thread_id": "thread",
    "conversation_id": "conversation",
    "assessment_id": "assessment",
    "given_id": "assessment",
    "supervisor_id": "user",
    "asked_by_id": "user",
    "withdrawn_by_id": "user",
}
INDEXES = (
    ["organisation_id", "supervisor_id", "state", "case_id"],
    ["organisation_id", "asked_by_id"],
    ["organisation_id", "case_id"],
    ["organisation_id", "given_id"],
)


def _name_of(columns: list[str]) -> str:
    return op.f(f"ix_second_opinion_{'_'.join(columns)}")
