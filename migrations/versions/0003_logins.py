"""Accounts, sessions and links that work once.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROLES = ("practitioner", "supervisor", "trainer", "admin", "privacy_officer")
NEW_TABLES = (
    "sign_in_failure",
    "setup_link",
    "sign_in_link",
    "login_session",
    "recovery_code",
    "local_account",
)


def choice(name: str, *values: str) -> sa.Enum:
    """A text column that takes these values only."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    """A column with a moment."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def of_user(table: str, column: str) -> sa.ForeignKeyConstraint:
    """Point at a user of the same organisation."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        ["user.organisation_id", "user.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "local_account",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=True),
        sa.Column("factor_secret", sa.String(64), nullable=True),
        sa.Column("factor_step", sa.BigInteger(), nullable=True),
        sa.Column("factor_reset_asked_by_id", sa.Uuid(), nullable=True),
        moment("blocked_at", nullable=True),
        moment("signed_in_at", nullable=True),
        moment("created_at"),
        of_user("local_account", "user_id"),
        of_user("local_account", "factor_reset_asked_by_id"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_local_account")),
        sa.UniqueConstraint("login", name=op.f("uq_local_account_login")),
        sa.UniqueConstraint(
            "organisation_id", "user_id", name=op.f("uq_local_account_organisation_id_user_id")
        ),
    )
    op.create_table(
        "recovery_code",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        moment("used_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["local_account.organisation_id", "local_account.id"],
            name=op.f("fk_recovery_code_organisation_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_recovery_code")),
    )
    op.create_index(
        op.f("ix_recovery_code_organisation_id_account_id"),
        "recovery_code",
        ["organisation_id", "account_id"],
    )
    op.create_table(
        "login_session",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", choice("role", *ROLES), nullable=False),
        sa.Column("cookie_hash", sa.String(64), nullable=False),
        sa.Column("level", choice("login_level", "password", "enrolling", "full"), nullable=False),
        moment("created_at"),
        moment("last_seen_at"),
        moment("confirmed_at"),
        sa.Column("network", sa.String(45), nullable=True),
        sa.Column("browser", sa.String(40), nullable=True),
        moment("ended_at", nullable=True),
        of_user("login_session", "user_id"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("cookie_hash", name=op.f("uq_login_session_cookie_hash")),
    )
    op.create_index(
        op.f("ix_login_session_organisation_id_user_id"), "login_session", ["organisation_id", "user_id"]
    )
    op.create_table(
        "sign_in_link",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", choice("link_kind", "invitation", "reset", "demonstration"), nullable=False),
        sa.Column("role", choice("role", *ROLES), nullable=True),
        sa.Column("token_hash", sa.String(64), nullable=False),
        moment("created_at"),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        moment("expires_at"),
        moment("used_at", nullable=True),
        of_user("sign_in_link", "user_id"),
        of_user("sign_in_link", "created_by_id"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sign_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_link_token_hash")),
    )
    op.create_index(
        op.f("ix_sign_in_link_organisation_id_user_id"), "sign_in_link", ["organisation_id", "user_id"]
    )
    op.create_table(
        "setup_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        moment("created_at"),
        moment("expires_at"),
        moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_setup_link_token_hash")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        moment("failed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_key_failed_at"), "sign_in_failure", ["key", "failed_at"])
    op.create_index(op.f("ix_sign_in_failure_failed_at"), "sign_in_failure", ["failed_at"])


def downgrade() -> None:
    """Go down."""
    for table in NEW_TABLES:
        op.drop_table(table)
