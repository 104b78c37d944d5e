"""What was used of an advice, an organisation's own layer over the approach, and reflections.

Revision ID: 0008
Revises: 0007
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

USES = ("accepted", "adapted", "declined")
KINDS = ("stance", "question", "task", "pitfall", "signal")


def upgrade() -> None:
    """Make the tables. Guards and walls are put up after every run."""
    op.create_table(
        "advice_use",
        *_row(),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.String(40), nullable=False),
        sa.Column("entry_version", sa.String(16), nullable=False),
        sa.Column("use", _choice(USES, "use"), nullable=False),
        sa.Column("use_reason", sa.String(2000), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "\"use\" <> 'declined' or use_reason is not null",
            name=op.f("ck_advice_use_declined_has_reason"),
        ),
        *_keys("advice_use", assessment_id="assessment", case_id="case"),
    )
    for column in ("assessment_id", "case_id"):
        op.create_index(
            op.f(f"ix_advice_use_organisation_id_{column}_recorded_at"),
            "advice_use",
            ["organisation_id", column, "recorded_at"],
        )
    op.create_table(
        "own_entry",
        *_row(),
        *_version(),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("kind", _choice(KINDS, "entry_kind"), nullable=False),
        sa.Column("audiences", sa.String(64), nullable=False),
        sa.Column("text_nl", sa.String(2000), nullable=False),
        sa.Column("text_en", sa.String(2000), nullable=False),
        *_keys("own_entry"),
        _unique("own_entry"),
    )
    op.create_table(
        "hidden_entry",
        *_row(),
        *_version(),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        *_keys("hidden_entry"),
        _unique("hidden_entry"),
    )
    op.create_table(
        "reflection",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("writer_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("prompt_id", sa.String(64), nullable=False),
        sa.Column("reflection_text", sa.String(2000), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        *_keys("reflection", writer_id="user", case_id="case", thread_id="thread"),
    )
    for column in ("writer_id", "case_id"):
        op.create_index(
            op.f(f"ix_reflection_organisation_id_{column}_written_at"),
            "reflection",
            ["organisation_id", column, "written_at"],
        )


def downgrade() -> None:
    """Take them away again."""
    for table in ("reflection", "hidden_entry", "own_entry", "advice_use"):
        op.drop_table(table)


def _row() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
    )


def _version() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("entry_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("active_from", sa.DateTime(timezone=True), nullable=False),
    )


def _choice(values: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _keys(table: str, **others: str) -> tuple[sa.schema.SchemaItem, ...]:
    targets = others if table == "reflection" else {**others, "recorded_by_id": "user"}
    return (
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", column],
                [f"{target}.organisation_id", f"{target}.id"],
                name=op.f(f"fk_{table}_organisation_id_{column}"),
            )
            for column, target in targets.items()
        ),
    )


def _unique(table: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(
        "organisation_id",
        "entry_id",
        "version",
        name=op.f(f"uq_{table}_organisation_id_entry_id_version"),
    )
