"""Who there is: organisations, teams, users, their roles and their tokens."""

import re
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import Field as ApiField
from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.domain.roles import Role
from app.models.base import Named, Output, UtcDateTime, belongs_to, enum_column, uuid7

LONGEST_SLUG = 64
_SLUG = re.compile("[a-z0-9](-?[a-z0-9])*")


def is_slug(value: str) -> bool:
    """Tell whether this can be a short name: small letters, digits and single dashes."""
    return len(value) <= LONGEST_SLUG and _SLUG.fullmatch(value) is not None


class UserKind(StrEnum):
    """A person, or a program that records on behalf of people."""

    PERSON = "person"
    MACHINE = "machine"


class Organisation(SQLModel, table=True):
    """Whose data it is. `slug` names it on the command line."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    slug: str = Field(max_length=LONGEST_SLUG, unique=True)
    name: str = Field(max_length=200)
    demonstration: bool
    created_at: datetime = Field(sa_type=UtcDateTime)


class Team(SQLModel, table=True):
    """A group of users with cases in common."""

    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    name: str = Field(max_length=200)


class User(SQLModel, table=True):
    """Somebody who can act in one organisation."""

    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    organisation_id: UUID = Field(primary_key=True, foreign_key="organisation.id")
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    name: str = Field(max_length=200)
    kind: UserKind = Field(sa_type=enum_column(UserKind))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """A role of a user, in one team or in none."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "user_id", "role", "team_id"),
        belongs_to("user", "user_id"),
        belongs_to("team", "team_id"),
    )

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID
    role: Role = Field(sa_type=enum_column(Role))
    team_id: UUID | None = None


class ApiToken(SQLModel, table=True):
    """A token of a user, good for one role and, if it names one, one team. Only its hash is here."""

    __tablename__ = "api_token"
    __table_args__ = (belongs_to("user", "user_id"), belongs_to("team", "team_id"))

    organisation_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    user_id: UUID
    role: Role = Field(sa_type=enum_column(Role))
    team_id: UUID | None = None
    name: str = Field(max_length=200)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TeamRead(Named):
    """A team of the caller's organisation."""


class UserRead(Output):
    """A colleague, with roles and teams."""

    id: UUID = ApiField(description="The id.", examples=["0199f0a4-7f6c-7c3e-8a51-2f6f3c1d9e10"])
    name: str = ApiField(description="The name.", examples=["Demonstration practitioner"])
    kind: UserKind = ApiField(description="A person, or a program.", examples=["person"])
    roles: list[Role] = ApiField(description="The roles.", examples=[["practitioner"]])
    teams: list[Named] = ApiField(description="The teams.")
