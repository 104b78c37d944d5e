"""One colleague: roles, links, blocking, and a second step that was lost."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response

from app.domain.administration import AccountState
from app.domain.errors import DomainError, InvalidInput
from app.domain.roles import ROLE_SENTENCES, Permission
from app.domain.signing_in import needs_factor
from app.models.organisations import TeamRead
from app.services import administration
from app.services.administration_reads import (
    Colleague,
    OpenLink,
    find_colleague,
    open_link,
    read_colleague,
)
from app.services.links import is_demonstration
from app.services.logins import refuse_unconfirmed, sessions_of
from app.services.organisations import list_teams
from app.services.work import Work
from app.web.administration_forms import (
    MISTAKES,
    ChoiceInput,
    LoginInput,
    RoleInput,
    check_team,
    errors_of,
    read_form,
    status_of,
)
from app.web.pages import Pages
from app.web.routes.administration import Looks, Manages, keep_without_the_link, link_page
from app.web.visits import Visit, form

pages = Pages()
router = pages.router

Grants = Annotated[Visit, form(Permission.GRANT_FACTOR_RESET)]


class _Shown:
    """What the page of a colleague shows; kept outside the transaction, for when a form is wrong."""

    def __init__(self, work: Work, user_id: UUID) -> None:
        self.colleague: Colleague = find_colleague(work, user_id)
        self.link: OpenLink | None = open_link(work, user_id)
        self.teams: Sequence[TeamRead] = list_teams(work)
        self.sessions = len(sessions_of(work.session, user_id, work.now))
        self.is_self = work.actor.user_id == user_id
        self.may_grant = self.colleague.reset_can_be_granted_by(work.actor.user_id)
        roles = [held.role for held in self.colleague.roles]
        self.lacks_factor = (
            self.colleague.state is AccountState.ACTIVE
            and not self.colleague.has_factor
            and needs_factor(roles, demonstration=is_demonstration(work.session))
        )


def _page(visit: Visit, shown: _Shown, error: DomainError | None = None, of: type = RoleInput) -> Response:
    return visit.page(
        "account_of.html",
        status=status_of(error) if error else HTTPStatus.OK,
        errors=errors_of(error, of, visit.language) if error else {},
        shown=shown,
        one=shown.colleague,
        typed=visit.typed,
        sentences=ROLE_SENTENCES,
        done=visit.request.query_params.get("done", ""),
    )


@pages.get("account_of")
@pages.get("account_link")
@pages.get("account_roles")
def show_colleague(visit: Looks, id: UUID) -> Response:
    """Show one colleague: how they stand, and what can be done.

    Also where a form can come back filled in, as from there the way to the other language is a link.
    """
    with visit.look(Permission.READ_ACCOUNTS) as work:
        read_colleague(work, id)
        shown = _Shown(work, id)
    return _page(visit, shown)


@pages.post("account_link")
def make_link(visit: Manages, id: UUID) -> Response:
    """Make a link and show it, this once. Who never had an account here gets one first."""
    if visit.typed.resumes:
        return show_colleague(visit, id)
    shown = None
    try:
        with visit.transaction() as work:
            refuse_unconfirmed(work)
            shown = _Shown(work, id)
            if shown.colleague.state is AccountState.NONE:
                login = read_form(LoginInput, visit.typed).login
                made = administration.give_account(work, id, login)
            else:
                made = administration.make_new_link(work, id)
            keep_without_the_link(visit, work, made)
    except MISTAKES as error:
        return _again(visit, shown, error, LoginInput)
    return link_page(visit, made, shown.colleague.name)


def _again(visit: Visit, shown: _Shown | None, error: DomainError, of: type) -> Response:
    """Show the page with what is wrong; when nothing could be shown, that is what is wrong."""
    if shown is None:
        raise error
    return _page(visit, shown, error, of)


@pages.post("account_block")
def block(visit: Manages, id: UUID) -> Response:
    """Block somebody, or let them in again."""
    return _do(visit, id, {"block": administration.block, "unblock": administration.unblock})


def _do(visit: Visit, user_id: UUID, deeds: Mapping[str, Callable[[Work, UUID], None]]) -> Response:
    """Do to a colleague what the button says. Raises `InvalidInput` for what none of them says."""
    if visit.typed.resumes:
        return visit.go("account_of", id=user_id)
    with visit.transaction() as work:
        refuse_unconfirmed(work)
        chosen = visit.typed.get("do", "")
        if chosen not in deeds:
            raise InvalidInput
        deeds[chosen](work, user_id)
        return visit.done(work, "account_of", query={"done": chosen}, id=user_id)


@pages.post("account_sessions")
def sign_out(visit: Manages, id: UUID) -> Response:
    """End all sessions of somebody."""
    if visit.typed.resumes:
        return visit.go("account_of", id=id)
    with visit.transaction() as work:
        administration.sign_out_everywhere(work, id)
        return visit.done(work, "account_of", query={"done": "sessions"}, id=id)


@pages.post("account_roles")
def change_roles(visit: Manages, id: UUID) -> Response:
    """Give somebody a role, or take one away."""
    if visit.typed.resumes:
        return show_colleague(visit, id)
    shown = None
    try:
        with visit.transaction() as work:
            refuse_unconfirmed(work)
            shown = _Shown(work, id)
            match visit.typed.get("do"):
                case "add":
                    typed = read_form(RoleInput, visit.typed)
                    check_team(typed.role, typed.team, {team.id for team in shown.teams})
                    administration.add_role(work, id, typed.role, typed.team)
                case "remove":
                    administration.remove_role(work, id, read_form(ChoiceInput, visit.typed).id)
                case _:
                    raise InvalidInput
            return visit.done(work, "account_of", query={"done": "roles"}, id=id)
    except MISTAKES as error:
        return _again(visit, shown, error, RoleInput)


# ---------------------------------------------------------------- a new second step, by two people


@pages.post("account_reset")
def ask_reset(visit: Manages, id: UUID) -> Response:
    """Ask for a new second step of a colleague, or take that back."""
    return _do(visit, id, {"ask": administration.ask_reset, "withdraw": administration.withdraw_reset})


@pages.post("account_grant")
def answer_reset(visit: Grants, id: UUID) -> Response:
    """Allow a new second step that somebody else asked for, or do not."""
    return _do(visit, id, {"grant": administration.grant_reset, "refuse": administration.withdraw_reset})
