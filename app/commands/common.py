"""What all commands share: the database, sentences instead of tracebacks, and names that are checked."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, NoReturn

import typer
from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session

from app.database import Database, OrganisationSession, open_database, transaction
from app.database.schema import refuse_outdated_schema
from app.domain.access_log import Command
from app.knowledge import load_knowledge
from app.models.base import ShortText
from app.models.organisations import Organisation, is_slug
from app.services import organisations, projections
from app.services.access_log import write_command
from app.services.trail import Trail
from app.services.work import organisation_of
from app.settings import Settings

OrganisationOption = Annotated[
    str, typer.Option("--organisation", help="The short name of the organisation.")
]


def name_of_somebody(value: str | None) -> str | None:
    """Check a name for people: one line, at most 200 characters."""
    if value is None:
        return None
    try:
        return TypeAdapter[str](ShortText).validate_python(value)
    except ValidationError as error:
        raise typer.BadParameter(
            "one line of 1 to 200 ordinary characters, without a citizen number"
        ) from error


def short_name(value: str) -> str:
    """Check a short name."""
    if not is_slug(value):
        raise typer.BadParameter("1 to 64 small letters, digits and single dashes")
    return value


def stop(sentence: str) -> NoReturn:
    """End with a sentence and exit code 1."""
    typer.echo(sentence, err=True)
    sys.exit(1)


def right_now() -> datetime:
    """Return the moment, in UTC."""
    return datetime.now(UTC)


@contextmanager
def opened() -> Iterator[Database]:
    """Open the database that the settings name, whatever state it is in."""
    database = open_database(Settings())
    try:
        yield database
    finally:
        database.close()


@contextmanager
def up_to_date() -> Iterator[Database]:
    """Open the database, and refuse one that is not as it should be."""
    with opened() as database:
        refuse_outdated_schema(database)
        yield database


def renew_signals(database: Database) -> None:
    """Work out the signals that an older version of the program did not know."""
    rulesets = load_knowledge().rulesets
    with transaction(database, write=True) as connection:
        for organisation_id in organisations.organisation_ids(Session(connection)):
            with OrganisationSession(connection, organisation_id) as session:
                projections.renew_signals(session, projections.rules_of(session, rulesets))


@contextmanager
def within(slug: str, done: Command | Trail | None = None) -> Iterator[tuple[Organisation, Session]]:
    """Work in one organisation, in one transaction.

    What is done is written in the access log at its end: a command about the organisation itself, or
    a trail on which the work says what it is about.
    """
    with up_to_date() as database, transaction(database, write=True) as connection:
        with Session(connection) as session:
            found = organisations.find_organisation(session, slug)
        with OrganisationSession(connection, found.id) as session:
            yield found, session
            session.flush()
            if done is not None:
                write(session, done)


def write(session: Session, done: Command | Trail) -> None:
    """Write a command in the access log of an organisation, in the transaction of what it did."""
    trail = done if isinstance(done, Trail) else Trail(done)
    if trail.entity is None:
        trail.about("organisation", organisation_of(session))
    write_command(session, trail, right_now())
