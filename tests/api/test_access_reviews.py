"""/v1/access-reviews: what there is to look at in a month of the access log, and who signed it off."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.database import Database, OrganisationSession, transaction
from app.domain.access_log import Basis, Outcome
from app.domain.access_review import MOST_FILES_A_DAY, MOST_SHOWN, SAMPLE_SIZE
from app.domain.ledger import canonical, commitment
from app.models.access_log import AccessReview
from app.models.base import table_of
from app.models.ledger import LedgerEntry
from tests.log_rows import lines, write_events
from tests.support import Caller, Clock, People, make_people

REVIEWS = "/v1/access-reviews"
CASE = UUID(int=1)


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    """Return a moment in UTC; in November the Netherlands are one hour ahead."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def petra(callers: dict[str, Caller], clock: Clock) -> Caller:
    """The privacy officer, in the month after."""
    clock.now = at(2, 9, month=12)
    return callers["petra"]


def month(caller: Caller, name: str = "2026-11") -> dict[str, Any]:
    response = caller.get(f"{REVIEWS}/{name}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    found["findings"] = {one["kind"]: one for one in found["findings"]}
    return found


def ids(found: dict[str, Any], kind: str) -> list[str]:
    finding = found["findings"][kind]
    assert finding["count"] == len(finding["event_ids"])
    return list(finding["event_ids"])


def test_an_ordinary_month_has_nothing_to_look_at(petra: Caller, database: Database, people: People) -> None:
    (seen,) = write_events(database, people, {"recorded_at": at(20, 9), "cases": [CASE]})
    found = month(petra)
    assert {kind: one["count"] for kind, one in found.pop("findings").items()} == {
        "without_relation": 0,
        "emergency": 0,
        "many_files": 0,
        "outside_hours": 0,
        "refused": 0,
        "sample": 1,
    }
    assert found == {
        "month": "2026-11",
        "begins_at": "2026-10-31T23:00:00Z",
        "ends_at": "2026-11-30T23:00:00Z",
        "ended": True,
        "events": 1,
        "clients": 1,
        "most_files_a_day": 25,
        "busy_days": [],
        "reviews": [],
    }
    assert ids(month(petra), "sample") == [str(seen)]


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"basis": Basis.ASSIGNMENT}, {"sample"}),
        ({"basis": Basis.TEAM}, {"sample"}),
        ({"basis": Basis.OFFICE}, {"sample", "without_relation"}),
        ({"basis": Basis.MACHINE}, {"sample", "without_relation"}),
        ({"basis": None}, {"sample", "without_relation"}),
        ({"basis": Basis.OFFICE, "cases": []}, set()),
        ({"emergency": True}, {"sample", "emergency"}),
        ({"outcome": Outcome.DENIED, "basis": Basis.OFFICE}, {"refused"}),
        ({"outcome": Outcome.DENIED, "cases": []}, {"refused"}),
        ({"recorded_at": at(20, 5, 59)}, {"sample", "outside_hours"}),  # Friday, 06:59
        ({"recorded_at": at(20, 6)}, {"sample"}),
        ({"recorded_at": at(20, 18, 59)}, {"sample"}),
        ({"recorded_at": at(20, 19)}, {"sample", "outside_hours"}),  # 20:00
        ({"recorded_at": at(20, 19), "cases": []}, set()),
        ({"recorded_at": at(20, 19), "outcome": Outcome.DENIED}, {"refused"}),
        ({"recorded_at": at(21, 9)}, {"sample", "outside_hours"}),  # Saturday
        ({"recorded_at": at(31, 22, 59, month=10)}, None),  # the last minute of October
        ({"recorded_at": at(31, 23, month=10)}, {"sample", "outside_hours"}),
        ({"recorded_at": at(30, 22, 59)}, {"sample", "outside_hours"}),
        ({"recorded_at": at(30, 23)}, None),  # the first minute of December
    ],
)
def test_what_is_out_of_the_ordinary_is_found(
    petra: Caller, database: Database, people: People, changes: dict[str, Any], kinds: set[str] | None
) -> None:
    (id_,) = write_events(database, people, {"recorded_at": at(20, 9), "cases": [CASE], **changes})
    found = month(petra)
    assert found["events"] == (kinds is not None)
    assert {kind for kind in found["findings"] if ids(found, kind) == [str(id_)]} == (kinds or set())
    others = found["findings"].keys() - (kinds or set())
    assert all(found["findings"][kind]["count"] == 0 for kind in others)


@pytest.mark.parametrize(("files", "is_listed"), [(MOST_FILES_A_DAY, False), (MOST_FILES_A_DAY + 1, True)])
def test_who_sees_many_files_in_a_day_is_listed(
    petra: Caller, database: Database, people: People, files: int, is_listed: bool
) -> None:
    cases = [UUID(int=n) for n in range(files)]
    # The same ones again count once; of another day, another person or a refusal not at all.
    written = write_events(
        database,
        people,
        {"recorded_at": at(19, 23), "cases": cases[:20]},
        {"recorded_at": at(20, 22, 59), "cases": cases[10:]},
        {"recorded_at": at(19, 22, 59), "cases": [UUID(int=100)]},
        {"recorded_at": at(20, 23), "cases": [UUID(int=101)]},
        {"recorded_at": at(20, 9), "cases": [UUID(int=102)], "actor_id": people.users["bas"].user_id},
        {"recorded_at": at(20, 9), "cases": [UUID(int=103)], "outcome": Outcome.DENIED},
    )
    found = month(petra)
    anna = {"id": str(people.users["anna"].user_id), "name": "anna"}
    assert found["busy_days"] == [{"user": anna, "day": "2026-11-20", "files": files}] * is_listed
    assert found["findings"]["many_files"]["count"] == is_listed
    listed = set(found["findings"]["many_files"]["event_ids"])
    assert listed == ({str(id_) for id_ in written[:2]} if is_listed else set())


