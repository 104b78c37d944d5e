"""How people sign in: accounts with a password, links that work once, and the sessions that follow."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.roles import Role
from app.domain.signing_in import LONGEST_LOGIN
from app.models.base import UtcDateTime, belongs_to, enum_column, uuid7


class LocalAccount(SQLModel, table=True):
    """The account of a person who signs in here. `login` is an e-mail address in lower case.

    Without `password_hash` its owner has not come in by an invitation yet. `factor_step` is the
    newest time step a code was used for, so that no code works twice. Who asked for a reset of the
    second factor stands here until somebody in another role grants it.
    """

    __tablename__ = "local_account"
    __table_args__ = (
        belongs_to("user", "user_id"),
        belongs_to("user", "factor_reset_asked_by_id"),
        UniqueConstraint("organisation_id", "user_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID
    login: str = Field(max_length=LONGEST_LOGIN, unique=True)
    password_hash: str | None = Field(default=None, max_length=200)
    factor_secret: str | None = Field(default=None, max_length=64)
    factor_step: int | None = Field(default=None, sa_type=BigInteger)
    factor_reset_asked_by_id: UUID | None = None
    blocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for the second factor, once. Only its hash is here."""

    __tablename__ = "recovery_code"
    __table_args__ = (belongs_to("local_account", "account_id"), Index(None, "organisation_id", "account_id"))

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: UUID
    code_hash: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class LoginLevel(StrEnum):
    """How far somebody is with signing in."""

    PASSWORD = "password"  # noqa: S105 - a degree
    """The password was right, the second factor is still to come."""
    ENROLLING = "enrolling"
    """Came by a link: a password and, where it is needed, a second factor have to be set first."""
    FULL = "full"
    """Signed in."""


class LoginSession(SQLModel, table=True):
    """One time that somebody signed in, in one role. Only the hash of the cookie is here.

    `confirmed_at` is when they last said who they are: by a password, a code, or choosing a password.
    Of who came by a link and has not chosen one yet it lies before `created_at`.
    """

    __tablename__ = "login_session"
    __table_args__ = (belongs_to("user", "user_id"), Index(None, "organisation_id", "user_id"))

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID
    role: Role = Field(sa_type=enum_column(Role))
    cookie_hash: str = Field(max_length=64, unique=True)
    level: LoginLevel = Field(sa_type=enum_column(LoginLevel))
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    network: str | None = Field(default=None, max_length=45)
    browser: str | None = Field(default=None, max_length=40)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def is_by_link_alone(self) -> bool:
        """Whether nobody has said who they are yet: they hold a link, and still have to choose a password."""
        return self.confirmed_at < self.created_at


class LinkKind(StrEnum):
    """What a link lets its reader do, once."""

    INVITATION = "invitation"
    RESET = "reset"
    DEMONSTRATION = "demonstration"


class SignInLink(SQLModel, table=True):
    """A link that works once, for one person; `role` is the one a demonstration starts in."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        belongs_to("user", "user_id"),
        belongs_to("user", "created_by_id"),
        Index(None, "organisation_id", "user_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID
    kind: LinkKind = Field(sa_type=enum_column(LinkKind))
    role: Role | None = Field(default=None, sa_type=enum_column(Role))
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by_id: UUID | None = None
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SetupLink(SQLModel, table=True):
    """A link that makes the first organisation and its administrator, once. Nobody is there yet."""

    __tablename__ = "setup_link"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInFailure(SQLModel, table=True):
    """That signing in failed, by the hash of an account name or of a network: whether they exist or not."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "key", "failed_at"), Index(None, "failed_at"))

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    key: str = Field(max_length=64)
    failed_at: datetime = Field(sa_type=UtcDateTime)
