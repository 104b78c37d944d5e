"""What is typed in the forms of administration, and what is wrong with it, at the field it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from app.domain.administration import TOKEN_ROLES, HasThisRole, goes_with_team, team_message
from app.domain.errors import DomainError, FieldError, InvalidInput
from app.domain.roles import Role
from app.domain.signing_in import LoginIsTaken, login_of
from app.domain.texts import Language, Text
from app.models.base import Input, ShortText, clean_text
from app.problems import STATUS
from app.services.organisations import LONGEST_TOKEN_DAYS, NameIsTaken
from app.web.forms import Typed
from app.web.mistakes import M, mistakes_in, model_of

MISTAKES = (InvalidInput, NameIsTaken, LoginIsTaken, HasThisRole)
"""What makes a form come back filled in; everything else is a page of its own."""

_FILL_IN = Text(nl="Vul dit in.", en="Fill this in.")
_CHOOSE = Text(nl="Kies iets uit de lijst.", en="Choose from the list.")
_FIELD = {NameIsTaken: "name", LoginIsTaken: "login", HasThisRole: "role"}


def _email(value: str) -> str:
    login = login_of(clean_text(value))
    if login is None:
        raise PydanticCustomError("not_an_email", "no e-mail address")
    return login


class LoginInput(Input):
    """The name somebody signs in with."""

    login: Annotated[str, AfterValidator(_email)]


class RoleInput(Input):
    """A role, and the team it holds in."""

    role: Role
    team: UUID | None = None


class InvitationInput(RoleInput, LoginInput):
    """Somebody to invite."""

    name: ShortText


class TeamInput(Input):
    """The name of a team."""

    name: ShortText


class TokenInput(RoleInput):
    """A token to make; `user` is the colleague it acts as, or it is for a program of its own."""

    name: ShortText
    days: Annotated[int, Field(ge=1, le=LONGEST_TOKEN_DAYS)]
    user: UUID | None = None


class ChoiceInput(Input):
    """One of a list, such as a role to take away."""

    id: UUID


def read_form(kind: type[M], typed: Typed) -> M:
    """Return what was typed. An empty field is one that is not there. Raises `InvalidInput`."""
    names = kind.model_fields
    values = {name: text for name in names if (text := typed.text(name)) is not None}
    return model_of(kind, values)


def check_team(role: Role, team_id: UUID | None, teams: Iterable[UUID]) -> None:
    """Check that a team is one of ours, and goes with the role. Raises `InvalidInput`."""
    if team_id is not None and team_id not in teams:
        raise wrong("team", "not_an_option", _CHOOSE)
    if not goes_with_team(role, has_team=team_id is not None):
        raise wrong("team", "team", team_message(role))


def check_token_role(role: Role) -> None:
    """Check that a token can have a role. Raises `InvalidInput`."""
    if role not in TOKEN_ROLES:
        raise wrong("role", "not_an_option", _CHOOSE)


def wrong(field: str, code: str, detail: Text = _CHOOSE) -> InvalidInput:
    """Return a refusal of one field."""
    return InvalidInput(errors=[FieldError("body", f"#/{field}", code, detail)])


def errors_of(error: DomainError, kind: type[BaseModel], language: Language) -> dict[str, str]:
    """Return the message of each field that is wrong, in the order of the form."""
    if isinstance(error, InvalidInput):
        told = InvalidInput(errors=[_in_words_of_a_page(one) for one in error.errors])
        return mistakes_in(told, _locations(kind), language)
    return {_FIELD[type(error)]: error.detail[language]}


def _in_words_of_a_page(one: FieldError) -> FieldError:
    words: Mapping[str, Text] = {"missing": _FILL_IN, "not_an_option": _CHOOSE, "not_an_id": _CHOOSE}
    return replace(one, detail=words.get(one.code, one.detail))


def _locations(kind: type[BaseModel]) -> dict[str, str]:
    return {f"#/{name}": name for name in kind.model_fields}


def status_of(error: DomainError) -> HTTPStatus:
    """Return the status a wrong form comes back with: the same as that of the API."""
    return STATUS[type(error)]
