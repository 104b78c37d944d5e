"""Links that work once: how one is made, found by who presents it, and used."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from sqlmodel import Session, col

from app.domain.roles import Role
from app.domain.signing_in import LinkDoesNotWork, LinkState, state_of
from app.models.base import table_of, uuid7
from app.models.logins import LinkKind, SetupLink, SignInLink
from app.models.organisations import Organisation
from app.security import LINK, SETUP, new_token, token_hash
from app.services.work import organisation_of

LIFETIMES = {
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.RESET: timedelta(minutes=60),
    LinkKind.DEMONSTRATION: timedelta(days=1),
}
SETUP_LIFETIME = timedelta(minutes=60)

_LINK, _SETUP = table_of(SignInLink), table_of(SetupLink)


def make_link(session: Session, user_id: UUID, kind: LinkKind, now: datetime, created_by: UUID | None) -> str:
    """Make a link for a user and return its token, this once; earlier ones of the same user stop working.

    `created_by` is `None` on the command line. The address is the place `welcome` with this token.
    """
    return _make(
        session,
        SignInLink(
            organisation_id=organisation_of(session),
            user_id=user_id,
            kind=kind,
            created_at=now,
            created_by_id=created_by,
            token_hash="",
            expires_at=now + LIFETIMES[kind],
        ),
    )


def make_demonstration_link(session: Session, user_id: UUID, role: Role, now: datetime) -> str:
    """Make a link that signs in at once, without a password, in a role of the demonstration.

    Raises `ValueError` in any other organisation.
    """
    if not is_demonstration(session):
        raise ValueError("a link into the demonstration, for an organisation that is none")
    return _make(
        session,
        SignInLink(
            organisation_id=organisation_of(session),
            user_id=user_id,
            kind=LinkKind.DEMONSTRATION,
            role=role,
            created_at=now,
            token_hash="",
            expires_at=now + LIFETIMES[LinkKind.DEMONSTRATION],
        ),
    )


def _make(session: Session, link: SignInLink) -> str:
    drop_links(session, link.user_id, link.created_at)
    token = new_token(LINK)
    session.connection().execute(insert(_LINK), {**link.model_dump(), "token_hash": token_hash(token)})
    return token


def drop_links(session: Session, user_id: UUID, now: datetime) -> None:
    """Let the links of a user that still work stop working, as when an account is blocked."""
    session.connection().execute(
        update(_LINK)
        .where(
            _LINK.c.organisation_id == organisation_of(session),
            _LINK.c.user_id == user_id,
            _LINK.c.used_at.is_(None),
            _LINK.c.expires_at > now,
        )
        .values(expires_at=now)
    )


def is_demonstration(session: Session) -> bool:
    """Tell whether the organisation of a session is a demonstration."""
    found = session.connection().execute(
        select(col(Organisation.demonstration)).where(col(Organisation.id) == organisation_of(session))
    )
    return bool(found.scalar_one())


def find_link(connection: Connection, hashed: str, now: datetime) -> SignInLink:
    """Return the link behind a token, which was presented. Raises `LinkDoesNotWork`."""
    row = connection.execute(select(_LINK).where(_LINK.c.token_hash == hashed)).first()
    if row is None:
        raise LinkDoesNotWork
    link = SignInLink(**row._mapping)  # noqa: SLF001 - the public name of it
    if state_of(link.used_at, link.expires_at, now) is not LinkState.WORKS:
        raise LinkDoesNotWork
    return link


def use_link(session: Session, link: SignInLink, now: datetime) -> None:
    """Use a link. Raises `LinkDoesNotWork` when somebody else just did: it works for one of them."""
    used = session.connection().execute(
        update(_LINK)
        .where(
            _LINK.c.organisation_id == organisation_of(session),
            _LINK.c.id == link.id,
            _LINK.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        raise LinkDoesNotWork


# ---------------------------------------------------------------- the first administrator


def make_setup_link(connection: Connection, now: datetime) -> str:
    """Make the link for the first administrator, and return its token; earlier ones stop working."""
    connection.execute(
        update(_SETUP).where(_SETUP.c.used_at.is_(None), _SETUP.c.expires_at > now).values(expires_at=now)
    )
    token = new_token(SETUP)
    connection.execute(
        insert(_SETUP),
        {
            "id": uuid7(),
            "token_hash": token_hash(token),
            "created_at": now,
            "expires_at": now + SETUP_LIFETIME,
        },
    )
    return token


def check_setup_link(connection: Connection, hashed: str, now: datetime) -> UUID:
    """Return the id of the setup link behind a token. Raises `LinkDoesNotWork`."""
    row = connection.execute(select(_SETUP).where(_SETUP.c.token_hash == hashed)).first()
    if row is None or state_of(row.used_at, row.expires_at, now) is not LinkState.WORKS:
        raise LinkDoesNotWork
    found: UUID = row.id
    return found


def use_setup_link(connection: Connection, hashed: str, now: datetime) -> None:
    """Use a setup link. Raises `LinkDoesNotWork`, also when somebody else just did."""
    link_id = check_setup_link(connection, hashed, now)
    used = connection.execute(
        update(_SETUP).where(_SETUP.c.id == link_id, _SETUP.c.used_at.is_(None)).values(used_at=now)
    )
    if used.rowcount != 1:
        raise LinkDoesNotWork
