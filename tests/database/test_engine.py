"""The one way to the database: its key, its settings, its lock, and sessions of one organisation."""

import os
import shutil
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, delete, exists, func, insert, literal, select, true, union_all, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.database import Database, OrganisationSession, engine, open_database, transaction
from app.database.engine import FairLock, StartRefused
from app.database.schema import migrate
from app.database.walls import bind
from app.domain.errors import Busy
from app.models.base import table_of, uuid7
from app.models.organisations import ApiToken, Membership, Team, User
from app.settings import Settings
from tests.support import CAST, People, make_people, tampering

CANARY = "kanarie-in-de-kelder-4711"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation that does not exist yet."""
    return Settings(data_dir=tmp_path / "data")


@pytest.fixture
def installed(settings: Settings) -> Settings:
    """Settings of an installation with somebody in it."""
    database = open_database(settings)
    migrate(database)
    make_people(database, CANARY)
    database.close()
    return settings


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# ---------------------------------------------------------------- the key


def test_the_key_is_made_for_its_owner_alone(settings: Settings) -> None:
    open_database(settings).close()
    assert settings.key_file.stat().st_mode & 0o777 == 0o600
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert settings.database_file.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(settings.key_file.read_text())) == 32
    assert settings.key_file.parent == settings.data_dir.parent, "a copy of the folder has no key in it"


def test_every_installation_has_a_key_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "other"):
        open_database(found := Settings(data_dir=tmp_path / name)).close()
        keys.add(found.key_file.read_text())
    assert len(keys) == 2


def test_the_key_stays_when_the_service_starts_again(installed: Settings) -> None:
    before = installed.key_file.read_bytes()
    open_database(installed).close()
    assert installed.key_file.read_bytes() == before


def _readable(settings: Settings) -> None:
    settings.key_file.chmod(0o640)


def _missing(settings: Settings) -> None:
    settings.key_file.unlink()


def _wrong(settings: Settings) -> None:
    settings.key_file.write_text("ab" * 32)


def _too_short(settings: Settings) -> None:
    settings.key_file.write_text("ab" * 31)


def _no_digits(settings: Settings) -> None:
    settings.key_file.write_text("xy" * 32)


def _empty(settings: Settings) -> None:
    settings.key_file.write_text("")


def _binary(settings: Settings) -> None:
    settings.key_file.write_bytes(os.urandom(31) + b"\xff")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (_readable, r"Others can read the key .*data\.key\. Make it yours alone: chmod 600 .*data\.key"),
        (_missing, r"The key .*data\.key of .*werkrelatie\.db is missing\. Put it back"),
        (_wrong, r"werkrelatie\.db cannot be opened with this key\. Put the right key file back; nothing"),
        (_too_short, r"The key .*data\.key has to be 64 hexadecimal digits"),
        (_no_digits, r"has to be 64 hexadecimal digits"),
        (_empty, r"has to be 64 hexadecimal digits"),
        (_binary, r"has to be 64 hexadecimal digits"),
    ],
)
def test_a_start_without_the_right_key_is_refused_and_changes_nothing(
    installed: Settings, tmp_path: Path, spoil: Callable[[Settings], None], sentence: str
) -> None:
    spoil(installed)
    before = contents(tmp_path)
    with pytest.raises(StartRefused, match=sentence):
        open_database(installed)
    assert contents(tmp_path) == before


def test_a_wrong_key_spoils_nothing_that_was_not_tidied_up(installed: Settings, tmp_path: Path) -> None:
    database = open_database(installed)
    people = make_people(database, "unsaved")
    copy = Settings(data_dir=tmp_path / "copy")
    shutil.copytree(installed.data_dir, copy.data_dir)  # with its write-ahead log, as after a crash
    shutil.copy(installed.key_file, copy.key_file)
    database.close()
    assert copy.database_file.with_name("werkrelatie.db-wal").stat().st_size > 0
    right = copy.key_file.read_text()
    _wrong(copy)
    with pytest.raises(StartRefused):
        open_database(copy)
    copy.key_file.write_text(right)
    database = open_database(copy)
    assert names(database, people.organisation.id) == sorted(name for name, _, _ in CAST)
    database.close()


def test_a_file_that_is_no_encrypted_database_is_refused(settings: Settings) -> None:
    open_database(settings).close()
    settings.database_file.unlink()
    with sqlite3.connect(settings.database_file) as plain:
        plain.execute("CREATE TABLE assessment (note)")
    plain.close()
    with pytest.raises(StartRefused, match="cannot be opened with this key"):
        open_database(settings)


def test_a_sqlite_that_can_lose_data_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(
        StartRefused, match=r"can lose data; at least 99\.0\.0 is needed\. Install a newer 'sqlc"
    ):
        open_database(settings)
    assert not settings.database_file.exists()


# ---------------------------------------------------------------- the file


def plain_file_with(words: str, folder: Path) -> Path:
    """Write the same words with a database that does not encrypt."""
    path = folder / "plain.db"
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE organisation (slug)")
        plain.execute("INSERT INTO organisation VALUES (?)", (words,))
    plain.close()
    return path


def test_nothing_on_disk_can_be_read(installed: Settings, tmp_path: Path) -> None:
    database = open_database(installed)
    make_people(database, f"{CANARY}-in-the-log")
    written = contents(installed.data_dir)
    assert {Path(name).suffix for name in written} == {".db", ".db-wal", ".db-shm"}
    for found in (written, contents(installed.data_dir)):
        assert not any(
            word in file for file in found.values() for word in (CANARY.encode(), b"SQLite format")
        )
    database.close()
    assert CANARY.encode() in plain_file_with(CANARY, tmp_path).read_bytes()


def test_an_ordinary_sqlite_cannot_open_the_file(installed: Settings, tmp_path: Path) -> None:
    def tables(path: Path) -> list[Any]:
        connection = sqlite3.connect(path)
        try:
            return connection.execute("SELECT name FROM sqlite_master").fetchall()
        finally:
            connection.close()

    with pytest.raises(sqlite3.DatabaseError, match="file is not a database"):
        tables(installed.database_file)
    assert tables(plain_file_with(CANARY, tmp_path)) == [("organisation",)]


def test_every_connection_of_the_pool_is_set_up(embedded: Database) -> None:
    expected = {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 5000,
        "recursive_triggers": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "temp_store": 2,
    }
    with ExitStack() as stack:
        connections = [stack.enter_context(transaction(embedded, write=False)) for _ in range(4)]
        assert len({id(connection.connection.dbapi_connection) for connection in connections}) == 4
        for connection in connections:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in expected}
            assert found == expected
            assert connection.exec_driver_sql("PRAGMA cipher_version").scalar_one()


# ---------------------------------------------------------------- the lock


def order_of_service(lock: FairLock, callers: int) -> list[int]:
    """Let callers queue one after another, and return the order in which they had their turn."""
    served: list[int] = []

    def call(number: int) -> None:
        with lock.turn(10):
            served.append(number)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(callers)]
    with lock.turn(1):
        for queued, thread in enumerate(threads, start=1):
            thread.start()
            wait_until(partial(_has_waiting, lock, queued))
    for thread in threads:
        thread.join(10)
    return served


def _has_waiting(lock: FairLock, count: int) -> bool:
    return len(lock._waiting) == count


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that happens in another thread."""
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


