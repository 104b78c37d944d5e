"""Accounts of people who sign in here, and what they may come in with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from app.domain.roles import Role
from app.domain.signing_in import LoginIsTaken
from app.models.base import table_of, uuid7
from app.models.logins import LocalAccount, RecoveryCode
from app.models.organisations import Membership
from app.services.work import organisation_of

_ACCOUNT, _CODE = table_of(LocalAccount), table_of(RecoveryCode)


def create_account(session: Session, user_id: UUID, login: str, now: datetime) -> UUID:
    """Give a user an account without a password: they come in by a link. Returns its id.

    `login` comes from `login_of()`. Raises `LoginIsTaken`, after which the transaction is of no use any more.
    """
    account_id = uuid7()
    account = {
        "organisation_id": organisation_of(session),
        "id": account_id,
        "user_id": user_id,
        "login": login,
        "created_at": now,
    }
    try:
        session.connection().execute(insert(_ACCOUNT), account)
    except IntegrityError as error:
        # Row level security hides the accounts of others, so only the database can tell.
        raise LoginIsTaken from error
    return account_id


def account_of(session: Session, user_id: UUID) -> LocalAccount | None:
    """Return the account of a user. In a demonstration nobody needs one."""
    found = session.connection().execute(
        select(_ACCOUNT).where(
            _ACCOUNT.c.organisation_id == organisation_of(session), _ACCOUNT.c.user_id == user_id
        )
    )
    row = found.first()
    return LocalAccount(**row._mapping) if row else None  # noqa: SLF001 - the public name of it


def roles_of(session: Session, user_id: UUID) -> dict[Role, tuple[UUID, ...]]:
    """Return the roles somebody holds, in their usual order, each with its teams."""
    found: dict[Role, tuple[UUID, ...]] = {}
    rows = session.connection().execute(
        select(col(Membership.role), col(Membership.team_id))
        .where(
            col(Membership.organisation_id) == organisation_of(session), col(Membership.user_id) == user_id
        )
        .order_by(col(Membership.id))
    )
    for role, team_id in rows:
        found[role] = (*found.get(role, ()), *(() if team_id is None else (team_id,)))
    return {role: found[role] for role in Role if role in found}


def set_password(session: Session, user_id: UUID, password_hash: str) -> None:
    """Store the hash of a new password. Whoever calls ends the other sessions."""
    change_account(session, user_id, password_hash=password_hash)


def set_factor(session: Session, user_id: UUID, secret: str, step: int) -> None:
    """Store the second step that was just tried with a code of `step`, which then works no more."""
    change_account(session, user_id, factor_secret=secret, factor_step=step, factor_reset_asked_by_id=None)


def reset_factor(session: Session, user_id: UUID) -> None:
    """Forget the second step and its recovery codes. Whoever calls ends the sessions and makes a link."""
    if account := account_of(session, user_id):
        change_account(session, user_id, factor_secret=None, factor_step=None, factor_reset_asked_by_id=None)
        forget_codes(session, account.id)


def forget_codes(session: Session, account_id: UUID) -> None:
    """Forget the recovery codes of an account."""
    session.connection().execute(
        delete(_CODE).where(
            _CODE.c.organisation_id == organisation_of(session), _CODE.c.account_id == account_id
        )
    )


def remember_sign_in(session: Session, user_id: UUID, now: datetime) -> None:
    """Remember when somebody last signed in."""
    change_account(session, user_id, signed_in_at=now)


def change_account(session: Session, user_id: UUID, **values: object) -> None:
    """Give columns of the account of a user another value."""
    session.connection().execute(
        update(_ACCOUNT)
        .where(_ACCOUNT.c.organisation_id == organisation_of(session), _ACCOUNT.c.user_id == user_id)
        .values(**values)
    )
