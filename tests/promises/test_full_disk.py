"""A full disk: who was told that it is saved finds it back, and the others are told that it is not."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlcipher3.dbapi2
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.database import Database, transaction
from app.database.authorizer import restrict
from app.domain.errors import Busy, DomainError, NoRoom
from tests.promises.world import all_rows
from tests.support import Caller, assessment

LOTS = 2_000_000


class Disk:
    """The disk of an embedded database, as large as is said."""

    def __init__(self, database: Database) -> None:
        self.pages = LOTS
        event.listen(database.writer.pool, "checkout", self._set)

    def _set(self, connection: Any, *_: object) -> None:
        # It holds for one connection, so each is told again; the service itself may not.
        connection.set_authorizer(None)
        connection.execute(f"PRAGMA max_page_count={self.pages}")
        restrict(connection)


@pytest.fixture
def disk(embedded: Database) -> Disk:
    return Disk(embedded)


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_a_full_disk_loses_nothing_that_was_confirmed(anna: Caller, database: Database, disk: Disk) -> None:
    with transaction(database, write=False) as connection:
        disk.pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + 40
    found = [anna.post("/v1/assessments", assessment(note="long " * 400)) for _ in range(80)]
    assert {response.status_code for response in found} <= {201, 503, 507}
    confirmed = {UUID(response.json()["id"]).hex for response in found if response.status_code == 201}
    assert recorded(database) == confirmed
    refused = [response for response in found if response.status_code != 201]
    assert refused
    for response in refused:
        assert "Nothing was saved" in response.json()["detail"]
        assert "long" not in response.text
    # A look cannot be written down either, so nothing is shown.
    looks = [anna.get("/v1/assessments?limit=100") for _ in range(50)]
    assert (looks[-1].status_code, looks[-1].json()["type"]) == (
        503,
        "urn:problem-type:werkrelatie:cannot-log",
    )
    # Both go on as soon as there is room.
    disk.pages = LOTS
    assert anna.get("/v1/assessments?limit=100").status_code == 200
    anna.record()
    assert len(recorded(database)) == len(confirmed) + 1


def recorded(database: Database) -> set[str]:
    with transaction(database, write=False) as connection:
        return set(connection.exec_driver_sql("SELECT id FROM assessment").scalars())


@pytest.mark.parametrize("words", ["database or disk is full", "disk I/O error"])
@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_a_disk_that_fails_at_the_commit_saves_nothing(
    anna: Caller, database: Database, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    anna.record()
    before = all_rows(database)
    with monkeypatch.context() as patch:
        patch.setattr(database.writer.dialect, "do_commit", _failing(words))
        assert anna.post("/v1/assessments", assessment()).status_code == 507
    assert all_rows(database) == before
    anna.record()


def _failing(words: str) -> Any:
    def fail(_: object) -> None:
        raise sqlcipher3.dbapi2.OperationalError(words)

    return fail


@pytest.mark.parametrize(
    ("cause", "refusal"),
    [
        (psycopg.errors.DiskFull(), NoRoom),
        (psycopg.errors.TooManyConnections(), Busy),
        (sqlcipher3.dbapi2.OperationalError("database or disk is full"), NoRoom),
        (sqlcipher3.dbapi2.OperationalError("database is locked"), Busy),
    ],
)
def test_a_full_disk_is_told_apart_from_one_that_is_busy(
    embedded: Database, cause: Exception, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal), transaction(embedded, write=True):
        raise OperationalError("INSERT", {}, cause)
