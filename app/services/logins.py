"""Login sessions: who is behind a cookie, and how one begins, is confirmed and ends."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from sqlmodel import Session, col

from app.domain.errors import ConfirmationNeeded, NotAuthenticated
from app.domain.roles import Role
from app.models.base import table_of, uuid7
from app.models.logins import LocalAccount, LoginLevel, LoginSession
from app.models.organisations import Membership, Organisation, User
from app.security import token_hash
from app.services.actors import Found
from app.services.work import Actor, Work, organisation_of

IDLE = timedelta(minutes=20)
ABSOLUTE = timedelta(hours=10)
CONFIRMED_FOR = timedelta(minutes=10)
_SEEN_EVERY = timedelta(minutes=1)
APPLICATION = "pages"

_SESSION = table_of(LoginSession)
_COOKIE = re.compile("[A-Za-z0-9_-]{43}")


def is_cookie(value: str) -> bool:
    """Tell whether this can be one of our cookies, from its form alone."""
    return _COOKIE.fullmatch(value) is not None


def new_cookie() -> str:
    """Make the value of a cookie: 256 random bits. Only its hash is stored."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Beginning:
    """A session to begin: whose, in which role, how far they are, and from where."""

    user_id: UUID
    role: Role
    level: LoginLevel = LoginLevel.FULL
    network: str | None = None
    browser: str | None = None
    id: UUID = field(default_factory=uuid7)


def start_session(session: Session, beginning: Beginning, now: datetime) -> str:
    """Begin a session and return its cookie, this once."""
    cookie = new_cookie()
    # Who holds a link has not said who they are: they choose a password first.
    by_link_alone = beginning.level is LoginLevel.ENROLLING
    session.connection().execute(
        insert(_SESSION),
        {
            "organisation_id": organisation_of(session),
            "id": beginning.id,
            "user_id": beginning.user_id,
            "role": beginning.role,
            "cookie_hash": token_hash(cookie),
            "level": beginning.level,
            "created_at": now,
            "last_seen_at": now,
            "confirmed_at": now - CONFIRMED_FOR if by_link_alone else now,
            "network": beginning.network,
            "browser": beginning.browser,
        },
    )
    return cookie


def find_session(connection: Connection, cookie_hash: str, now: datetime) -> tuple[LoginSession, str | None]:
    """Return the session behind a cookie, and why it does not work any more; `None`: it works.

    Needs the hash presented, and no organisation bound. Raises `NotAuthenticated` when there is none.
    """
    row = connection.execute(select(_SESSION).where(_SESSION.c.cookie_hash == cookie_hash)).first()
    if row is None:
        raise NotAuthenticated
    found = LoginSession(**row._mapping)  # noqa: SLF001 - the public name of it
    if found.ended_at is not None:
        return found, "session_ended"
    if found.last_seen_at + IDLE <= now or found.created_at + ABSOLUTE <= now:
        return found, "session_expired"
    return found, None


def find_visitor(
    session: Session, login: LoginSession, refusal: str | None, now: datetime, *, touch: bool = True
) -> Found:
    """Return who signed in, in the role of the session; with `touch` remember that they were seen.

    `session` is bound to the organisation of the login. Raises `NotAuthenticated` when the role was
    taken away or the account is blocked.
    """
    connection = session.connection()
    rows = connection.execute(
        select(col(User.name), col(User.kind), col(Membership.team_id), col(LocalAccount.blocked_at))
        .join(
            Membership,
            (col(Membership.organisation_id) == col(User.organisation_id))
            & (col(Membership.user_id) == col(User.id)),
        )
        # In a demonstration nobody has an account.
        .outerjoin(
            LocalAccount,
            (col(LocalAccount.organisation_id) == col(User.organisation_id))
            & (col(LocalAccount.user_id) == col(User.id)),
        )
        .where(
            col(User.organisation_id) == login.organisation_id,
            col(User.id) == login.user_id,
            col(Membership.role) == login.role,
        )
        .order_by(col(Membership.id))
    ).all()
    if not rows or rows[0].blocked_at is not None:
        raise NotAuthenticated
    teams = tuple(row.team_id for row in rows if row.team_id is not None)
    actor = Actor(login.organisation_id, login.user_id, rows[0].name, login.role, teams, rows[0].kind)
    if refusal is None and login.level is not LoginLevel.FULL:
        refusal = "not_signed_in_fully"
    if touch and refusal is None and login.last_seen_at + _SEEN_EVERY <= now:
        connection.execute(
            update(_SESSION)
            .where(_SESSION.c.organisation_id == login.organisation_id, _SESSION.c.id == login.id)
            .values(last_seen_at=now)
        )
    return Found(actor, login.id, APPLICATION, refusal)


