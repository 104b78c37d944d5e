"""The bytes of every form, spelled out: the same on both databases, today and in twenty years.

Never change a hash here. A row with another shape gets a form with another number.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert

from app.database import Database, OrganisationSession
from app.domain.ledger import FORMS, SALTED, canonical, commitment
from app.models.base import table_of
from app.models.cases import Case, Concern, Conversation, Participant
from app.models.ledger import LedgerEntry
from app.models.threads import Thread
from app.services.ledger import append
from app.services.plain_rows import TABLES, fetch, source
from app.services.trail import Chained
from app.services.work import organisation_of
from tests.reliability.recorded import superuser

SALT = bytes(range(32))
MOMENT = datetime(2026, 11, 20, 9, 0, 0, 120000, tzinfo=UTC)
ORGANISATION = UUID("0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e00")


def id_(number: int) -> UUID:
    return UUID(int=ORGANISATION.int + number)


OWN = {"organisation_id": ORGANISATION}
ORDER = {
    **OWN,
    "id": id_(40),
    "case_id": id_(1),
    "participant_id": None,
    "reason": "client_asked",
    "requested_by_id": id_(9),
    "requested_at": MOMENT,
    "granted_by_id": None,
    "granted_at": None,
    "refused_by_id": None,
    "refused_at": None,
    "refusal_ground": None,
    "executed_by_id": None,
    "executed_at": None,
    "version": 1,
}
GRANTED = ORDER | {"granted_by_id": id_(10), "granted_at": MOMENT}
ROWS: Mapping[str, dict[str, Any]] = {
    "assessment/1": {
        **OWN,
        "id": id_(20),
        "case_id": id_(1),
        "thread_id": id_(2),
        "conversation_id": id_(3),
        "number": 2,
        "assessed_at": MOMENT,
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
        "perspective": "client",
        "participant_role": "parent",
        "concern_wording": "zelf gebaren leren",
        "referral": None,
        "problem": "yes",
        "help_request": "maybe",
        "share_in_solution": "unknown",
        "words_on_problem": 'Ze zei: "één keer"\n\tof twee \\ 👍',
        "words_on_help_request": None,
        "words_on_share_in_solution": "",
        "relationship_type": "complainant",
        "clarity": "leaning",
        "provisional": True,
        "ruleset_version": "2026.1",
        "ruleset_hash": "0" * 64,
        "judged_type": None,
        "judged_reason": None,
        "progress": 0,
        "confidence": 10,
        "willingness": None,
        "task_given": None,
        "previous_task_done": None,
        "change_reason": None,
        "note": None,
        "supersedes_id": id_(19),
        "reason": "It was otherwise.",
        "retracted": False,
    },
    "case_event/1": {
        **OWN,
        "id": id_(21),
        "case_id": id_(1),
        "kind": "closed",
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
        "practitioner_id": id_(9),
        "closing_answer": "Dankjewel.",
    },
    "statement/1": {
        **OWN,
        "id": id_(22),
        "assessment_id": id_(20),
        "case_id": id_(1),
        "text": "Dat zei ik niet zo.",
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
    },
    "advice_use/1": {
        **OWN,
        "id": id_(25),
        "assessment_id": id_(20),
        "case_id": id_(1),
        "entry_id": "com-st-01",
        "entry_version": "2026.1",
        "use": "adapted",
        "use_reason": "Met een getekende ladder.",
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
    },
    "own_entry/1": {
        **OWN,
        "id": id_(26),
        "entry_id": "own-0199f0a47f6c7c3e8a512f6f3c1d9e10",
        "version": 2,
        "active_from": MOMENT,
        "retired": True,
        "kind": "question",
        "audiences": "visitor unclear",
        "text_nl": "Vraag eerst naar gisteren.",
        "text_en": "Ask about yesterday first.",
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
    },
    "hidden_entry/1": {
        **OWN,
        "id": id_(27),
        "entry_id": "com-ta-03",
        "version": 1,
        "active_from": MOMENT,
        "hidden": True,
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
    },
    "access_seal/1": {
        **OWN,
        "id": id_(23),
        "first_number": 1,
        "last_number": 2**40,
        "count": 7,
        "until": MOMENT,
        "recorded_at": MOMENT,
        "digest": "ab" * 32,
    },
    "access_review/1": {
        **OWN,
        "id": id_(24),
        "month": "2026-11",
        "finding": "Niets bijzonders.",
        "recorded_at": MOMENT,
        "recorded_by_id": id_(9),
    },
    "erasure_requested/1": ORDER,
    "erasure_granted/1": GRANTED,
    "erasure_refused/1": ORDER
    | {"id": id_(41), "refused_by_id": id_(10), "refused_at": MOMENT, "refusal_ground": "legal_hold"},
    "erasure_executed/1": GRANTED | {"id": id_(42), "executed_by_id": id_(11), "executed_at": MOMENT},
    "erased/1": {**OWN, "entity_id": id_(50), "entity_kind": "assessment", "order_id": id_(40)},
}
ELSEWHERE = {
    "case_reference": "2026-0042",
    "participant_reference": "moeder",
    "concern_reference": "gebaren",
    "held_at": MOMENT.replace(microsecond=0),
}
GOLDEN = {
    "assessment/1": "8faeca8aba3b63bdfe841f9cd4a839d874c94e034dc297b6dd6b91e403ce7e20",
    "case_event/1": "7659df174da3eb8af309ee8b60c4330e52d5a4d0b455de29f5363d5c44c47f07",
    "statement/1": "e19064748f6f8d0e6fd3e77cb41caa878ea0cb7fe03ed4bf4f98df295cd67e9e",
    "advice_use/1": "af36ddc5a33cd45de40965ec9affcb266118393972698a8fb182cc8f2cb59e45",
    "own_entry/1": "69236d49a2d7b72b4e030decc50d02b07f1c77190c382dcdca2c708b3aa8abd6",
    "hidden_entry/1": "49d3746a50f6f3855b83906c8468682887025ea1c75f4f8a864349d13332221e",
    "access_seal/1": "f034450ebfd4c0ec265c32134076dad068dc25aa5c830196a8ed7127e66ac30c",
    "access_review/1": "60c750e1e656ff1a5f2af204042127f93e12d46679b9baa21669a48f7a34fe25",
    "erasure_requested/1": "e154442c4a49ce3fc75e2ffa7c3c47e0271e3974d7bf470f1a02a38fc580880f",
    "erasure_granted/1": "24df2acf2126c60a93bd3aafc968c612a820f516144af11d7c293f32ce6d424c",
    "erasure_refused/1": "11571bd6678d0e24de9582aa64ea39f9355dbfe2b2191019e2fcd8b0196bce71",
    "erasure_executed/1": "26390615f5e33104f07ca191c327e0f4d009251b52709c8fa2fdf23391c89b73",
    "erased/1": "59d9e2bb67a23a600b38cb5c1e0b108650a3afe05b78bc7191860cf10ab454f4",
}
HASHES = {
    "assessment/1": "ed85c14c78b120efd109c26997e8f088d97e3bcf27c0cd7635271e3652fb3f3e",
    "case_event/1": "1b57b764e8f49ab75798e8ed85aa40558d8ed33ca2f0d3fa19c6981b834db17f",
    "statement/1": "26994f5060ccecc6eef57b198454fb92304d467b1ae9758104ba8ffc272bd078",
    "advice_use/1": "35d527d7f823ae94e4b507a6a985860b7272a52421ea0ac66a831e1823b67e95",
    "own_entry/1": "4a29ce66d6c73f7aeed70d6cd14180d2a96b095d0caa6a15d7a71094864ad5a6",
    "hidden_entry/1": "fe1c9909705d2989fcc7f0778e0ce049f2a455c7cf0cf408919b8f3045c0c8ad",
    "access_seal/1": "e182c7cbe39254123acd2f67432199e36adbeab904d50188a6cc01f6ca172cda",
    "access_review/1": "f4ffb5cd463b914ec73279f41e92e195731dc8ad8608c591000ef8869f380793",
    "erasure_requested/1": "c9d50093a7e059cbef13537fb09afc1cd6fb35602a4b7acf3483775f7433fb7f",
    "erasure_granted/1": "14a37f52c4a1f418744feba3f9be513aadb2c6fdb86113e636fbc597ff9cb71d",
    "erasure_refused/1": "48d87825540c68eb3fa8461b97513272c1e0ae5ee3885c2323d83d6786083630",
    "erasure_executed/1": "2eba6a3a7b9b5942c9ee9d3214e82350982bb35e8a0c2759065eef7c320a6033",
    "erased/1": "2ef978f8e60966ccc8372f83c4131ae5c397426de27bd3206d308761b6628460",
}
PLACES: tuple[tuple[Any, dict[str, Any]], ...] = (
    (
        Case,
        {
            "id": id_(1),
            "reference": "2026-0042",
            "status": "open",
            "practitioner_id": id_(9),
            "opened_at": MOMENT,
            "restricted": False,
            "retention_basis": "jeugdwet",
            "legal_hold": False,
            "version": 1,
        },
    ),
    (Participant, {"id": id_(4), "case_id": id_(1), "reference": "moeder"}),
    (Concern, {"id": id_(5), "case_id": id_(1), "reference": "gebaren"}),
    (Conversation, {"id": id_(3), "case_id": id_(1), "held_at": ELSEWHERE["held_at"]}),
    (
        Thread,
        {
            "id": id_(2),
            "case_id": id_(1),
            "participant_id": id_(4),
            "concern_id": id_(5),
            "provisional": False,
            "assessment_count": 0,
            "recorded_count": 0,
        },
    ),
)


def salt_of(kind: str) -> bytes:
    return SALT if kind in SALTED else b""


@pytest.mark.parametrize("kind", FORMS)
def test_a_commitment_is_what_it_always_was(kind: str) -> None:
    assert commitment(salt_of(kind), canonical(kind, ROWS[kind] | ELSEWHERE)).hex() == GOLDEN[kind]


@pytest.mark.parametrize("kind", FORMS)
def test_the_database_gives_the_same_bytes_back(database: Database, kind: str) -> None:
    with superuser(database) as connection:
        for place, values in PLACES:
            connection.execute(insert(table_of(place)).values(**OWN, **values))
        row = ROWS[kind] | ({"salt": SALT} if kind in SALTED else {})
        connection.execute(insert(table_of(TABLES[kind])).values(**row))
        session = OrganisationSession(connection, ORGANISATION)
        content = canonical(kind, ROWS[kind] | ELSEWHERE)
        entity = row["entity_id"] if kind == "erased/1" else row["id"]
        append(session, id_(9), MOMENT, [Chained(kind, entity, commitment(salt_of(kind), content))])
        own = {"of_organisation": organisation_of(session), "ids": [entity.hex]}
        read = source(kind, connection.dialect.name)
        [found] = fetch(connection, read.statement, own)
        assert read.content(found) == content
        entry = connection.execute(table_of(LedgerEntry).select()).one()
        assert entry.commitment.hex() == GOLDEN[kind]
        assert entry.hash.hex() == HASHES[kind]
