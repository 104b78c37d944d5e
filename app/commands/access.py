"""The access log, on the command line."""

import typer
from sqlmodel import Session

from app.commands.common import OrganisationOption, right_now, up_to_date
from app.database import OrganisationSession, transaction
from app.services.access_retention import prune
from app.services.organisations import find_organisation
from app.settings import Settings


def prune_log(organisation: OrganisationOption) -> None:
    """Delete what the access log has no need to keep any longer: WERKRELATIE_LOG_YEARS, at least 5."""
    years, lines, seals, after = Settings().log_years, 0, 0, -1
    with up_to_date() as database:
        with transaction(database, write=False) as connection, Session(connection) as session:
            organisation_id = find_organisation(session, organisation).id
        while True:
            with (
                transaction(database, write=True) as connection,
                OrganisationSession(connection, organisation_id) as session,
            ):
                step = prune(session, right_now(), years, after)
            if step is None:
                break
            lines, seals, after = lines + step.lines, seals + step.seals, step.after
    typer.echo(f"{lines} lines of {seals} seals deleted. Everything of the last {years} years is kept.")