def renew_session(
    session: Session,
    login: LoginSession,
    now: datetime,
    *,
    level: LoginLevel = LoginLevel.FULL,
    role: Role | None = None,
) -> str:
    """Give a session a new cookie at a rise of level or a change of role; the old one works no more.

    It stays the same session: its ten hours are not counted anew.
    """
    cookie = new_cookie()
    session.connection().execute(
        update(_SESSION)
        .where(_SESSION.c.organisation_id == login.organisation_id, _SESSION.c.id == login.id)
        .values(
            cookie_hash=token_hash(cookie),
            level=level,
            role=role or login.role,
            last_seen_at=now,
            confirmed_at=now if role is None else login.confirmed_at,
        )
    )
    return cookie


def confirm_session(session: Session, session_id: UUID, now: datetime) -> None:
    """Remember that somebody just said once more who they are."""
    session.connection().execute(
        update(_SESSION)
        .where(_SESSION.c.organisation_id == organisation_of(session), _SESSION.c.id == session_id)
        .values(confirmed_at=now)
    )


def sessions_of(session: Session, user_id: UUID, now: datetime) -> list[LoginSession]:
    """Return the sessions of a user that still work, the newest first."""
    rows = session.connection().execute(
        select(_SESSION)
        .where(
            _SESSION.c.organisation_id == organisation_of(session),
            _SESSION.c.user_id == user_id,
            _SESSION.c.level == LoginLevel.FULL,
            _SESSION.c.ended_at.is_(None),
            _SESSION.c.last_seen_at > now - IDLE,
            _SESSION.c.created_at > now - ABSOLUTE,
        )
        .order_by(_SESSION.c.created_at.desc(), _SESSION.c.id)
    )
    return [LoginSession(**row._mapping) for row in rows]  # noqa: SLF001 - the public name of it


def last_sign_in(session: Session, user_id: UUID, but: UUID) -> datetime | None:
    """Return when somebody last signed in, apart from one session."""
    found: datetime | None = (
        session.connection()
        .execute(
            select(_SESSION.c.created_at)
            .where(
                _SESSION.c.organisation_id == organisation_of(session),
                _SESSION.c.user_id == user_id,
                _SESSION.c.level == LoginLevel.FULL,
                _SESSION.c.id != but,
            )
            .order_by(_SESSION.c.created_at.desc())
            .limit(1)
        )
        .scalar()
    )
    return found


def is_blocked(session: Session, user_id: UUID) -> bool:
    """Tell whether an account may not sign in any more. A demonstration has users without an account."""
    blocked = select(col(LocalAccount.id)).where(
        col(LocalAccount.organisation_id) == organisation_of(session),
        col(LocalAccount.user_id) == user_id,
        col(LocalAccount.blocked_at).is_not(None),
    )
    return session.connection().execute(blocked).first() is not None


def end_sessions(session: Session, user_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """End all sessions of a user, but one: after a change of password, second factor or role."""
    session.connection().execute(
        update(_SESSION)
        .where(
            _SESSION.c.organisation_id == organisation_of(session),
            _SESSION.c.user_id == user_id,
            _SESSION.c.ended_at.is_(None),
            _SESSION.c.id != (but or UUID(int=0)),
        )
        .values(ended_at=now)
    )


def end_session(session: Session, session_id: UUID, now: datetime) -> None:
    """End one session, whose cookie stops working at once."""
    session.connection().execute(
        update(_SESSION)
        .where(
            _SESSION.c.organisation_id == organisation_of(session),
            _SESSION.c.id == session_id,
            _SESSION.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def refuse_unconfirmed(work: Work) -> None:
    """Let through who said who they are within ten minutes. Raises `ConfirmationNeeded`.

    In a demonstration there is nothing to confirm with, and nothing to protect.
    """
    rows = work.session.connection().execute(
        select(_SESSION.c.confirmed_at, col(Organisation.demonstration))
        .join(Organisation, col(Organisation.id) == _SESSION.c.organisation_id)
        .where(
            _SESSION.c.organisation_id == work.actor.organisation_id,
            _SESSION.c.id == work.trail.origin.token_id,
        )
    )
    confirmed_at, is_demonstration = rows.one()
    if not is_demonstration and confirmed_at + CONFIRMED_FOR <= work.now:
        raise ConfirmationNeeded
