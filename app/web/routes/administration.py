"""The colleagues and their accounts: who there are, and inviting somebody."""

from collections import Counter
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import Request, Response

from app.domain.administration import AccountState
from app.domain.errors import DomainError
from app.domain.roles import ROLE_SENTENCES, Permission
from app.models.organisations import TeamRead
from app.services import administration
from app.services.administration import Invitation, MadeLink
from app.services.administration_reads import Colleague, list_colleagues
from app.services.links import LIFETIMES
from app.services.logins import refuse_unconfirmed
from app.services.organisations import list_teams
from app.services.work import Work
from app.web.administration_forms import (
    MISTAKES,
    InvitationInput,
    check_team,
    errors_of,
    read_form,
    status_of,
)
from app.web.pages import Pages
from app.web.places import address
from app.web.visits import Visit, form, page

pages = Pages()
router = pages.router

Looks = Annotated[Visit, page(Permission.READ_ACCOUNTS)]
Opens = Annotated[Visit, page(Permission.MANAGE_ACCOUNTS)]
Manages = Annotated[Visit, form(Permission.MANAGE_ACCOUNTS)]


@pages.get("accounts")
def show_accounts(visit: Looks, request: Request) -> Response:
    """List the colleagues, and who waits for a new second step."""
    with visit.transaction(one_moment=True) as work:
        everybody = list_colleagues(work)
        own_id = work.actor.user_id
    asked = request.query_params.get("state", "")
    chosen = asked if asked in {*AccountState} else ""
    return visit.page(
        "accounts.html",
        shown=[one for one in everybody if chosen in ("", one.state)],
        counts=_counts(everybody),
        everybody=len(everybody),
        chosen=chosen,
        requests=[one for one in everybody if one.reset_asked_by],
        own_id=own_id,
    )


def _counts(everybody: Sequence[Colleague]) -> Mapping[AccountState, int]:
    found = Counter(one.state for one in everybody)
    return {state: found[state] for state in AccountState if found[state]}


# ---------------------------------------------------------------- inviting


@pages.get("account_new")
def show_invitation(visit: Opens) -> Response:
    """Ask who to invite."""
    with visit.look(Permission.READ_ACCOUNTS, to=Permission.MANAGE_ACCOUNTS) as work:
        teams = list_teams(work)
    return _invitation_page(visit, teams)


@pages.post("account_new")
def invite(visit: Manages) -> Response:
    """Make an account and show its link, this once."""
    if visit.typed.resumes:
        return show_invitation(visit)
    teams: list[TeamRead] = []
    try:
        with visit.transaction() as work:
            refuse_unconfirmed(work)
            teams = list_teams(work)
            typed = read_form(InvitationInput, visit.typed)
            check_team(typed.role, typed.team, {team.id for team in teams})
            made = administration.invite(work, Invitation(typed.name, typed.login, typed.role, typed.team))
            keep_without_the_link(visit, work, made)
    except MISTAKES as error:
        return _invitation_page(visit, teams, error)
    return link_page(visit, made, typed.name)


def _invitation_page(visit: Visit, teams: Sequence[TeamRead], error: DomainError | None = None) -> Response:
    return visit.page(
        "account_new.html",
        status=status_of(error) if error else HTTPStatus.OK,
        errors=errors_of(error, InvitationInput, visit.language) if error else {},
        teams=teams,
        typed=visit.typed,
        sentences=ROLE_SENTENCES,
    )


# ---------------------------------------------------------------- a link, shown once


def keep_without_the_link(visit: Visit, work: Work, made: MadeLink) -> None:
    """Keep for who sends the form again that it was done, and where to look, but never the link itself."""
    visit.done(work, "account_of", query={"done": "link"}, id=made.user_id)


def link_page(visit: Visit, made: MadeLink, name: str) -> Response:
    """Show a link. It stands in this answer and nowhere else."""
    path = address("welcome", visit.language, token=made.token)
    return visit.page(
        "account_link.html",
        kind=made.kind.value,
        link=f"{visit.request.url.scheme}://{visit.request.headers['host']}{path}",
        name=name,
        user_id=made.user_id,
        lifetime=LIFETIMES[made.kind],
    )