def test_the_sample_is_random_can_be_drawn_again_and_is_only_of_this_month(
    petra: Caller, database: Database, people: People
) -> None:
    written = write_events(
        database, people, *({"recorded_at": at(20, 9, n % 60), "cases": [CASE]} for n in range(150))
    )
    first, again = month(petra), month(petra)
    sample = ids(first, "sample")
    assert len(set(sample)) == SAMPLE_SIZE
    assert set(sample) < {str(id_) for id_ in written}
    assert ids(again, "sample") == sample
    assert set(sample) != {str(id_) for id_ in written[-SAMPLE_SIZE:]}
    assert ids(month(petra, "2026-10"), "sample") == []


def test_a_long_list_is_cut_off_and_counted_whole(petra: Caller, database: Database, people: People) -> None:
    written = write_events(
        database, people, *({"recorded_at": at(21, 9, n % 60), "cases": [CASE]} for n in range(150))
    )
    finding = month(petra)["findings"]["outside_hours"]
    assert finding["count"] == len(written)
    assert len(finding["event_ids"]) == MOST_SHOWN


def test_nothing_of_another_organisation_is_counted(
    petra: Caller, database: Database, people: People
) -> None:
    write_events(database, make_people(database, "second"), {"recorded_at": at(21, 9), "cases": [CASE]})
    found = month(petra)
    assert (found["events"], found["clients"]) == (0, 0)
    assert all(one["count"] == 0 for one in found["findings"].values())
    assert people


@pytest.mark.parametrize("name", ["2027-01", "2026-13", "2026-00", "1999-12", "2026-1", "november"])
def test_a_month_that_is_none_or_has_not_begun_is_refused(petra: Caller, name: str) -> None:
    assert petra.get(f"{REVIEWS}/{name}").status_code == 400
    assert petra.post(REVIEWS, {"month": name, "finding": "Nothing."}).status_code == 400


def test_a_month_begins_in_the_netherlands_first(petra: Caller, clock: Clock) -> None:
    clock.now = at(30, 22, 59)
    assert petra.get(f"{REVIEWS}/2026-12").status_code == 400
    clock.now = at(30, 23)
    assert month(petra, "2026-12")["ended"] is False


def test_a_month_is_signed_off_and_chained(petra: Caller, database: Database, people: People) -> None:
    response = petra.post(REVIEWS, {"month": "2026-11", "finding": "Nothing out of the ordinary."})
    assert response.status_code == 201
    assert response.headers["Location"] == f"{REVIEWS}/2026-11"
    review = response.json()
    assert review == {
        "id": review["id"],
        "month": "2026-11",
        "finding": "Nothing out of the ordinary.",
        "recorded_at": "2026-12-02T09:00:00Z",
        "recorded_by": {"id": str(people.users["petra"].user_id), "name": "petra"},
    }
    assert month(petra)["reviews"] == [review]
    assert petra.get(REVIEWS).json() == {"items": [review], "next": None}
    line = lines(database, event="access:review")[-1]
    assert (line["entity_kind"], str(line["entity_id"])) == ("access_review", review["id"])
    with (
        transaction(database, write=False) as connection,
        OrganisationSession(connection, people.organisation.id),
    ):
        row = connection.execute(select(table_of(AccessReview))).mappings().one()
        entry = connection.execute(select(table_of(LedgerEntry))).mappings().one()
    assert (entry["kind"], str(entry["entity_id"])) == ("access_review/1", review["id"])
    assert entry["commitment"] == commitment(b"", canonical("access_review/1", dict(row)))


def test_several_sign_offs_stand_side_by_side(petra: Caller, clock: Clock) -> None:
    signed = []
    for name, finding in (("2026-11", "First."), ("2026-10", "Other."), ("2026-11", "Second.")):
        signed.append(petra.post(REVIEWS, {"month": name, "finding": finding}).json())
        clock.forward(minutes=1)
    assert month(petra)["reviews"] == [signed[0], signed[2]]
    assert petra.get(REVIEWS).json()["items"] == signed[::-1]
    assert petra.get(f"{REVIEWS}?month=2026-10").json()["items"] == [signed[1]]
    page = petra.get(f"{REVIEWS}?limit=2").json()
    assert page["items"] + petra.get(page["next"]).json()["items"] == signed[::-1]


def test_sent_twice_with_one_key_it_is_signed_once(petra: Caller) -> None:
    body = {"month": "2026-11", "finding": "Nothing."}
    first, again = (petra.post(REVIEWS, body, headers={"Idempotency-Key": "review-1"}) for _ in range(2))
    assert first.json() == again.json()
    assert len(petra.get(REVIEWS).json()["items"]) == 1
