"""Keep with each step the answers on both sides, and let a report read nothing but one index.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OLD = "ix_transition_organisation_id_assessed_at_assessment_id"
NEW = "ix_transition_counted"
COUNTED = (
    *("organisation_id", "assessed_at", "assessment_id", "case_id", "other_assessor"),
    *("change_reason", "from_type", "to_type", "answers_before", "answers_after"),
)
SIDES = {"answers_before": "previous_id", "answers_after": "assessment_id"}


def upgrade() -> None:
    """Take the answers over from the assessments: a step is only worked out from them."""
    code = " || ".join(f"substr(a.{one}, 1, 1)" for one in ("problem", "help_request", "share_in_solution"))
    for column, assessment in SIDES.items():
        op.add_column("transition", sa.Column(column, sa.String(3), nullable=True))
        op.execute(
            f"UPDATE transition SET {column} = (SELECT {code} FROM assessment a "
            f"WHERE a.organisation_id = transition.organisation_id AND a.id = transition.{assessment})"
        )
    op.drop_index(op.f(OLD), table_name="transition")
    with op.batch_alter_table("transition") as batch:
        for column in SIDES:
            batch.alter_column(column, existing_type=sa.String(3), nullable=False)
    op.create_index(op.f(NEW), "transition", list(COUNTED))


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(op.f(NEW), table_name="transition")
    with op.batch_alter_table("transition") as batch:
        for column in SIDES:
            batch.drop_column(column)
    op.create_index(op.f(OLD), "transition", ["organisation_id", "assessed_at", "assessment_id"])