def test_the_lock_serves_who_came_first() -> None:
    assert order_of_service(FairLock(), 50) == list(range(50))


def test_a_lock_that_serves_who_came_last_is_noticed() -> None:
    class Pile(deque[threading.Semaphore]):
        popleft = deque.pop

    lock = FairLock()
    lock._waiting = Pile()
    assert order_of_service(lock, 50) != list(range(50))


def test_who_waits_too_long_is_told_so_and_the_next_one_is_served() -> None:
    lock = FairLock()
    with lock.turn(1):
        started = time.monotonic()
        with pytest.raises(Busy), lock.turn(0.05):
            pytest.fail("two at a time")
        assert 0.05 <= time.monotonic() - started < 2
    with lock.turn(0):
        pass


def test_a_fault_during_a_turn_passes_it_on() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock.turn(1):
        _ = 1 / 0
    with lock.turn(0):
        pass


@pytest.mark.parametrize("seed", range(5))
def test_no_turn_is_lost_and_none_is_given_twice(seed: int) -> None:
    lock = FairLock()
    inside, served, refused = 0, 0, 0

    def call(random: Random) -> None:
        nonlocal inside, served, refused
        for _ in range(60):
            try:
                # As long as somebody's turn takes, so that both come in the same moment.
                with lock.turn(random.uniform(0, 0.002)):
                    inside += 1
                    assert inside == 1
                    served += 1
                    time.sleep(random.uniform(0, 0.001))
                    inside -= 1
            except Busy:
                refused += 1

    threads = [threading.Thread(target=call, args=(Random(seed * 100 + n),)) for n in range(8)]  # noqa: S311 - no secret
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert min(served, refused) > 0
    assert served + refused >= 8 * 60 - 8  # a count can lose a race; a turn cannot
    assert not lock._held
    assert not lock._waiting
    with lock.turn(0):
        pass


