"""Old lines of the access log go, whole seals at a time; nothing younger than five years can."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Table, delete
from sqlalchemy.exc import DBAPIError

from app.cli import main
from app.database import Database, OrganisationSession, transaction
from app.domain.access_log import LOG_YEARS
from app.services.access_retention import prune
from app.settings import Settings
from tests.log_rows import CLIENT, EVENT, lines, write_events, write_seal
from tests.promises.world import all_rows
from tests.support import People

# The database looks at its own clock, so this is about now.
NOW = datetime.now(UTC).replace(microsecond=0)
OLD = NOW - timedelta(days=6 * 366)
YOUNG = NOW - timedelta(days=4 * 365)
CASE = UUID(int=1)
BASE = 1000  # above what PostgreSQL numbers by itself in a test


def pruned(database: Database, people: People, years: int = 5) -> tuple[int, int]:
    """Prune as the command does; return how many lines and seals."""
    found, after = (0, 0), -1
    while True:
        with (
            transaction(database, write=True) as connection,
            OrganisationSession(connection, people.organisation.id) as session,
        ):
            step = prune(session, NOW, years, after)
        if step is None:
            return found
        found, after = (found[0] + step.lines, found[1] + step.seals), step.after


def numbers(database: Database) -> list[int]:
    return [line["number"] - BASE for line in lines(database, event="case:read")]


@pytest.fixture
def sealed(database: Database, people: People) -> list[UUID]:
    """Two old seals of two lines each, a seal that ends young, and old lines without a seal."""
    for number, moment in ((1, OLD), (2, OLD), (3, OLD), (4, OLD), (5, OLD), (6, YOUNG), (7, OLD)):
        write_events(database, people, {"number": BASE + number, "recorded_at": moment, "cases": [CASE]})
    return [
        write_seal(database, people, (BASE + 1, BASE + 2), OLD),
        write_seal(database, people, (BASE + 3, BASE + 4), OLD),
        write_seal(database, people, (BASE + 5, BASE + 6), YOUNG),
    ]


def test_only_whole_old_seals_go_and_the_seals_stay(
    database: Database, people: People, sealed: list[UUID]
) -> None:
    assert pruned(database, people) == (4, 2)
    assert numbers(database) == [5, 6, 7]
    assert len(all_rows(database)["access_seal"]) == len(sealed)
    assert len(all_rows(database)["accessed_client"]) == 3
    (line,) = lines(database, event="command:prune")
    assert (line["action"], line["actor_id"], line["cases"]) == ("D", None, set())


def test_a_second_time_nothing_goes_and_nothing_is_written(
    database: Database, people: People, sealed: list[UUID]
) -> None:
    assert sealed
    pruned(database, people)
    before = all_rows(database)
    assert pruned(database, people) == (0, 0)
    assert all_rows(database) == before


def test_lines_are_kept_longer_when_that_is_asked_for(
    database: Database, people: People, sealed: list[UUID]
) -> None:
    assert sealed
    assert pruned(database, people, years=7) == (0, 0)
    assert numbers(database) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("table", [EVENT, CLIENT], ids=str)
def test_the_database_itself_refuses_to_delete_what_is_younger(
    database: Database, people: People, table: Table
) -> None:
    write_events(database, people, {"number": BASE + 1, "recorded_at": YOUNG, "cases": [CASE]})
    write_seal(database, people, (BASE + 1, BASE + 1), OLD)  # a seal that lies
    with pytest.raises(DBAPIError, match="append-only"):
        pruned(database, people)
    with (
        pytest.raises(DBAPIError, match="append-only"),
        transaction(database, write=True) as connection,
        OrganisationSession(connection, people.organisation.id),
    ):
        connection.execute(delete(table))
    assert numbers(database) == [1]


def test_the_setting_is_at_least_what_the_database_insists_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().log_years == LOG_YEARS
    monkeypatch.setenv("WERKRELATIE_LOG_YEARS", str(LOG_YEARS - 1))
    with pytest.raises(ValueError, match="greater than or equal to 5"):
        Settings()


@pytest.mark.parametrize("database", ["embedded"], indirect=True)
def test_the_command_says_how_many(
    database: Database,
    people: People,
    sealed: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sealed
    folder = database_folder(database)
    monkeypatch.setenv("WERKRELATIE_DATA_DIR", folder)
    monkeypatch.setattr("sys.argv", ["werkrelatie", "prune-log", "--organisation", people.organisation.slug])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert capsys.readouterr().out == (
        "4 lines of 2 seals deleted. Everything of the last 5 years is kept.\n"
    )
    assert numbers(database) == [5, 6, 7]


def database_folder(database: Database) -> str:
    """Return the folder of an embedded database."""
    with transaction(database, write=False) as connection:
        file = connection.exec_driver_sql("PRAGMA database_list").one()[2]
    return str(file).rpartition("/")[0]
