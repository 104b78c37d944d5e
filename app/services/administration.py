"""Look after accounts: invite, block, give and take roles, and help with a lost password or phone.

Each of these ends the sessions of whom it is about, so that it holds from the next request on.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.domain.administration import (
    TWO_FOR_A_RESET,
    AccountState,
    HasThisRole,
    NotInThisState,
    NotOnYourself,
    may_grant_reset,
)
from app.domain.errors import NotAuthenticated, NotFound, TwoPeopleNeeded
from app.domain.roles import Role
from app.models.base import table_of, uuid7
from app.models.logins import LinkKind, LocalAccount
from app.models.organisations import ApiToken, Membership, Organisation, Team, User, UserKind
from app.services.accounts import change_account, create_account, reset_factor, roles_of
from app.services.administration_reads import Colleague, find_human_colleague
from app.services.links import drop_links, make_link
from app.services.logins import end_sessions, is_blocked
from app.services.organisations import NameIsTaken, create_team
from app.services.work import Work, organisation_of

_USER, _MEMBERSHIP, _TEAM = table_of(User), table_of(Membership), table_of(Team)
_ACCOUNT, _TOKEN = table_of(LocalAccount), table_of(ApiToken)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody to invite. `login` comes from `login_of()`; the role goes with the team, or with none."""

    name: str
    login: str
    role: Role
    team_id: UUID | None


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link that was made just now, and for whom. The token is nowhere else, and is shown once."""

    user_id: UUID
    kind: LinkKind
    token: str


# ---------------------------------------------------------------- coming in


def invite(work: Work, invitation: Invitation) -> MadeLink:
    """Make a user with one role and an account, and a link to come in with.

    Raises `NameIsTaken`, `LoginIsTaken`, and `NotFound` for an unknown team.
    """
    _refuse_unknown_team(work, invitation.team_id)
    user_id = uuid7()
    work.trail.about("account", user_id)
    user = {
        "organisation_id": work.actor.organisation_id,
        "id": user_id,
        "name": invitation.name,
        "kind": UserKind.PERSON,
        "created_at": work.now,
    }
    try:
        work.session.connection().execute(insert(_USER), user)
    except IntegrityError as error:
        raise NameIsTaken from error
    _insert_role(work.session, user_id, invitation.role, invitation.team_id)
    return _invite(work, user_id, invitation.login)


def give_account(work: Work, user_id: UUID, login: str) -> MadeLink:
    """Give somebody who is here already an account, and a link to come in with.

    Raises `NotFound`, `NotInThisState` when they have one, and `LoginIsTaken`.
    """
    work.trail.about("account", user_id)
    if find_human_colleague(work, user_id).state is not AccountState.NONE:
        raise NotInThisState
    return _invite(work, user_id, login)


def _invite(work: Work, user_id: UUID, login: str) -> MadeLink:
    create_account(work.session, user_id, login, work.now)
    return _link(work, user_id, LinkKind.INVITATION)


def make_new_link(work: Work, user_id: UUID) -> MadeLink:
    """Make another link: an invitation for who never came in, else one to choose a new password.

    Raises `NotFound`, and `NotInThisState` for who has no account or is blocked.
    """
    work.trail.about("account_link", user_id)
    kinds = {AccountState.INVITED: LinkKind.INVITATION, AccountState.ACTIVE: LinkKind.RESET}
    kind = kinds.get(find_human_colleague(work, user_id).state)
    if kind is None:
        raise NotInThisState
    return _link(work, user_id, kind)


def _link(work: Work, user_id: UUID, kind: LinkKind) -> MadeLink:
    return MadeLink(user_id, kind, make_link(work.session, user_id, kind, work.now, work.actor.user_id))


# ---------------------------------------------------------------- keeping out


def block(work: Work, user_id: UUID) -> None:
    """Keep somebody out: sessions and links end, tokens are revoked, what was asked for them lapses.

    Raises `NotFound`, `NotOnYourself`, and `NotInThisState` for who has no account or is blocked.
    """
    work.trail.about("account_block", user_id)
    _stay_administrator(work)
    if find_human_colleague(work, user_id).state not in (AccountState.INVITED, AccountState.ACTIVE):
        raise NotInThisState
    if user_id == work.actor.user_id:
        raise NotOnYourself
    change_account(work.session, user_id, blocked_at=work.now, factor_reset_asked_by_id=None)
    end_sessions(work.session, user_id, work.now)
    drop_links(work.session, user_id, work.now)
    work.session.connection().execute(
        update(_TOKEN)
        .where(
            _TOKEN.c.organisation_id == work.actor.organisation_id,
            _TOKEN.c.user_id == user_id,
            _TOKEN.c.revoked_at.is_(None),
        )
        .values(revoked_at=work.now)
    )


def unblock(work: Work, user_id: UUID) -> None:
    """Let somebody in again, with the password and second step they had.

    Raises `NotFound`, and `NotInThisState` for who is not blocked.
    """
    work.trail.about("account_block", user_id)
    if find_human_colleague(work, user_id).state is not AccountState.BLOCKED:
        raise NotInThisState
    change_account(work.session, user_id, blocked_at=None)


def sign_out_everywhere(work: Work, user_id: UUID) -> None:
    """End all sessions of a colleague. Raises `NotFound`."""
    work.trail.about("account_sessions", user_id)
    find_human_colleague(work, user_id)
    end_sessions(work.session, user_id, work.now)


# ---------------------------------------------------------------- roles


def add_role(work: Work, user_id: UUID, role: Role, team_id: UUID | None) -> None:
    """Give somebody a role, in one team or in none.

    Raises `HasThisRole`, and `NotFound` for an unknown user or team.
    """
    work.trail.about("account_roles", user_id)
    _refuse_unknown_team(work, team_id)
    # One change of roles at a time: where a role has no team, the database keeps nobody from having it twice.
    _stay_administrator(work)
    held = find_human_colleague(work, user_id).roles
    if any((one.role, one.team and one.team.id) == (role, team_id) for one in held):
        raise HasThisRole
    _insert_role(work.session, user_id, role, team_id)
    end_sessions(work.session, user_id, work.now)


def remove_role(work: Work, user_id: UUID, membership_id: UUID) -> None:
    """Take a role from somebody. Tokens for it stop working with it.

    Raises `NotFound`, and `NotOnYourself` for the role the actor does this by. Whoever does this stays
    an administrator, so that there always is one.
    """
    work.trail.about("account_roles", user_id)
    _stay_administrator(work)
    held = {one.id: one.role for one in find_human_colleague(work, user_id).roles}
    if membership_id not in held:
        raise NotFound
    if user_id == work.actor.user_id and held[membership_id] is Role.ADMIN:
        raise NotOnYourself
    work.session.connection().execute(
        delete(_MEMBERSHIP).where(
            _MEMBERSHIP.c.organisation_id == work.actor.organisation_id, _MEMBERSHIP.c.id == membership_id
        )
    )
    end_sessions(work.session, user_id, work.now)


def _insert_role(session: Session, user_id: UUID, role: Role, team_id: UUID | None) -> None:
    held = {
        "organisation_id": organisation_of(session),
        "id": uuid7(),
        "user_id": user_id,
        "role": role,
        "team_id": team_id,
    }
    session.connection().execute(insert(_MEMBERSHIP), held)


def _stay_administrator(work: Work) -> None:
    """Let one at a time change who may come in, and only who still is an administrator by then.

    Two administrators who take the role from each other at once would both succeed otherwise, and
    nobody would be left. Raises `NotAuthenticated`.
    """
    own = work.actor.organisation_id
    lock = select(col(Organisation.id)).where(col(Organisation.id) == own).with_for_update(key_share=True)
    work.session.connection().execute(lock)
    is_administrator = Role.ADMIN in roles_of(work.session, work.actor.user_id)
    if not is_administrator or is_blocked(work.session, work.actor.user_id):
        raise NotAuthenticated


# ---------------------------------------------------------------- a lost phone


def ask_reset(work: Work, user_id: UUID) -> None:
    """Ask for a new second step for somebody who lost theirs. It changes nothing until it is granted.

    Raises `NotFound`, `TwoPeopleNeeded`, and `NotInThisState` when there is none or it was asked before.
    """
    work.trail.about("account_reset", user_id)
    found = _locked(work, user_id)
    if user_id == work.actor.user_id:
        raise TwoPeopleNeeded(TWO_FOR_A_RESET)
    if not found.has_factor or found.state is not AccountState.ACTIVE or found.reset_asked_by:
        raise NotInThisState
    change_account(work.session, user_id, factor_reset_asked_by_id=work.actor.user_id)


def withdraw_reset(work: Work, user_id: UUID) -> None:
    """Take back what was asked, or refuse it. Raises `NotFound`, and `NotInThisState` when nothing was."""
    work.trail.about("account_reset", user_id)
    if _locked(work, user_id).reset_asked_by is None:
        raise NotInThisState
    change_account(work.session, user_id, factor_reset_asked_by_id=None)


def grant_reset(work: Work, user_id: UUID) -> None:
    """Allow a new second step: the old one and its codes are forgotten, sessions and links end.

    Raises `NotFound`, `NotInThisState` when nobody asked, and `TwoPeopleNeeded` for who asked or whom
    it is about.
    """
    work.trail.about("account_reset", user_id)
    asked_by = _locked(work, user_id).reset_asked_by
    if asked_by is None:
        raise NotInThisState
    if not may_grant_reset(work.actor.user_id, user_id, asked_by.id):
        raise TwoPeopleNeeded(TWO_FOR_A_RESET)
    reset_factor(work.session, user_id)
    end_sessions(work.session, user_id, work.now)
    drop_links(work.session, user_id, work.now)


def _locked(work: Work, user_id: UUID) -> Colleague:
    """Return a colleague whose account nobody else changes until the end. Raises `NotFound`."""
    lock = select(_ACCOUNT.c.id).where(
        _ACCOUNT.c.organisation_id == work.actor.organisation_id, _ACCOUNT.c.user_id == user_id
    )
    work.session.connection().execute(lock.with_for_update())
    return find_human_colleague(work, user_id)


# ---------------------------------------------------------------- teams


def add_team(work: Work, name: str) -> None:
    """Make a team. Raises `NameIsTaken`."""
    try:
        team = create_team(work.session, work.actor.organisation_id, name)
    except IntegrityError as error:
        raise NameIsTaken from error
    work.trail.about("team", team.id)


def rename_team(work: Work, team_id: UUID, name: str) -> None:
    """Give a team another name. Raises `NotFound` and `NameIsTaken`."""
    work.trail.about("team", team_id)
    own = (_TEAM.c.organisation_id == work.actor.organisation_id, _TEAM.c.id == team_id)
    try:
        changed = work.session.connection().execute(update(_TEAM).where(*own).values(name=name))
    except IntegrityError as error:
        raise NameIsTaken from error
    if changed.rowcount != 1:
        raise NotFound


def _refuse_unknown_team(work: Work, team_id: UUID | None) -> None:
    if team_id is None:
        return
    own = (_TEAM.c.organisation_id == work.actor.organisation_id, _TEAM.c.id == team_id)
    if work.session.connection().execute(select(_TEAM.c.id).where(*own)).first() is None:
        raise NotFound