# ---------------------------------------------------------------- transactions


def add_team(database: Database, people: People, name: str, *, write: bool) -> None:
    """Add a team in a transaction that can write, or only read."""
    with transaction(database, write=write) as connection:
        bind(connection, people.organisation.id)
        connection.execute(
            insert(table_of(Team)).values(organisation_id=people.organisation.id, id=uuid7(), name=name)
        )


def team_names(database: Database, people: People) -> list[str]:
    """Return the names of all teams."""
    with transaction(database, write=False) as connection:
        bind(connection, people.organisation.id)
        return list(connection.execute(select(col(Team.name)).order_by(col(Team.name))).scalars())


def names(database: Database, organisation_id: UUID) -> list[str]:
    """Return the names of the users of one organisation."""
    statement = select(col(User.name)).where(col(User.organisation_id) == organisation_id)
    with transaction(database, write=False) as connection:
        bind(connection, organisation_id)
        return sorted(connection.execute(statement).scalars())


def test_a_read_transaction_refuses_a_write_and_the_next_write_works(
    database: Database, people: People
) -> None:
    for round_ in range(6):  # more often than the pool has connections
        with pytest.raises(DBAPIError, match=r"readonly database|read-only transaction"):
            add_team(database, people, "refused", write=False)
        add_team(database, people, f"written {round_}", write=True)
    assert team_names(database, people) == ["north", "south", *(f"written {n}" for n in range(6))]


def test_a_fault_undoes_the_whole_transaction(database: Database, people: People) -> None:
    def fail_halfway() -> None:
        with transaction(database, write=True) as connection:
            bind(connection, people.organisation.id)
            row = {"organisation_id": people.organisation.id, "id": uuid7(), "name": "gone"}
            connection.execute(insert(table_of(Team)).values(row))
            assert "gone" in connection.execute(select(col(Team.name))).scalars().all()
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert team_names(database, people) == ["north", "south"]
    add_team(database, people, "later", write=True)
    assert "later" in team_names(database, people)


@pytest.mark.parametrize("write", [False, True])
def test_an_exhausted_pool_says_that_it_is_busy(
    database: Database, monkeypatch: pytest.MonkeyPatch, write: bool
) -> None:
    monkeypatch.setattr(database.writer.pool, "_timeout", 0.1)
    with ExitStack() as stack:
        for _ in range(4 if database.is_embedded else 10):
            stack.enter_context(transaction(database, write=False))
        with pytest.raises(Busy), transaction(database, write=write):
            pytest.fail("one connection too many")
    with transaction(database, write=write):
        pass


def test_a_writer_that_waits_too_long_is_told_that_it_is_busy(
    embedded: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_SECONDS", 0.05)
    with transaction(embedded, write=True):
        with pytest.raises(Busy), transaction(embedded, write=True):
            pytest.fail("two writers")
        with transaction(embedded, write=False):
            pass
    with transaction(embedded, write=True):
        pass


def test_a_writer_in_another_process_makes_us_busy(embedded: Database, tmp_path: Path) -> None:
    other = open_database(Settings(data_dir=tmp_path / "data"))
    with transaction(embedded, write=False) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")  # of the one connection that is in the pool
    with transaction(other, write=True):
        with pytest.raises(Busy), transaction(embedded, write=True):
            pytest.fail("two writers")
        with transaction(embedded, write=False):
            pass
    other.close()
    with transaction(embedded, write=True):
        pass


def test_a_row_that_somebody_else_holds_makes_us_busy(postgresql: Database) -> None:
    people = make_people(postgresql, "first")

    def hold(connection: Connection) -> None:
        bind(connection, people.organisation.id)
        team = select(table_of(Team).c.id).where(table_of(Team).c.id == people.teams["north"])
        assert connection.execute(team.with_for_update()).all()

    def hold_soon() -> None:
        with transaction(postgresql, write=True) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
            hold(connection)

    with transaction(postgresql, write=True) as first:
        hold(first)
        with pytest.raises(Busy):
            hold_soon()
    hold_soon()
    with transaction(postgresql, write=True) as later:
        assert later.exec_driver_sql("SHOW lock_timeout").scalar_one() == "3s"


def test_a_fault_of_ours_is_not_called_busy(database: Database) -> None:
    with pytest.raises(DBAPIError), transaction(database, write=True) as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")


# ---------------------------------------------------------------- one organisation


@dataclass
class Two:
    """Two organisations with the same names in them, and a session of the first."""

    database: Database
    first: People
    second: People
    session: Session


@pytest.fixture
def two(database: Database) -> Iterator[Two]:
    first, second = make_people(database, "first"), make_people(database, "second")
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, first.organisation.id) as session,
    ):
        yield Two(database, first, second, session)


