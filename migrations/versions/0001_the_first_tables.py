"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ANSWERS = ("yes", "maybe", "no", "unknown")
TYPES = ("visitor", "complainant", "customer")
CLARITIES = ("clear", "leaning", "unclear", "contradictory", "incomplete")
PERSPECTIVES = ("practitioner", "client", "supervisor", "observer")
ROLES = ("practitioner", "supervisor", "trainer", "admin", "privacy_officer")
PARTICIPANT_ROLES = (
    "client",
    "parent",
    "partner",
    "child",
    "sibling",
    "relative",
    "teacher",
    "referrer",
    "professional",
    "other",
)
REFERRALS = ("voluntary", "urged", "mandated", "outreach")
CHANGE_REASONS = (
    "relationship_changed",
    "better_information",
    "concern_reworded",
    "other_assessor",
    "event",
    "correction",
)


def choice(name: str, *values: str) -> sa.Enum:
    """A text column that takes these values only."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("slug", name=op.f("uq_organisation_slug")),
    )
    op.create_table(
        "team",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_team_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_team")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_team_organisation_id_name")),
    )
    op.create_table(
        "user",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", choice("user_kind", "person", "machine"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_user_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_user")),
        sa.UniqueConstraint("organisation_id", "name", name=op.f("uq_user_organisation_id_name")),
    )
    op.create_table(
        "api_token",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", choice("role", *ROLES), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_api_token_organisation_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "user_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_api_token_organisation_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "case",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("status", choice("case_status", "open", "closed"), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (closed_at is not null)", name=op.f("ck_case_closed_at")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "practitioner_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_case_organisation_id_practitioner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_case_organisation_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_case_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_case")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_case_organisation_id_reference")),
    )
    op.create_index(
        op.f("ix_case_organisation_id_practitioner_id_opened_at_id"),
        "case",
        ["organisation_id", "practitioner_id", "opened_at", "id"],
    )
    op.create_index(
        op.f("ix_case_organisation_id_team_id_opened_at_id"),
        "case",
        ["organisation_id", "team_id", "opened_at", "id"],
    )

    op.create_table(
        "membership",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", choice("role", *ROLES), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "team_id"],
            ["team.organisation_id", "team.id"],
            name=op.f("fk_membership_organisation_id_team_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "user_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_membership_organisation_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "organisation_id",
            "user_id",
            "role",
            "team_id",
            name=op.f("uq_membership_organisation_id_user_id_role_team_id"),
        ),
    )
    op.create_table(
        "case_event",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind", choice("case_event_kind", "opened", "closed", "reopened", "handed_over"), nullable=False
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("practitioner_id", sa.Uuid(), nullable=False),
        sa.Column("closing_answer", sa.String(2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_case_event_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "practitioner_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_case_event_organisation_id_practitioner_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_case_event_organisation_id_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_case_event")),
    )
    op.create_index(
        op.f("ix_case_event_organisation_id_case_id_id"), "case_event", ["organisation_id", "case_id", "id"]
    )

    op.create_table(
        "concern",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("wording", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_concern_organisation_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_concern")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "reference",
            name=op.f("uq_concern_organisation_id_case_id_reference"),
        ),
    )
    op.create_table(
        "conversation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referral", choice("referral", *REFERRALS), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_conversation_organisation_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_conversation")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "held_at",
            name=op.f("uq_conversation_organisation_id_case_id_held_at"),
        ),
    )
    op.create_table(
        "participant",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("role", choice("participant_role", *PARTICIPANT_ROLES), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_participant_organisation_id_case_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_participant")),
        sa.UniqueConstraint(
            "organisation_id",
            "case_id",
            "reference",
            name=op.f("uq_participant_organisation_id_case_id_reference"),
        ),
    )
    op.create_table(
        "thread",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("concern_id", sa.Uuid(), nullable=False),
        sa.Column("relationship_type", choice("relationship_type", *TYPES), nullable=True),
        sa.Column("clarity", choice("clarity", *CLARITIES), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("perspective", choice("perspective", *PERSPECTIVES), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_assessment_id", sa.Uuid(), nullable=True),
        sa.Column("assessment_count", sa.Integer(), nullable=False),
        sa.Column("recorded_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_thread_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "concern_id"],
            ["concern.organisation_id", "concern.id"],
            name=op.f("fk_thread_organisation_id_concern_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "participant_id"],
            ["participant.organisation_id", "participant.id"],
            name=op.f("fk_thread_organisation_id_participant_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_thread")),
        sa.UniqueConstraint(
            "organisation_id",
            "participant_id",
            "concern_id",
            name=op.f("uq_thread_organisation_id_participant_id_concern_id"),
        ),
    )
    op.create_index(op.f("ix_thread_organisation_id_case_id"), "thread", ["organisation_id", "case_id"])

    op.create_table(
        "assessment",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("perspective", choice("perspective", *PERSPECTIVES), nullable=False),
        sa.Column("participant_role", choice("participant_role", *PARTICIPANT_ROLES), nullable=True),
        sa.Column("concern_wording", sa.String(200), nullable=True),
        sa.Column("referral", choice("referral", *REFERRALS), nullable=True),
        sa.Column("problem", choice("problem", *ANSWERS), nullable=False),
        sa.Column("help_request", choice("help_request", *ANSWERS), nullable=False),
        sa.Column("share_in_solution", choice("share_in_solution", *ANSWERS), nullable=False),
        sa.Column("words_on_problem", sa.String(2000), nullable=True),
        sa.Column("words_on_help_request", sa.String(2000), nullable=True),
        sa.Column("words_on_share_in_solution", sa.String(2000), nullable=True),
        sa.Column("relationship_type", choice("relationship_type", *TYPES), nullable=True),
        sa.Column("clarity", choice("clarity", *CLARITIES), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("ruleset_version", sa.String(32), nullable=False),
        sa.Column("ruleset_hash", sa.String(64), nullable=False),
        sa.Column("judged_type", choice("judged_type", *TYPES), nullable=True),
        sa.Column("judged_reason", sa.String(2000), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("willingness", sa.Integer(), nullable=True),
        sa.Column(
            "task_given", choice("task_given", "none", "observation", "behavioural", "advice"), nullable=True
        ),
        sa.Column("previous_task_done", choice("task_done", "yes", "partly", "no"), nullable=True),
        sa.Column("change_reason", choice("change_reason", *CHANGE_REASONS), nullable=True),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(2000), nullable=True),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(supersedes_id is null) = (reason is null)", name=op.f("ck_assessment_correction_has_reason")
        ),
        sa.CheckConstraint("confidence between 0 and 10", name=op.f("ck_assessment_confidence")),
        sa.CheckConstraint("progress between 0 and 10", name=op.f("ck_assessment_progress")),
        sa.CheckConstraint(
            "supersedes_id is not null or not retracted", name=op.f("ck_assessment_retraction_supersedes")
        ),
        sa.CheckConstraint("willingness between 0 and 10", name=op.f("ck_assessment_willingness")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_assessment_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "conversation_id"],
            ["conversation.organisation_id", "conversation.id"],
            name=op.f("fk_assessment_organisation_id_conversation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_assessment_organisation_id_recorded_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "supersedes_id"],
            ["assessment.organisation_id", "assessment.id"],
            name=op.f("fk_assessment_organisation_id_supersedes_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "thread_id"],
            ["thread.organisation_id", "thread.id"],
            name=op.f("fk_assessment_organisation_id_thread_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_assessment")),
        sa.UniqueConstraint(
            "organisation_id", "supersedes_id", name=op.f("uq_assessment_organisation_id_supersedes_id")
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "thread_id",
            "number",
            name=op.f("uq_assessment_organisation_id_thread_id_number"),
        ),
    )
    op.create_index(
        op.f("ix_assessment_organisation_id_assessed_at_id"),
        "assessment",
        ["organisation_id", "assessed_at", "id"],
    )
    op.create_index(
        op.f("ix_assessment_organisation_id_case_id_assessed_at_id"),
        "assessment",
        ["organisation_id", "case_id", "assessed_at", "id"],
    )

    op.create_table(
        "transition",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("previous_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_type", choice("from_type", *TYPES), nullable=True),
        sa.Column("to_type", choice("to_type", *TYPES), nullable=True),
        sa.Column("direction", choice("direction", "forward", "back", "same", "unclear"), nullable=False),
        sa.Column("changed_answers", sa.String(64), nullable=False),
        sa.Column("change_reason", choice("change_reason", *CHANGE_REASONS), nullable=True),
        sa.Column("other_assessor", sa.Boolean(), nullable=False),
        sa.Column("movement", sa.Boolean(), nullable=False),
        sa.Column("same_type_in_a_row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assessment_id"],
            ["assessment.organisation_id", "assessment.id"],
            name=op.f("fk_transition_organisation_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_transition_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "previous_id"],
            ["assessment.organisation_id", "assessment.id"],
            name=op.f("fk_transition_organisation_id_previous_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "thread_id"],
            ["thread.organisation_id", "thread.id"],
            name=op.f("fk_transition_organisation_id_thread_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "assessment_id", name=op.f("pk_transition")),
    )
    op.create_index(
        op.f("ix_transition_organisation_id_assessed_at_assessment_id"),
        "transition",
        ["organisation_id", "assessed_at", "assessment_id"],
    )
    op.create_index(
        op.f("ix_transition_organisation_id_case_id_assessed_at_assessment_id"),
        "transition",
        ["organisation_id", "case_id", "assessed_at", "assessment_id"],
    )
    op.create_index(
        op.f("ix_transition_organisation_id_thread_id"), "transition", ["organisation_id", "thread_id"]
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("transition")
    op.drop_table("assessment")
    op.drop_table("thread")
    op.drop_table("participant")
    op.drop_table("conversation")
    op.drop_table("concern")
    op.drop_table("case_event")
    op.drop_table("membership")
    op.drop_table("case")
    op.drop_table("api_token")
    op.drop_table("user")
    op.drop_table("team")
    op.drop_table("organisation")
