"""Find the longest without an assessment, and the colleagues of a team, from an index alone.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD = "ix_thread_organisation_id_case_id"
NEW = "ix_thread_standing"
OF_TEAM = "ix_case_organisation_id_team_id_practitioner_id"


def upgrade() -> None:
    """Let the index of a case's threads say when each was assessed last, and at which type it stands."""
    op.create_index(
        op.f(NEW), "thread", ["organisation_id", "case_id", "last_assessed_at", "relationship_type"]
    )
    op.drop_index(op.f(OLD), table_name="thread")
    op.create_index(op.f(OF_TEAM), "case", ["organisation_id", "team_id", "practitioner_id"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(op.f(OF_TEAM), table_name="case")
    op.create_index(op.f(OLD), "thread", ["organisation_id", "case_id"])
    op.drop_index(op.f(NEW), table_name="thread")