def test_a_session_without_an_organisation_refuses_to_run(database: Database) -> None:
    nobody: Any = None
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, nobody) as session,
        pytest.raises(RuntimeError, match="no organisation is bound"),
    ):
        session.execute(select(Team))
    with (
        transaction(database, write=True) as connection,
        OrganisationSession(connection, nobody) as session,
    ):
        session.add(Team(organisation_id=uuid7(), name="nobody's"))
        with pytest.raises(RuntimeError, match="no organisation is bound"):
            session.flush()


PEOPLE = len(CAST)
other_user = aliased(User)
STATEMENTS: dict[str, tuple[Any, int]] = {
    "entities": (select(User), PEOPLE),
    "columns": (select(col(User.id)), PEOPLE),
    "alias": (select(other_user), PEOPLE),
    "columns of an alias": (select(col(other_user.id)), PEOPLE),
    "join": (select(User).join(Membership, col(Membership.user_id) == col(User.id)), PEOPLE),
    "join without a condition": (select(User, Team).join(Team, true()), 2 * PEOPLE),
    "outer join": (select(Team, User).outerjoin(User, true()), 2 * PEOPLE),
    "join with an alias": (
        select(User).join(other_user, col(other_user.name) == col(User.name)),
        PEOPLE,
    ),
    "in a select": (select(User).where(col(User.id).in_(select(col(Membership.user_id)))), PEOPLE),
    "subquery": (select(select(User).subquery()), PEOPLE),
    "alias of a subquery": (select(aliased(User, select(User).subquery())), PEOPLE),
    "common table expression": (select(select(col(User.id)).cte()), PEOPLE),
    "union": (union_all(select(col(User.id)), select(col(User.id))), 2 * PEOPLE),
    "select from a union": (
        select(union_all(select(col(User.id)), select(col(User.id))).subquery()),
        2 * PEOPLE,
    ),
    "distinct": (select(col(User.organisation_id)).distinct(), 1),
    "grouped": (select(col(User.organisation_id), func.count()).group_by(col(User.organisation_id)), 1),
}
COUNTS: dict[str, tuple[Any, int]] = {
    "count from": (select(func.count()).select_from(User), PEOPLE),
    "count of a column": (select(func.count(col(User.id))), PEOPLE),
    "count of a subquery": (select(func.count()).select_from(select(User).subquery()), PEOPLE),
    "count of an alias": (select(func.count()).select_from(other_user), PEOPLE),
    "count inside": (select(select(func.count(col(User.id))).scalar_subquery()), PEOPLE),
}


def found_by(session: Session) -> dict[str, int]:
    """Return how many rows each statement finds, and what each count comes to."""
    return {
        **{name: len(session.execute(statement).all()) for name, (statement, _) in STATEMENTS.items()},
        **{name: session.execute(statement).scalar_one() for name, (statement, _) in COUNTS.items()},
    }


def test_a_query_finds_the_rows_of_its_organisation(two: Two) -> None:
    expected = {name: count for name, (_, count) in (STATEMENTS | COUNTS).items()}
    assert found_by(two.session) == expected
    if two.database.is_embedded:
        with Session(two.session.connection()) as unfiltered:
            more = found_by(unfiltered)
    else:
        # The second wall: what the session forgets to filter, the database does not show.
        with Session(two.session.connection()) as unfiltered:
            assert found_by(unfiltered) == expected
        with tampering(two.database) as everything, Session(everything) as unfiltered:
            more = found_by(unfiltered)
    assert [name for name, count in more.items() if count <= expected[name]] == []


