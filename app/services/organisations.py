"""Organisations and the people in them: who the colleagues are, and making tokens for them."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.domain.errors import DomainError
from app.domain.roles import Role
from app.domain.texts import Text
from app.models.base import Named
from app.models.organisations import (
    ApiToken,
    Membership,
    Organisation,
    Team,
    TeamRead,
    User,
    UserKind,
    UserRead,
)
from app.security import new_token, token_hash
from app.services.visibility import points_at
from app.services.work import Work

LONGEST_TOKEN_DAYS = 366


class NoSuchName(DomainError):
    """The command line named something that is not there."""

    code = "no-such-name"
    title = Text(nl="Deze naam is er niet", en="There is no such name")

    @classmethod
    def of(cls, kind: Text, name: str) -> "NoSuchName":
        """Say what was looked for. For the command line only: it repeats the name."""
        return cls(Text(nl=f"Er is geen {kind.nl} '{name}'.", en=f"There is no {kind.en} '{name}'."))


class NameIsTaken(DomainError):
    """The command line named something that is there already."""

    code = "name-is-taken"
    title = Text(nl="Deze naam is er al", en="This name is taken")
    detail = Text(
        nl="Er is er al een met deze naam. Er is niets veranderd.",
        en="There is one of this name already. Nothing was changed.",
    )


class OneOrganisationOnly(DomainError):
    """An embedded database was to hold the clients of a second organisation."""

    code = "one-organisation-only"
    title = Text(nl="Hier past één organisatie", en="There is room for one organisation")
    detail = Text(
        nl="De ingebouwde database houdt de cliënten van één organisatie, en die is er al. Neem PostgreSQL "
        "voor meer organisaties, of een eigen datamap voor elk. Er is niets veranderd.",
        en="The embedded database holds the clients of one organisation, and it has one. Use PostgreSQL "
        "for several, or a data folder for each. Nothing was changed.",
    )


def list_users(work: Work) -> list[UserRead]:
    """Return the colleagues of the actor, by name, with their roles and teams."""
    roles: defaultdict[UUID, set[Role]] = defaultdict(set)
    teams: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    memberships = work.session.exec(
        select(Membership, Team.name).outerjoin(Team, points_at(Membership, Membership.team_id, Team))
    )
    for membership, team in memberships:
        roles[membership.user_id].add(membership.role)
        if membership.team_id:
            teams[membership.user_id][membership.team_id] = team
    return [
        UserRead(
            id=user.id,
            name=user.name,
            kind=user.kind,
            roles=[role for role in Role if role in roles[user.id]],
            teams=[
                Named(id=id_, name=name)
                for id_, name in sorted(teams[user.id].items(), key=lambda team: team[1])
            ],
        )
        for user in work.session.exec(select(User).order_by(col(User.name)))
    ]


def list_teams(work: Work) -> list[TeamRead]:
    """Return the teams of the organisation, by name."""
    teams = work.session.exec(select(Team).order_by(col(Team.name)))
    return [TeamRead(id=team.id, name=team.name) for team in teams]


# ---------------------------------------------------------------- for the command line


def organisation_ids(session: Session) -> list[UUID]:
    """Return the ids of all organisations."""
    return [*session.exec(select(Organisation.id))]


def organisations_with_clients(session: Session) -> dict[str, str]:
    """Return the names of all organisations that are no demonstration, by slug."""
    found = session.exec(
        select(Organisation.slug, Organisation.name)
        .where(col(Organisation.demonstration).is_(False))
        .order_by(col(Organisation.name))
    )
    return dict(found.all())


def find_organisation(session: Session, slug: str) -> Organisation:
    """Return an organisation by its slug. Raises `NoSuchName`."""
    organisation = session.exec(select(Organisation).where(col(Organisation.slug) == slug)).first()
    if organisation is None:
        raise NoSuchName.of(Text(nl="organisatie", en="organisation"), slug)
    return organisation


def create_organisation(
    session: Session, slug: str, name: str, now: datetime, *, demonstration: bool = False
) -> Organisation:
    """Make an organisation. Raises `NameIsTaken` when there is one with this slug.

    Raises `OneOrganisationOnly` for a second one with clients in an embedded database: that has no
    row level security to keep them apart.
    """
    if session.exec(select(Organisation).where(col(Organisation.slug) == slug)).first():
        raise NameIsTaken
    is_embedded = session.connection().dialect.name == "sqlite"
    if is_embedded and not demonstration:
        with_clients = select(Organisation.id).where(col(Organisation.demonstration).is_(False))
        if session.exec(with_clients).first():
            raise OneOrganisationOnly
    organisation = Organisation(slug=slug, name=name, demonstration=demonstration, created_at=now)
    session.add(organisation)
    session.flush()
    return organisation


def create_team(session: Session, organisation_id: UUID, name: str) -> Team:
    """Make a team. Raises `NameIsTaken` when there is one with this name."""
    if session.exec(select(Team).where(col(Team.name) == name)).first():
        raise NameIsTaken
    team = Team(organisation_id=organisation_id, name=name)
    session.add(team)
    session.flush()
    return team


@dataclass(frozen=True, slots=True)
class Account:
    """A user to add: the name, whether a person or a machine, a role, and the team it holds in."""

    name: str
    kind: UserKind
    role: Role
    team_id: UUID | None


def add_user(session: Session, organisation_id: UUID, account: Account, now: datetime) -> User:
    """Add a user with one role, or give one that is there already this role as well.

    Raises `NameIsTaken` where a person has the name of a machine, or a machine that of a person: a
    token for a machine must never act as a person.
    """
    user = session.exec(select(User).where(col(User.name) == account.name)).first()
    if user is None:
        user = User(organisation_id=organisation_id, name=account.name, kind=account.kind, created_at=now)
        session.add(user)
        session.flush()
    elif user.kind is not account.kind:
        raise NameIsTaken
    held = session.exec(
        select(Membership.team_id).where(
            col(Membership.user_id) == user.id, col(Membership.role) == account.role
        )
    ).all()
    if account.team_id not in held:
        session.add(
            Membership(
                organisation_id=organisation_id,
                user_id=user.id,
                role=account.role,
                team_id=account.team_id,
            )
        )
        session.flush()
    return user


@dataclass(frozen=True, slots=True)
class TokenOrder:
    """A token to make: for a person by name, or for a machine that is named like the token."""

    name: str
    role: Role
    days: int
    team: str | None = None
    user: str | None = None


def create_token(session: Session, organisation: Organisation, order: TokenOrder, now: datetime) -> str:
    """Make a token and return it; only its hash is stored, so this is the one time it is seen.

    Without a user it belongs to a machine of the token's name, which is made when it is not there.
    Raises `NoSuchName` for an unknown team or a user who does not hold the role, and `NameIsTaken`
    where a person has the name of the machine.
    """
    team_id = _team_id(session, order.team)
    if order.user is None:
        account = Account(order.name, UserKind.MACHINE, order.role, team_id)
        user = add_user(session, organisation.id, account, now)
    else:
        user = _user_with_role(session, order.user, order.role)
    token = new_token()
    session.add(
        ApiToken(
            organisation_id=organisation.id,
            user_id=user.id,
            role=order.role,
            team_id=team_id,
            name=order.name,
            token_hash=token_hash(token),
            created_at=now,
            expires_at=now + timedelta(days=order.days),
        )
    )
    session.flush()
    return token


def token_id(session: Session, token: str) -> UUID:
    """Return the id of a token, for the access log."""
    return session.exec(select(ApiToken.id).where(col(ApiToken.token_hash) == token_hash(token))).one()


def _team_id(session: Session, name: str | None) -> UUID | None:
    if name is None:
        return None
    team_id = session.exec(select(Team.id).where(col(Team.name) == name)).first()
    if team_id is None:
        raise NoSuchName.of(Text(nl="team", en="team"), name)
    return team_id


def _user_with_role(session: Session, name: str, role: Role) -> User:
    user = session.exec(
        select(User)
        .join(Membership, points_at(Membership, Membership.user_id, User))
        .where(col(User.name) == name, col(Membership.role) == role)
    ).first()
    if user is None:
        raise NoSuchName.of(Text(nl=f"gebruiker met de rol {role}", en=f"user with the role {role}"), name)
    return user


def revoke_tokens(session: Session, name: str, now: datetime) -> int:
    """Revoke all tokens of this name that still work, from this moment on; return how many."""
    tokens = session.exec(
        select(ApiToken).where(
            col(ApiToken.name) == name,
            col(ApiToken.revoked_at).is_(None),
            col(ApiToken.expires_at) > now,
        )
    ).all()
    for token in tokens:
        token.revoked_at = now
    session.flush()
    return len(tokens)
