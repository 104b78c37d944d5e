"""Tokens for programs: which there are, making one, revoking one."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.administration import TOKEN_ROLES, USUAL_TOKEN_DAYS, AccountState
from app.domain.errors import DomainError
from app.domain.roles import ROLE_SENTENCES, Permission
from app.domain.texts import Text
from app.models.organisations import TeamRead
from app.services.administration_reads import Colleague, list_colleagues
from app.services.administration_tokens import TokenRead, list_tokens, make_token, revoke_token
from app.services.logins import refuse_unconfirmed
from app.services.organisations import LONGEST_TOKEN_DAYS, TokenOrder, list_teams
from app.services.work import Work
from app.web.administration_forms import (
    MISTAKES,
    TokenInput,
    check_team,
    check_token_role,
    errors_of,
    read_form,
    status_of,
    wrong,
)
from app.web.pages import Pages
from app.web.routes.administration import Looks
from app.web.visits import Visit, form

pages = Pages()
router = pages.router

Manages = Annotated[Visit, form(Permission.MANAGE_TOKENS)]
_NOT_HELD = Text(
    nl="Deze collega heeft die rol niet in dat team. Kies een rol en een team die bij elkaar horen.",
    en="This colleague does not hold that role in that team. Choose a role and a team that they have.",
)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the page shows; kept outside the transaction, for when the form is wrong."""

    tokens: Sequence[TokenRead] = ()
    teams: Sequence[TeamRead] = ()
    people: Sequence[Colleague] = ()


def _shown(work: Work) -> _Shown:
    people = [one for one in list_colleagues(work) if _can_have_a_token(one)]
    return _Shown(list_tokens(work), list_teams(work), people)


def _can_have_a_token(one: Colleague) -> bool:
    may_come_in = one.state not in (AccountState.MACHINE, AccountState.BLOCKED)
    return may_come_in and any(held.role in TOKEN_ROLES for held in one.roles)


@pages.get("tokens")
def show_tokens(visit: Looks) -> Response:
    """List the tokens, and offer to make one to who may."""
    with visit.look(Permission.READ_ACCOUNTS) as work:
        shown = _shown(work)
    return _page(visit, shown)


@pages.post("tokens")
def make(visit: Manages) -> Response:
    """Make a token and show it, this once."""
    if visit.typed.resumes:
        return show_tokens(visit)
    shown = _Shown()
    try:
        with visit.transaction() as work:
            refuse_unconfirmed(work)
            shown = _shown(work)
            order = _order(read_form(TokenInput, visit.typed), shown)
            token = make_token(work, order)
            # What is kept for who sends the form again is where to look, never the token itself.
            visit.done(work, "tokens", query={"done": "token"})
    except MISTAKES as error:
        return _page(visit, shown, error)
    return visit.page("token.html", token=token, order=order)


def _order(typed: TokenInput, shown: _Shown) -> TokenOrder:
    """Return the token to make. Raises `InvalidInput` when what was chosen does not go together."""
    check_token_role(typed.role)
    names = {team.id: team.name for team in shown.teams}
    team = names.get(typed.team) if typed.team else None
    if typed.user is None:
        check_team(typed.role, typed.team, names)
        return TokenOrder(typed.name, typed.role, typed.days, team)
    user = next((one for one in shown.people if one.id == typed.user), None)
    if user is None:
        raise wrong("user", "not_an_option")
    # Without a team a token holds in all teams that the colleague has in this role.
    held = {(one.role, one.team.id if one.team and typed.team else None) for one in user.roles}
    if (typed.role, typed.team) not in held:
        raise wrong("role", "not_held", _NOT_HELD)
    return TokenOrder(typed.name, typed.role, typed.days, team, user.name)


@pages.post("token_revoke")
def revoke(visit: Manages, id: UUID) -> Response:
    """Revoke a token, from the next request on."""
    if visit.typed.resumes:
        return visit.go("tokens")
    with visit.transaction() as work:
        refuse_unconfirmed(work)
        revoke_token(work, id)
        return visit.done(work, "tokens", query={"done": "revoked"})


def _page(visit: Visit, shown: _Shown, error: DomainError | None = None) -> Response:
    return visit.page(
        "tokens.html",
        status=status_of(error) if error else HTTPStatus.OK,
        errors=errors_of(error, TokenInput, visit.language) if error else {},
        shown=shown,
        typed=visit.typed,
        roles=TOKEN_ROLES,
        sentences=ROLE_SENTENCES,
        usual=USUAL_TOKEN_DAYS,
        most=LONGEST_TOKEN_DAYS,
        done=visit.request.query_params.get("done", ""),
    )