def test_what_is_foreign_does_not_exist(two: Two) -> None:
    own, foreign = two.first.teams["north"], two.second.teams["north"]
    found = [
        [
            two.session.execute(select(exists().where(col(Team.id) == id_))).scalar_one(),
            two.session.execute(select(exists(select(col(Team.id)).where(col(Team.id) == id_)))).scalar_one(),
            bool(
                two.session.execute(
                    select(literal(1)).where(select(Team).where(col(Team.id) == id_).exists())
                ).all()
            ),
            bool(
                two.session.execute(
                    select(User).where(select(Team).where(col(Team.id) == id_).exists())
                ).all()
            ),
            bool(two.session.execute(select(Team).where(col(Team.id) == id_)).all()),
        ]
        for id_ in (own, foreign)
    ]
    assert found == [[True] * 5, [False] * 5]


def test_naming_another_organisation_finds_nothing(two: Two) -> None:
    foreign = two.second.organisation.id
    assert two.session.get(Team, (foreign, two.second.teams["north"])) is None
    assert two.session.get(Team, (two.first.organisation.id, two.first.teams["north"])) is not None
    assert two.session.execute(select(Team).where(col(Team.organisation_id) == foreign)).all() == []


def test_an_update_or_delete_of_everything_stays_within(two: Two) -> None:
    two.session.execute(update(Team).values(name=func.upper(col(Team.name))))
    two.session.execute(delete(ApiToken))
    two.session.flush()
    connection = two.session.connection()
    left = {}
    for people in (two.first, two.second):
        bind(connection, people.organisation.id)
        teams, tokens = (
            connection.execute(select(column).where(table.c.organisation_id == people.organisation.id))
            for table, column in (
                (table_of(Team), table_of(Team).c.name),
                (table_of(ApiToken), table_of(ApiToken).c.id),
            )
        )
        left[people.organisation.slug] = (sorted(teams.scalars()), len(tokens.all()))
    assert left == {"first": (["NORTH", "SOUTH"], 0), "second": (["north", "south"], PEOPLE)}


def test_a_row_of_another_organisation_is_not_written(two: Two) -> None:
    two.session.add(Team(organisation_id=two.second.organisation.id, name="theirs"))
    with pytest.raises(RuntimeError, match="a row of another organisation"):
        two.session.flush()


def test_a_row_is_not_moved_to_another_organisation(two: Two) -> None:
    team = two.session.execute(select(Team)).scalars().first()
    assert team is not None
    team.organisation_id = two.second.organisation.id
    with pytest.raises(RuntimeError, match="a row of another organisation"):
        two.session.flush()


def test_a_row_of_another_organisation_is_not_deleted(two: Two) -> None:
    with OrganisationSession(two.session.connection(), two.second.organisation.id) as theirs:
        team = theirs.execute(select(Team)).scalars().first()
        theirs.expunge_all()
    two.session.delete(team)
    with pytest.raises(RuntimeError, match="a row of another organisation"):
        two.session.flush()


def test_a_row_of_the_own_organisation_is_written_moved_and_deleted(two: Two) -> None:
    team = Team(organisation_id=two.first.organisation.id, name="west")
    two.session.add(team)
    two.session.flush()
    team.name = "east"
    two.session.flush()
    two.session.delete(team)
    two.session.flush()
    assert len(two.session.execute(select(Team)).all()) == 2


def test_one_statement_in_sessions_of_both_gives_each_their_own(two: Two) -> None:
    statements = [statement for statement, _ in (*STATEMENTS.values(), *COUNTS.values())]
    own_teams = select(col(Team.id)).order_by(col(Team.id))
    with (
        transaction(two.database, write=False) as connection,
        OrganisationSession(connection, two.second.organisation.id) as theirs,
    ):
        for _ in range(3):
            for statement in statements:
                two.session.execute(statement)
                theirs.execute(statement)
            for session, people in ((two.session, two.first), (theirs, two.second)):
                assert set(session.execute(own_teams).scalars()) == set(people.teams.values())


def test_threads_of_both_organisations_do_not_mix(database: Database) -> None:
    everybody = [make_people(database, slug) for slug in ("first", "second", "third")]
    wrong: list[object] = []

    def read(people: People) -> None:
        for _ in range(40):
            with (
                transaction(database, write=False) as connection,
                OrganisationSession(connection, people.organisation.id) as session,
            ):
                found = set(session.execute(select(col(Team.id))).scalars())
                if found != set(people.teams.values()):
                    wrong.append(found)

    threads = [threading.Thread(target=read, args=(people,)) for people in everybody]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def test_a_transaction_that_stood_still_too_long_is_done_again(postgresql: Database) -> None:
    def stand_still() -> None:
        with transaction(postgresql, write=True) as connection:
            connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 20")
            time.sleep(0.2)
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(Busy):
        stand_still()
