"""Training sessions, who takes part under a nickname, and what they answered.

Revision ID: 0006
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"
branch_labels = None
depends_on = None

ANSWERS = ("yes", "maybe", "no", "unknown")
QUESTIONS = ("problem", "help_request", "share_in_solution")
TYPES = ("visitor", "complainant", "customer")


def choice(name: str, *values: str) -> sa.Enum:
    """A text column that takes these values only."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A column with a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "training_session",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("trainer_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("language", choice("language", "nl", "en"), nullable=False),
        sa.Column("vignettes", sa.String(400), nullable=False),
        moment("created_at"),
        moment("ends_at"),
        moment("results_shown_at", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "trainer_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_training_session_organisation_id_trainer_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_training_session")),
        sa.UniqueConstraint("code", name=op.f("uq_training_session_code")),
    )
    op.create_index(
        op.f("ix_training_session_organisation_id_trainer_id"),
        "training_session",
        ["organisation_id", "trainer_id"],
    )
    unique = ("nickname_key", "secret_hash", "id")
    op.create_table(
        "training_participant",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("nickname", sa.String(30), nullable=False),
        sa.Column("nickname_key", sa.String(120), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False),
        moment("joined_at"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "session_id"],
            ["training_session.organisation_id", "training_session.id"],
            name=op.f("fk_training_participant_organisation_id_session_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_training_participant")),
        *(
            sa.UniqueConstraint(
                "organisation_id",
                "session_id",
                column,
                name=op.f(f"uq_training_participant_organisation_id_session_id_{column}"),
            )
            for column in unique
        ),
    )
    op.create_table(
        "training_answer",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("vignette", sa.String(16), nullable=False),
        sa.Column("assessment", sa.Integer(), nullable=False),
        *(sa.Column(question, choice(question, *ANSWERS), nullable=False) for question in QUESTIONS),
        sa.Column("relationship_type", choice("relationship_type", *TYPES), nullable=True),
        moment("answered_at"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "session_id", "participant_id"],
            [
                "training_participant.organisation_id",
                "training_participant.session_id",
                "training_participant.id",
            ],
            name=op.f("fk_training_answer_organisation_id_session_id_participant_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "session_id",
            "participant_id",
            "vignette",
            "assessment",
            name=op.f("pk_training_answer"),
        ),
    )


def downgrade() -> None:
    """Go down again."""
    for table in ("training_answer", "training_participant", "training_session"):
        op.drop_table(table)
