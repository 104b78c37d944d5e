"""An installation to torture: its database, a practitioner with a token, and what is really in it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from app.database import Database, open_database, transaction
from app.domain.ledger import NOTHING_BEFORE, Entry
from app.models.access_log import AccessEvent
from app.models.assessments import Assessment
from app.models.base import table_of
from app.models.cases import Concern
from app.models.ledger import LedgerEntry, LedgerHead
from app.models.threads import Thread
from app.settings import Settings
from tests.reliability.programs.load import Call
from tests.support import make_people

_ENTRY, _HEAD = table_of(LedgerEntry), table_of(LedgerHead)


@dataclass(frozen=True, slots=True)
class Site:
    """One installation. `keeper` are settings that see everything: on PostgreSQL, the superuser."""

    settings: Settings
    keeper: Settings
    token: str
    engine: str

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Open the database behind the back of the service."""
        database = open_database(self.keeper)
        yield database
        database.close()

    def execute(self, *statements: str) -> None:
        """Change something in the database that the service would not."""
        with self.opened() as database, transaction(database, write=True) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def make_site(database: Database) -> Site:
    """Make an organisation with a practitioner, and return how to serve it. The database is closed."""
    people = make_people(database, "first", datetime.now(UTC))
    url = database.writer.url
    if database.is_embedded:
        with transaction(database, write=False) as connection:
            file = connection.exec_driver_sql("PRAGMA database_list").all()[0][2]
        settings = keeper = Settings(data_dir=Path(file).parent)
    else:
        settings = Settings(database_url=url.render_as_string(hide_password=False))
        keeper = Settings(database_url=url.set(username="postgres").render_as_string(hide_password=False))
    database.close()
    return Site(settings, keeper, people.tokens["anna"], "embedded" if database.is_embedded else "postgresql")


# ---------------------------------------------------------------- what is in it


@dataclass(slots=True)
class Stock:
    """What is in the database: assessments by the concern they are about, entries, lines in the log."""

    keys: dict[UUID, str] = field(default_factory=dict)
    entries: Counter[UUID] = field(default_factory=Counter)
    lines: Counter[UUID] = field(default_factory=Counter)

    @property
    def effects(self) -> Counter[str]:
        """How often each key had its effect."""
        return Counter(self.keys.values())


def stock_of(site: Site) -> Stock:
    """Check that the database is sound and its chain unbroken, and return what is in it."""
    with site.opened() as database, transaction(database, write=False) as connection:
        if database.is_embedded:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            assert found == ["ok"], found
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        last: dict[UUID, tuple[int, bytes]] = {}
        stock = Stock()
        for row in connection.execute(select(_ENTRY).order_by(_ENTRY.c.organisation_id, _ENTRY.c.seq)):
            entry = Entry(**{name: getattr(row, name) for name in Entry.__slots__})
            seq, before = last.get(row.organisation_id, (0, NOTHING_BEFORE))
            assert (row.seq, row.previous_hash, row.hash) == (seq + 1, before, entry.hash), "broken chain"
            last[row.organisation_id] = (row.seq, row.hash)
            stock.entries[row.entity_id] += 1
        heads = connection.execute(select(_HEAD.c.organisation_id, _HEAD.c.seq, _HEAD.c.hash))
        assert {head.organisation_id: (head.seq, head.hash) for head in heads} == last
        named = connection.execute(
            select(col(Assessment.id), col(Concern.reference))
            .join(Thread, col(Thread.id) == col(Assessment.thread_id))
            .join(Concern, col(Concern.id) == col(Thread.concern_id))
        )
        stock.keys = {row.id: row.reference for row in named}
        events = connection.execute(select(col(AccessEvent.entity_id))).scalars()
        stock.lines = Counter(id_ for id_ in events if id_)
        return stock


def lost(stock: Stock, calls: Iterable[Call]) -> list[str]:
    """Return the keys that were confirmed and are not all there: row, one ledger entry, line in the log."""
    return [
        call.key
        for call in calls
        if call.status == 201
        and (
            stock.keys.get(UUID(call.id)) != call.key
            or stock.entries[UUID(call.id)] != 1
            or not stock.lines[UUID(call.id)]
        )
    ]
