"""Ledger, access log, rights of clients; what was recorded before is chained in the order of recording.

Revision ID: 0002
Revises: 0001
"""

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

# Pure, and its forms never change: whoever verifies the chain later uses the same.
from app.domain.ledger import FORMS, NOTHING_BEFORE, Entry, canonical, commitment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROLES = ("practitioner", "supervisor", "trainer", "admin", "privacy_officer")
CASE_EVENTS = ("opened", "closed", "reopened", "handed_over")
NEW_TABLES = (
    "statement",
    "withholding",
    "idempotency_key",
    "erased_row",
    "accessed_client",
    "access_review",
    "ledger_head",
    "ledger_entry",
    "erasure_order",
    "access_seal",
    "access_event",
)


def choice(name: str, *values: str) -> sa.Enum:
    """A text column that takes these values only."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "access_event",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("action", choice("action", "C", "R", "U", "D", "E"), nullable=False),
        sa.Column("outcome", choice("outcome", "granted", "denied"), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_kind", choice("actor_kind", "person", "machine"), nullable=True),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("role", choice("role", *ROLES), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of", sa.String(64), nullable=True),
        sa.Column("basis", choice("basis", "assignment", "team", "office", "machine"), nullable=True),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("entity_kind", sa.String(40), nullable=True),
        sa.Column("entity_id", sa.Uuid(), nullable=True),
        sa.Column("application", sa.String(200), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("address", sa.String(45), nullable=True),
        sa.Column("request_id", sa.String(64), nullable=True),
        sa.Column("traceparent", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_access_event_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_access_event")),
        sa.UniqueConstraint("organisation_id", "number", name=op.f("uq_access_event_organisation_id_number")),
    )
    op.create_index(
        op.f("ix_access_event_organisation_id_actor_id_recorded_at_id"),
        "access_event",
        ["organisation_id", "actor_id", "recorded_at", "id"],
    )
    op.create_index(
        op.f("ix_access_event_organisation_id_recorded_at_id"),
        "access_event",
        ["organisation_id", "recorded_at", "id"],
    )

    op.create_table(
        "access_seal",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("first_number", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_access_seal_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_access_seal")),
        sa.UniqueConstraint(
            "organisation_id", "first_number", name=op.f("uq_access_seal_organisation_id_first_number")
        ),
    )
    op.create_table(
        "erasure_order",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column(
            "reason",
            choice("erasure_reason", "client_asked", "court_order", "retention", "recorded_by_mistake"),
            nullable=False,
        ),
        sa.Column("requested_by_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("granted_by_id", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by_id", sa.Uuid(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "refusal_ground",
            choice("refusal_ground", "legal_duty", "interest_of_another", "legal_hold", "child_under_twelve"),
            nullable=True,
        ),
        sa.Column("executed_by_id", sa.Uuid(), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(executed_by_id is null) = (executed_at is null)", name=op.f("ck_erasure_order_executed")
        ),
        sa.CheckConstraint(
            "(granted_by_id is null) = (granted_at is null)", name=op.f("ck_erasure_order_granted")
        ),
        sa.CheckConstraint(
            "(refusal_ground is null) = (refused_at is null)",
            name=op.f("ck_erasure_order_refusal_has_ground"),
        ),
        sa.CheckConstraint(
            "(refused_by_id is null) = (refused_at is null)", name=op.f("ck_erasure_order_refused")
        ),
        sa.CheckConstraint(
            "executed_at is null or (granted_at is not null and executed_by_id <> granted_by_id)",
            name=op.f("ck_erasure_order_two_people"),
        ),
        sa.CheckConstraint(
            "granted_at is null or refused_at is null", name=op.f("ck_erasure_order_one_decision")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_erasure_order_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_erasure_order")),
    )
    op.create_index(
        op.f("ix_erasure_order_organisation_id_case_id"), "erasure_order", ["organisation_id", "case_id"]
    )

    op.create_table(
        "ledger_entry",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "organisation_id",
            "entity_id",
            "kind",
            name=op.f("uq_ledger_entry_organisation_id_entity_id_kind"),
        ),
    )
    op.create_table(
        "ledger_head",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_head_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "access_review",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("finding", sa.String(2000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_access_review_organisation_id_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_access_review")),
    )
    op.create_index(
        op.f("ix_access_review_organisation_id_month_recorded_at"),
        "access_review",
        ["organisation_id", "month", "recorded_at"],
    )

    op.create_table(
        "accessed_client",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "event_id"],
            ["access_event.organisation_id", "access_event.id"],
            name=op.f("fk_accessed_client_organisation_id_event_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "event_id", "case_id", name=op.f("pk_accessed_client")),
    )
    op.create_index(
        op.f("ix_accessed_client_organisation_id_case_id_event_id"),
        "accessed_client",
        ["organisation_id", "case_id", "event_id"],
    )

    op.create_table(
        "erased_row",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("entity_kind", sa.String(32), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "order_id"],
            ["erasure_order.organisation_id", "erasure_order.id"],
            name=op.f("fk_erased_row_organisation_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "entity_id", name=op.f("pk_erased_row")),
    )
    op.create_index(
        op.f("ix_erased_row_organisation_id_order_id"), "erased_row", ["organisation_id", "order_id"]
    )

    op.create_table(
        "idempotency_key",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("location", sa.String(200), nullable=True),
        sa.Column("etag", sa.String(100), nullable=True),
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id", "user_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_idempotency_key_organisation_id_user_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "user_id", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(
        op.f("ix_idempotency_key_organisation_id_case_id"), "idempotency_key", ["organisation_id", "case_id"]
    )
    op.create_index(
        op.f("ix_idempotency_key_organisation_id_created_at"),
        "idempotency_key",
        ["organisation_id", "created_at"],
    )

    op.create_table(
        "withholding",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("ground", choice("withholding_ground", "about_another", "harm"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_withholding_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_withholding_organisation_id_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_withholding")),
        sa.UniqueConstraint(
            "organisation_id",
            "entity_id",
            "field",
            name=op.f("uq_withholding_organisation_id_entity_id_field"),
        ),
    )
    op.create_index(
        op.f("ix_withholding_organisation_id_case_id"), "withholding", ["organisation_id", "case_id"]
    )

    op.create_table(
        "statement",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "assessment_id"],
            ["assessment.organisation_id", "assessment.id"],
            name=op.f("fk_statement_organisation_id_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "case_id"],
            ["case.organisation_id", "case.id"],
            name=op.f("fk_statement_organisation_id_case_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "recorded_by_id"],
            ["user.organisation_id", "user.id"],
            name=op.f("fk_statement_organisation_id_recorded_by_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_statement")),
    )
    op.create_index(
        op.f("ix_statement_organisation_id_assessment_id_recorded_at"),
        "statement",
        ["organisation_id", "assessment_id", "recorded_at"],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE access_event_number OWNED BY access_event.number")
        op.execute("ALTER TABLE access_event ALTER COLUMN number SET DEFAULT nextval('access_event_number')")
    _say_more_about_cases()
    _add_salts()
    _chain_what_was_recorded()


def _say_more_about_cases() -> None:
    with op.batch_alter_table("case") as batch:
        batch.add_column(sa.Column("restricted", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(
            sa.Column(
                "retention_basis",
                choice("retention_basis", "jeugdwet", "wmo", "demo", "other"),
                nullable=False,
                server_default="jeugdwet",
            )
        )
        batch.add_column(sa.Column("retention_years", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("legal_hold", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("case") as batch:
        for name in ("restricted", "retention_basis", "legal_hold"):
            batch.alter_column(name, server_default=None)
        batch.create_check_constraint(
            op.f("ck_case_other_has_years"), "(retention_basis = 'other') = (retention_years is not null)"
        )
    with op.batch_alter_table("case_event") as batch:
        batch.drop_constraint(op.f("ck_case_event_case_event_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_case_event_case_event_kind"), _one_of("kind", *CASE_EVENTS, "restricted", "released")
        )


def _add_salts() -> None:
    random = {
        "sqlite": "randomblob(32)",
        "postgresql": "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())",
    }[op.get_bind().dialect.name]
    for table in ("assessment", "case_event"):
        op.add_column(table, sa.Column("salt", sa.LargeBinary(), nullable=True))
        op.execute(f"UPDATE {table} SET salt = {random}")
        with op.batch_alter_table(table) as batch:
            batch.alter_column("salt", nullable=False)


# ---------------------------------------------------------------- the chain of what was there

_ASSESSMENTS = """
    SELECT a.*, c.reference AS case_reference, p.reference AS participant_reference,
        n.reference AS concern_reference, v.held_at AS held_at
    FROM assessment a
    JOIN "case" c ON c.organisation_id = a.organisation_id AND c.id = a.case_id
    JOIN thread t ON t.organisation_id = a.organisation_id AND t.id = a.thread_id
    JOIN participant p ON p.organisation_id = a.organisation_id AND p.id = t.participant_id
    JOIN concern n ON n.organisation_id = a.organisation_id AND n.id = t.concern_id
    JOIN conversation v ON v.organisation_id = a.organisation_id AND v.id = a.conversation_id
    WHERE a.organisation_id = :organisation ORDER BY a.recorded_at, a.id"""
_CASE_EVENTS = "SELECT * FROM case_event WHERE organisation_id = :organisation ORDER BY recorded_at, id"


def _chain_what_was_recorded() -> None:
    bind = op.get_bind()
    uuid, moment = sa.Uuid(), sa.DateTime(timezone=True)
    entries = sa.table(
        "ledger_entry",
        sa.column("organisation_id", uuid),
        sa.column("seq", sa.Integer()),
        sa.column("kind", sa.String()),
        sa.column("entity_id", uuid),
        sa.column("recorded_at", moment),
        sa.column("actor_id", uuid),
        sa.column("commitment", sa.LargeBinary()),
        sa.column("previous_hash", sa.LargeBinary()),
        sa.column("hash", sa.LargeBinary()),
    )
    heads = sa.table(
        "ledger_head",
        sa.column("organisation_id", uuid),
        sa.column("seq", sa.Integer()),
        sa.column("hash", sa.LargeBinary()),
        sa.column("recorded_at", moment),
    )
    organisations = sa.table("organisation", sa.column("id", uuid), sa.column("created_at", moment))
    for organisation, created_at in bind.execute(
        sa.select(organisations.c.id, organisations.c.created_at)
    ).all():
        seq, last, recorded_at = 0, NOTHING_BEFORE, _aware(created_at)
        merged = heapq.merge(
            _rows(_CASE_EVENTS, "case_event/1", organisation),
            _rows(_ASSESSMENTS, "assessment/1", organisation),
            key=lambda found: (found[1]["recorded_at"], found[1]["id"]),
        )
        for seq, (kind, row) in enumerate(merged, start=1):
            recorded_at = max(recorded_at, row["recorded_at"])
            entry = Entry(
                organisation_id=organisation,
                seq=seq,
                kind=kind,
                entity_id=row["id"],
                recorded_at=recorded_at,
                actor_id=row["recorded_by_id"],
                commitment=commitment(row["salt"], canonical(kind, row)),
                previous_hash=last,
            )
            last = entry.hash
            bind.execute(
                sa.insert(entries).values(
                    hash=last, **{name: getattr(entry, name) for name in Entry.__dataclass_fields__}
                )
            )
        bind.execute(
            sa.insert(heads).values(organisation_id=organisation, seq=seq, hash=last, recorded_at=recorded_at)
        )


def _rows(query: str, kind: str, organisation: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    ids = ("id", "organisation_id", "case_id", "thread_id", "conversation_id", "recorded_by_id")
    types: dict[str, sa.types.TypeEngine[Any]] = {
        name: sa.Uuid() for name in (*ids, "supersedes_id", "practitioner_id")
    }
    types |= {name: sa.DateTime(timezone=True) for name in ("assessed_at", "recorded_at", "held_at")}
    types |= {name: sa.Boolean() for name in ("provisional", "retracted")}
    wanted = (*dict.fromkeys((*FORMS[kind], "salt")),)
    statement = (
        sa.text(query)
        .columns(**{name: types[name] for name in wanted if name in types})
        .bindparams(sa.bindparam("organisation", organisation, sa.Uuid()))
    )
    # By name, types too: the query brings more columns than these, and in an order of its own.
    for row in op.get_bind().execute(statement, execution_options={"yield_per": 1000}).mappings():
        found = {name: row[name] for name in wanted}
        yield (
            kind,
            {name: _aware(value) if isinstance(value, datetime) else value for name, value in found.items()},
        )


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _one_of(column: str, *values: str) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def downgrade() -> None:
    """Go down. The chain and the log are gone after it, so it is for trying a migration only."""
    for table in NEW_TABLES:
        op.drop_table(table)
    op.execute("DELETE FROM case_event WHERE kind IN ('restricted', 'released')")
    with op.batch_alter_table("case_event") as batch:
        batch.drop_column("salt")
        batch.drop_constraint(op.f("ck_case_event_case_event_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_case_event_case_event_kind"), _one_of("kind", *CASE_EVENTS))
    with op.batch_alter_table("assessment") as batch:
        batch.drop_column("salt")
    with op.batch_alter_table("case") as batch:
        batch.drop_constraint(op.f("ck_case_other_has_years"), type_="check")
        batch.drop_constraint(op.f("ck_case_retention_basis"), type_="check")
        for column in ("restricted", "retention_basis", "retention_years", "legal_hold"):
            batch.drop_column(column)
