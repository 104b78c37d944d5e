"""Who is at the door: the account behind a name, the person behind it, and what is still to come."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select
from sqlmodel import Session, col
from sqlmodel import select as sqlmodel_select

from app.domain.errors import NotAuthenticated
from app.domain.passwords import fault_of
from app.domain.roles import Role
from app.domain.signing_in import needs_factor
from app.domain.texts import Text
from app.models.base import table_of
from app.models.logins import LocalAccount, LoginLevel, LoginSession
from app.models.organisations import Organisation, Team, User
from app.services.accounts import account_of, remember_sign_in, roles_of
from app.services.logins import last_sign_in, sessions_of
from app.services.second_factor import codes_left
from app.services.throttle import code_key, failures_since, password_key
from app.services.work import Actor, Work, organisation_of

_ACCOUNT, _SESSION = table_of(LocalAccount), table_of(LoginSession)


class Claim(NamedTuple):
    """The account that somebody says is theirs."""

    organisation_id: UUID
    user_id: UUID
    password_hash: str | None
    blocked_at: datetime | None

    @property
    def hash_to_try(self) -> str | None:
        """The hash that a password can be right for."""
        return None if self.blocked_at is not None else self.password_hash


def find_claim(connection: Connection, login: str) -> Claim | None:
    """Return the account of a login. Needs the login presented, and no organisation bound."""
    row = connection.execute(
        select(
            _ACCOUNT.c.organisation_id,
            _ACCOUNT.c.user_id,
            _ACCOUNT.c.password_hash,
            _ACCOUNT.c.blocked_at,
        ).where(_ACCOUNT.c.login == login)
    ).first()
    return Claim(*row) if row else None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the door: who they are, what they hold, and the account, when there is one."""

    actor: Actor
    roles: dict[Role, tuple[UUID, ...]]
    organisation: Organisation
    account: LocalAccount | None

    @property
    def is_blocked(self) -> bool:
        """Whether they may not come in any more."""
        return self.account is not None and self.account.blocked_at is not None

    @property
    def has_factor(self) -> bool:
        """Whether a second step is set up."""
        return self.account is not None and self.account.factor_secret is not None

    @property
    def needs_factor(self) -> bool:
        """Whether they may only come in with a second step."""
        return needs_factor(self.roles, demonstration=self.organisation.demonstration)

    def in_role(self, role: Role) -> Actor:
        """Return them as they act in one of their roles."""
        return replace(self.actor, role=role, team_ids=self.roles[role])

    def password_fault(self, password: str) -> Text | None:
        """Say what is wrong with a new password for them."""
        names = [self.actor.name, self.organisation.name]
        if self.account is not None:
            names.append(self.account.login)
        return fault_of(password, names)


def find_person(session: Session, user_id: UUID) -> Person | None:
    """Return a user as somebody who can come in, in the role they last worked in; without a role: `None`."""
    connection = session.connection()
    organisation_id = organisation_of(session)
    roles = roles_of(session, user_id)
    user = connection.execute(
        select(col(User.name), col(User.kind)).where(
            col(User.organisation_id) == organisation_id, col(User.id) == user_id
        )
    ).first()
    if not roles or user is None:
        return None
    organisation = connection.execute(
        select(table_of(Organisation)).where(col(Organisation.id) == organisation_id)
    ).one()
    role = _newest_role(session, user_id)
    role = role if role in roles else next(iter(roles))
    return Person(
        Actor(organisation_id, user_id, user.name, role, roles[role], user.kind),
        roles,
        Organisation(**organisation._mapping),  # noqa: SLF001 - the public name of it
        account_of(session, user_id),
    )


def _newest_role(session: Session, user_id: UUID) -> Role | None:
    found: Role | None = (
        session.connection()
        .execute(
            select(_SESSION.c.role)
            .where(
                _SESSION.c.organisation_id == organisation_of(session),
                _SESSION.c.user_id == user_id,
                _SESSION.c.level == LoginLevel.FULL,
            )
            .order_by(_SESSION.c.last_seen_at.desc())
            .limit(1)
        )
        .scalar()
    )
    return found


def next_level(person: Person, *, by_link: bool) -> LoginLevel | None:
    """Say how far somebody is whose password is right; `None`: they cannot come in without a link.

    A password alone never sets up a second step: whoever learned the password would set up their own.
    """
    if person.has_factor:
        return LoginLevel.PASSWORD
    if not person.needs_factor:
        return LoginLevel.FULL
    return LoginLevel.ENROLLING if by_link else None


@dataclass(frozen=True, slots=True)
class Arrival:
    """What somebody is told who is in: how often others failed with their name, and since when.

    `codes_left` is there when they came in by a recovery code.
    """

    failures: int = 0
    since: datetime | None = None
    codes_left: int | None = None


NOTHING_TO_TELL = Arrival()


def arrive(work: Work, person: Person, *, by_recovery_code: bool = False) -> Arrival:
    """Remember that somebody signed in, and say what happened since they last did."""
    if person.account is None:
        return NOTHING_TO_TELL
    keys = [password_key(person.account.login), code_key(person.actor.user_id)]
    since = person.account.signed_in_at
    failures = failures_since(work.session.connection(), keys, since)
    remember_sign_in(work.session, person.actor.user_id, work.now)
    left = codes_left(work.session, person.account.id) if by_recovery_code else None
    return Arrival(failures, since, left)


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """What somebody sees of their own account. `last` is when they signed in before this time."""

    person: Person
    teams: dict[Role, list[str]]
    codes_left: int
    sessions: list[LoginSession]
    last: datetime | None


def own_account(work: Work) -> OwnAccount:
    """Return the account of who is signed in."""
    person = find_person(work.session, work.actor.user_id)
    if person is None or work.trail.origin.token_id is None:
        raise NotAuthenticated
    names = {team.id: team.name for team in work.session.exec(sqlmodel_select(Team).order_by(col(Team.name)))}
    return OwnAccount(
        person,
        {
            role: [name for id_, name in names.items() if id_ in team_ids]
            for role, team_ids in person.roles.items()
        },
        codes_left(work.session, person.account.id) if person.account else 0,
        sessions_of(work.session, work.actor.user_id, work.now),
        last_sign_in(work.session, work.actor.user_id, work.trail.origin.token_id),
    )
